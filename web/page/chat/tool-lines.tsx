import type { Tool } from "../../shared/live";
import { isKey } from "../../shared/strings";
import { Icon } from "../parts/icon";
import { useSay } from "../reader";

/** Which exact tools an answer comes from, and what they were given. */
export function ToolLines({ tools }: { tools: readonly Tool[] }) {
  const say = useSay();
  return tools.map(({ name, arguments: given }, at) => {
    const key = `tool.${name}`;
    const values = Object.values(given).join(", ");
    return (
      <p key={at} className="notice" data-testid="tool">
        <Icon name="check" />
        <span>{say("tool.line", { name: isKey(key) ? say(key) : name, given: values })}</span>
      </p>
    );
  });
}
