/** How the page looks and speaks, and what runs on this machine. */

import { LANGUAGES, type Preferences, THEMES } from "../../shared/preferences";
import { useReader, useSay, useStored } from "../reader";
import { Icon } from "../parts/icon";
import { BrowsersSection } from "./browsers-section";
import { Choice } from "./choice";
import { Dialog } from "./dialog";
import { LongPasteChoice } from "./long-paste-choice";
import { MemorySection } from "./memory-section";
import { OwnerSection } from "./owner-section";
import { PhoneSection } from "./phone-section";
import { SafeguardsSection } from "./safeguards-section";
import { YourChats } from "./your-chats";

interface Props {
  close: () => void;
  shortcuts: () => void;
}

export function SettingsDialog({ close, shortcuts }: Props) {
  const { app } = useReader();
  const say = useSay();
  return (
    <Dialog title={say("settings")} close={close}>
      <div className="dialog-body">
        <Appearance />
        <ThisMachine />
        <OwnerSection />
        <MemorySection />
        <SafeguardsSection />
        <YourChats leave={close} />
        <PhoneSection />
        <BrowsersSection />
        <div className="settings-foot">
          <button type="button" className="button" onClick={() => app.openPanel("models")}>
            {say("models")}
          </button>
          <button type="button" className="button" onClick={() => app.openPanel("shelves")}>
            {say("shelves")}
          </button>
          <button type="button" className="button" onClick={() => app.openPanel("help")}>
            {say("help")}
          </button>
          <button
            type="button"
            className="button"
            onClick={() => {
              close();
              shortcuts();
            }}
          >
            <Icon name="keyboard" />
            {say("shortcuts")}
          </button>
          <button type="button" className="button" onClick={() => void app.server.signOut()}>
            {say("signOut")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Appearance() {
  const { preferences, prefer, say } = useReader();
  const themes = THEMES.map((value) => ({ value, label: say(`theme.${value}`) }));
  const languages = LANGUAGES.map((value) => ({ value, label: say(`language.${value}`) }));
  return (
    <section className="settings-section">
      <Choice
        label={say("theme")}
        options={themes}
        chosen={preferences.theme}
        choose={(theme: Preferences["theme"]) => prefer({ theme })}
      />
      <Choice
        label={say("language")}
        options={languages}
        chosen={preferences.language}
        choose={(language: Preferences["language"]) => prefer({ language })}
      />
      <LongPasteChoice />
    </section>
  );
}

function ThisMachine() {
  const { app, say } = useReader();
  const status = useStored((state) => state.status);
  if (status === null) return null;
  const network = { off: "network.off", ask: "network.ask", on: "network.on" } as const;
  const facts = [
    [say("settings.model"), status.model],
    [say("settings.licence"), status.licence],
    [say("settings.network"), say(network[status.network as keyof typeof network] ?? "network.ask")],
    [say("settings.version"), `Sottovoce ${status.version}`],
  ];
  return (
    <section className="settings-section">
      <h3>{say("settings.machine")}</h3>
      <p className="settings-promise">
        <Icon name="home" />
        {say("settings.promise")}
      </p>
      <button type="button" className="button settings-ledger" onClick={() => app.openPanel("ledger")}>
        {say("ledger")}
      </button>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
