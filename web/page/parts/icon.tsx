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
  onward: "M6 5.5v13l11-6.5z",
  fork: "M7 4v16M7 15c0-5 10-2.5 10-8.5M13.5 8 17 4.5 20.5 8",
  good: "M7.5 11v9H4.5v-9zM7.5 11l4-7c1.6 0 2.5 1.1 2.2 2.7L13 10h5.3c1.2 0 2 1.1 1.7 2.3l-1.5 6.1c-.2 1-1 1.6-2 1.6h-9",
  bad: "M7.5 13V4H4.5v9zM7.5 13l4 7c1.6 0 2.5-1.1 2.2-2.7L13 14h5.3c1.2 0 2-1.1 1.7-2.3l-1.5-6.1c-.2-1-1-1.6-2-1.6h-9",
  speaker: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9.5a3.5 3.5 0 0 1 0 5M18 7a7 7 0 0 1 0 10",
  chevron: "m7 10 5 5 5-5",
  pin: "M9 4h6l-.6 6 3.1 3v1.5h-11V13l3.1-3zM12 14.5V20",
  unpin: "M9 4h6l-.6 6 3.1 3v1.5h-11V13l3.1-3zM12 14.5V20M4 4l16 16",
  folder: "M4 18.5v-13h5l2 2.5h9v10.5z",
  folderOpen: "M4 18.5v-13h5l2 2.5h7V11M4 18.5 6.5 11H21l-2.5 7.5z",
  archive: "M4 5h16v4H4zM5.5 9v10h13V9M10 13h4",
  unarchive: "M4 5h16v4H4zM5.5 9v10h13V9M12 17v-5M9.5 14l2.5-2.5 2.5 2.5",
  temporary: "M6 20V11a6 6 0 0 1 12 0v9l-2-1.7-2 1.7-2-1.7-2 1.7-2-1.7zM10 11h.01M14 11h.01",
  share: "M9 11.5 15 8M9 12.5l6 3.5M6.5 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM17.5 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM17.5 20a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  import: "M12 4v11M8 11l4 4 4-4M5 14v4.5A1.5 1.5 0 0 0 6.5 20h11a1.5 1.5 0 0 0 1.5-1.5V14",
  thought: "M9.5 18h5M10.5 20.5h3M12 3.5a6 6 0 0 0-3.6 10.8c.7.6 1.1 1.3 1.1 2.2h5c0-.9.4-1.6 1.1-2.2A6 6 0 0 0 12 3.5z",
  shelf: "M4.5 4.5h4v15h-4zM8.5 4.5h4v15h-4zM14.2 5.6l3.6-.9 2.9 13.9-3.6.9z",
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
