/** Under a question that nobody answers yet, or an answer that looks doubtful: whether one elsewhere shall. */

import { useEffect } from "react";

import "../styles/elsewhere.css";

import { keepHere } from "../../shared/departing";
import { offeredAt } from "../../shared/whither";
import { useAnnounce } from "../parts/announcer";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useStored } from "../reader";
import { useWork } from "../use-work";
import { useTell } from "./words";

export default function Offered() {
  const { conversation, server, store } = useApp();
  const tell = useTell();
  const announce = useAnnounce();
  const branch = useStored((state) => state.branch);
  const upstreams = useStored((state) => state.upstreams);
  const chat = useStored((state) => state.chat?.id ?? null);
  const isBusy = useStored((state) => state.live !== null);
  const keeping = useWork();
  const last = isBusy ? null : offeredAt(branch, upstreams.map(({ name }) => name));
  const name = last?.offer.upstream ?? "";
  const text = last && (last.offer.text || tell("offer.unanswered", { name }));
  const isAnswered = last?.role === "assistant";
  useEffect(() => {
    if (text !== null && isAnswered) announce(text);
  }, [text, isAnswered, announce]);
  if (last === null || chat === null) return null;

  const { id, parent } = last;
  const question = isAnswered ? (parent ?? "") : id;
  const keep = () =>
    void keeping.run(async () => {
      if (!isAnswered) return void conversation.answer(question);
      await server.do((api) => keepHere(api, chat, id));
      await conversation.refresh();
      document.getElementById("message")?.focus();
    });
  return (
    <section className="offered" aria-label={tell("title", { name })} data-testid="offered">
      <p>
        <Icon name="export" />
        <span dir="auto">
          {text} <small>{tell("offer.seen")}</small>
        </span>
      </p>
      <div className="offered-acts">
        <button type="button" className="button" disabled={keeping.isBusy} onClick={keep}>
          {tell(isAnswered ? "offer.keep" : "offer.here")}
        </button>
        <button
          type="button"
          className="button button-main"
          onClick={() => store.set({ leaving: { chat, question, upstream: name } })}
        >
          {tell(isAnswered ? "offer.instead" : "title", { name })}
        </button>
      </div>
      {keeping.problem && <ProblemBox problem={keeping.problem} />}
    </section>
  );
}
