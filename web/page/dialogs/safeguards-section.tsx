/** Which profile holds, and what safeguards did lately: when, which rule, to what; never what was said. */

import { useEffect, useState } from "react";

import type { Safeguards } from "../../shared/api";
import { isKey, localeOf } from "../../shared/strings";
import { useReader } from "../reader";

export function SafeguardsSection() {
  const { app, say, language } = useReader();
  const [found, setFound] = useState<Safeguards | null>(null);
  useEffect(() => void app.server.attempt((api) => api.safeguards()).then(setFound), [app]);
  if (found === null) return null;
  const date = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "short" });
  return (
    <section className="settings-section" data-testid="safeguards">
      <h3>{say("safeguards")}</h3>
      <p>{say("safeguards.profile", { profile: found.profile })}</p>
      <p className="hint">{say(found.acts.length === 0 ? "safeguards.none" : "safeguards.hint")}</p>
      {found.acts.length > 0 && (
        <ul className="browsers">
          {found.acts.map(({ at, rule, where, outcome }, place) => {
            const key = `safeguards.${where}.${outcome}`;
            return (
              <li key={place}>
                {isKey(key) ? say(key) : outcome} · {rule} · {date.format(at * 1000)}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
