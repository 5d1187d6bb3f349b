import type { ImportReport as Report } from "../../shared/api";
import { isKey } from "../../shared/strings";
import { Icon } from "../parts/icon";
import { useSay } from "../reader";

/** What an import did, in words. */
export function ImportReport({ report }: { report: Report }) {
  const say = useSay();
  const { chats, messages, present, skipped, mended } = report;
  return (
    <div className="import-report">
      <p className="import-done">
        <Icon name="check" />
        {say(chats + messages === 0 ? "import.nothing" : "import.done")}
      </p>
      <dl className="facts">
        <Fact name={say("import.chats")} value={chats} />
        <Fact name={say("import.messages")} value={messages} />
        {present > 0 && <Fact name={say("import.present")} value={present} />}
      </dl>
      <Reasons title={say("import.skipped")} counts={skipped} />
      <Reasons title={say("import.mended")} counts={mended} />
    </div>
  );
}

function Fact({ name, value }: { name: string; value: number }) {
  const say = useSay();
  return (
    <div>
      <dt>{name}</dt>
      <dd>{say("number", { number: value })}</dd>
    </div>
  );
}

function Reasons({ title, counts }: { title: string; counts: Record<string, number> }) {
  const say = useSay();
  const reasons = Object.entries(counts);
  if (reasons.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl className="facts">
        {reasons.map(([reason, count]) => {
          const key = `import.why.${reason.replace(/[^a-z]+/g, "_")}`;
          return <Fact key={reason} name={isKey(key) ? say(key) : reason} value={count} />;
        })}
      </dl>
    </section>
  );
}
