/** What can be done with an answer. On a narrow screen what is seldom wanted is in the menu. */

import type { Message } from "../../shared/api";
import type { MenuItem } from "../parts/menu";
import { useSay } from "../reader";
import { useMedia } from "../use-media";
import { AgainButton } from "./again-button";
import { AnswerFacts } from "./answer-facts";
import { BranchArrows } from "./branch-arrows";
import { CopyAnswer } from "./copy-answer";
import { LikeButtons, useLikeItems } from "./like-buttons";
import { MessageMenu } from "./message-menu";
import { ReadButton } from "./read-button";
import { useReading } from "./use-reading";

export function AnswerActs({ message, text, isBusy }: { message: Message; text: string; isBusy: boolean }) {
  const say = useSay();
  const isNarrow = useMedia("(max-width: 760px)");
  const reading = useReading(message.id, text);
  const likes = useLikeItems(message);
  const isEmpty = text === "";
  const readItem: MenuItem[] =
    reading === null || reading.isOn ? [] : [{ label: say("read.start"), icon: "speaker", act: reading.toggle }];
  const seldom = isNarrow && !isEmpty ? [...likes, ...readItem] : [];

  return (
    <footer className="turn-acts">
      <BranchArrows message={message} isBusy={isBusy} />
      {!isEmpty && <CopyAnswer message={message} text={text} />}
      <AgainButton message={message} isBusy={isBusy} />
      {!isEmpty && !isNarrow && <LikeButtons message={message} />}
      {reading !== null && (!isNarrow || reading.isOn) && <ReadButton reading={reading} />}
      <MessageMenu message={message} isBusy={isBusy} before={seldom} />
      <AnswerFacts message={message} />
    </footer>
  );
}
