import { CopyButton } from "../parts/copy-button";

/** A command for the terminal of the machine that Sottovoce runs on. */
export function CommandLine({ command }: { command: string }) {
  return (
    <span className="command-line">
      <code>{command}</code>
      <CopyButton text={() => command} />
    </span>
  );
}
