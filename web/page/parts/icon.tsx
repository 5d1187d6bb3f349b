/** The page's drawings, all of one stroke. They say nothing to those who cannot see them. */

const PATHS = {
  sidebar: "M4 5.5h16v13H4zM9.5 5.5v13",
  edit: "M4 20h4L19 9a2.1 2.1 0 0 0-3-3L5 17zM14.5 7.5l3 3",
  compose: "M11 5H5.5A1.5 1.5 0 0 0 4 6.5v12A1.5 1.5 0 0 0 5.5 20h12a1.5 1.5 0 0 0 1.5-1.5V13M10 14l.6-2.9L17.8 4a1.6 1.6 0 0 1 2.3 2.3l-7.2 7.1z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  send: "M12 19V5.5M6 11l6-6 6 6",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  check: "m5 12.5 4.5 4.5L19 7.5",
  again: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15",
  previous: "m14 6-6 6 6 6",
  next: "m10 6 6 6-6 6",
  down: "M12 5v13.5M6 13l6 6 6-6",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  settings: "M4 7h9M19 7h1M4 17h2M12 17h8M16 4.5v5M9 14.5v5",
  tune: "M7 4v8M7 16v4M17 4v2.5M17 10.5V20M4.5 14h5M14.5 8.5h5",
  keyboard: "M3.5 6.5h17v11h-17zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8",
  trash: "M5 7h14M10 4h4M7 7l.8 13h8.4L17 7M10.3 11v5.5M13.7 11v5.5",
  export: "M12 15V4M8 8l4-4 4 4M5 14v4.5A1.5 1.5 0 0 0 6.5 20h11a1.5 1.5 0 0 0 1.5-1.5V14",
  attach: "m19.5 11.5-7.8 7.8a4.6 4.6 0 0 1-6.5-6.5l8.2-8.2a3.1 3.1 0 0 1 4.4 4.4l-8.1 8.1a1.5 1.5 0 0 1-2.2-2.2l7.4-7.4",
  file: "M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.5V8.5h5M9 12.5h6M9 16h6",
  unpaste: "M8.5 9 4.5 13l4 4M5 13h9.5a5 5 0 0 0 5-5V5",
  close: "m6 6 12 12M18 6 6 18",
  home: "M4.5 11 12 4.5l7.5 6.5M6.5 9.5V19h11V9.5",
  warning: "M12 4 3 19.5h18zM12 10v4.5M12 17.2h.01",
  info: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 11v5M12 8h.01",
  chevron: "m7 10 5 5 5-5",
  thought: "M9.5 18h5M10.5 20.5h3M12 3.5a6 6 0 0 0-3.6 10.8c.7.6 1.1 1.3 1.1 2.2h5c0-.9.4-1.6 1.1-2.2A6 6 0 0 0 12 3.5z",
  columns: "M4 5.5h16v13H4zM12 5.5v13",
} as const;

export type IconName = keyof typeof PATHS | "stop";

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {name === "stop" ? <rect className="icon-solid" x="6.5" y="6.5" width="11" height="11" rx="2" /> : <path d={PATHS[name]} />}
    </svg>
  );
}
