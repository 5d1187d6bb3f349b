/** Under a question that nobody answers yet, or an answer that looks doubtful: whether one elsewhere shall. */

import "../styles/elsewhere.css";
import type { Message } from "../../shared/api";
import { keepHere } from "../../shared/departing";
import { offeredAt } from "../../shared/whither";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useStored } from "../reader";
import { useWork } from "../use-work";
import { useTell } from "./words";

export default function Offered() {
  const tell = useTell();
  const branch = useStored((state) => state.branch);
  const upstreams = useStored((state) => state.upstreams);
  const chat = useStored((state) => state.chat?.id ?? null);
  const isBusy = useStored((state) => state.live !== null);
  const last = isBusy ? null : offeredAt(branch, upstreams.map(({ name }) => name));
  const name = last?.offer.upstream ?? "";
  const isAnswered = last?.role === "assistant";
  if (upstreams.length === 0 || chat === null) return null;

  return (
    <section className={last ? "offered" : undefined} aria-label={last ? tell("title", { name }) : undefined}>
      {/* There before it says something, or it would not be heard. */}
      <div role="status">
        {last && (
          <p>
            <Icon name="export" />
            <span dir="auto">
              {last.offer.text || tell("offer.unanswered", { name })} <small>{tell("offer.seen")}</small>
            </span>
          </p>
        )}
      </div>
      {last && <Acts key={last.id} chat={chat} message={last} upstream={name} isAnswered={isAnswered} />}
    </section>
  );
}

interface ActsProps {
  chat: string;
  message: Message;
  upstream: string;
  isAnswered: boolean;
}

function Acts({ chat, message: { id, parent }, upstream, isAnswered }: ActsProps) {
  const { conversation, server, store } = useApp();
  const tell = useTell();
  const { isBusy, problem, run } = useWork();
  const question = isAnswered ? (parent ?? "") : id;
  const keep = () =>
    void run(async () => {
      if (!isAnswered) return void conversation.answer(question);
      await server.do((api) => keepHere(api, chat, id));
      await conversation.refresh();
      document.getElementById("message")?.focus();
    });
  return (
    <>
      <div className="offered-acts">
        <button type="button" className="button" disabled={isBusy} onClick={keep}>
          {tell(isAnswered ? "offer.keep" : "offer.here")}
        </button>
        <button type="button" className="button button-main" onClick={() => store.set({ leaving: { chat, question, upstream } })}>
          {tell(isAnswered ? "offer.instead" : "title", { name: upstream })}
        </button>
      </div>
      {problem && <ProblemBox problem={problem} />}
    </>
  );
}
