import type { Message } from "../../shared/api";
import { CopyButton } from "../parts/copy-button";
import { useApp, useStored } from "../reader";

/** Copies an answer as Markdown and as HTML, with the signed mark that an AI wrote it. */
export function CopyAnswer({ message, text }: { message: Message; text: string }) {
  const { server } = useApp();
  const chat = useStored((state) => state.chat?.id);
  const written = chat === undefined ? undefined : () => server.api.copied(chat, message.id);
  return <CopyButton text={() => text} written={written} />;
}
