import { useApp, useSay, useStored } from "../reader";

/** The model that comes with Sottovoce; see models/starter.py. */
const STARTER = "SmolLM2-135M-Instruct";

const IDEAS = ["idea.explain", "idea.write", "idea.plan"] as const;

/** What stands where nothing was said yet. */
export function Welcome() {
  const app = useApp();
  const say = useSay();
  const isTemporary = useStored((state) => state.isTemporary);
  const isStarter = useStored((state) => (state.model ?? state.status?.model) === STARTER);
  return (
    <div className="welcome">
      <h1>{say(isTemporary ? "temporary" : "welcome.title")}</h1>
      <p className="welcome-words">{say(isTemporary ? "temporary.words" : "welcome.words")}</p>
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
          {say("welcome.starter")} <code>sotto models suggest</code>
        </p>
      )}
    </div>
  );
}
