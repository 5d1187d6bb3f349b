import { goesThere } from "../../shared/setup";
import { useApp, useSay, useStored } from "../reader";

const IDEAS = ["idea.explain", "idea.write", "idea.plan"] as const;

/** What stands where nothing was said yet. */
export function Welcome() {
  const app = useApp();
  const say = useSay();
  const isTemporary = useStored((state) => state.isTemporary);
  const isThere = useStored(goesThere);
  const isStarter = useStored((state) => {
    const chosen = state.model ?? state.status?.model;
    return state.models.some((model) => model.is_starter && model.name === chosen);
  });
  return (
    <div className="welcome">
      <h1>{say(isTemporary ? "temporary" : "welcome.title")}</h1>
      {(isTemporary || !isThere) && <p className="welcome-words">{say(isTemporary ? "temporary.words" : "welcome.words")}</p>}
      <ul className="welcome-ideas">
        {IDEAS.map((idea) => (
          <li key={idea}>
            <button type="button" onClick={() => void app.conversation.ask(say(idea))}>
              {say(idea)}
            </button>
          </li>
        ))}
      </ul>
      {isStarter && (
        <p className="welcome-note">
          {say("welcome.starter")}
          <button type="button" className="button" onClick={() => app.openPanel("models/get")}>
            {say("welcome.models")}
          </button>
        </p>
      )}
    </div>
  );
}
