import { useId } from "react";

import type { ChatSettings } from "../../shared/chat-settings";
import { ownerWords } from "../dialogs/owner-words";
import { useReader } from "../reader";

interface Props {
  settings: ChatSettings;
  change: (settings: ChatSettings) => void;
}

/** Whether exact tools answer in this chat, or as the machine's settings say. */
export function ToolsField({ settings, change }: Props) {
  const words = ownerWords(useReader().language);
  const id = useId();
  const { tools, ...others } = settings;
  const put = (chosen: string) => change(chosen === "" ? others : { ...others, tools: chosen === "on" });
  return (
    <div className="setting">
      <label htmlFor={id}>{words.tools}</label>
      <select
        id={id}
        className="field"
        value={tools === undefined ? "" : tools ? "on" : "off"}
        onChange={(event) => put(event.target.value)}
      >
        <option value="">{words["tools.usual"]}</option>
        <option value="on">{words.on}</option>
        <option value="off">{words.off}</option>
      </select>
    </div>
  );
}
