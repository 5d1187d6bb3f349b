import type { Tool } from "../../shared/live";
import { isKey } from "../../shared/strings";
import { Icon } from "../parts/icon";
import { useSay } from "../reader";

/** Holds the place of what a tool was given. */
const GIVEN = "{given}";

/** Which exact tools an answer comes from, and what they were given. */
export function ToolLines({ tools }: { tools: readonly Tool[] }) {
  const say = useSay();
  return tools.map(({ name, arguments: given }, at) => {
    const key = `tool.${name}`;
    // Arabic numbers would turn what stands around them.
    const [before, after] = say("tool.line", { name: isKey(key) ? say(key) : name, given: GIVEN }).split(GIVEN);
    return (
      <p key={at} className="notice" data-testid="tool">
        <Icon name="check" />
        <span>
          {before}
          <bdi>{Object.values(given).join(", ")}</bdi>
          {after}
        </span>
      </p>
    );
  });
}
