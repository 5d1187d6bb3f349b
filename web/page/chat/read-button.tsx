import { IconButton } from "../parts/icon-button";
import { useSay } from "../reader";
import type { Reading } from "./use-reading";

/** Has an answer read out, or stops that. */
export function ReadButton({ reading }: { reading: Reading }) {
  const say = useSay();
  return (
    <IconButton
      icon={reading.isOn ? "stop" : "speaker"}
      label={say(reading.isOn ? "read.stop" : "read.start")}
      onClick={reading.toggle}
    />
  );
}
