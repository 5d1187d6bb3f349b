/** The models: those on this machine, those to be had, and what is coming. */

import "../styles/getting.css";

import { useEffect, useRef, useState } from "react";

import type { Panel } from "../../shared/route";
import { Dialog } from "../dialogs/dialog";
import { useAnnounce } from "../parts/announcer";
import { useApp, useSay } from "../reader";
import { CatalogueList } from "./catalogue-list";
import { Downloads } from "./downloads";
import { PlanDialog } from "./plan-dialog";
import { ShelfList } from "./shelf-list";
import { useChosen } from "./use-chosen";

const TABS = [
  { panel: "models", label: "models.tab.here" },
  { panel: "models/get", label: "models.get" },
] as const;

export function ModelsScreen({ panel, close }: { panel: Panel; close: () => void }) {
  const app = useApp();
  const say = useSay();
  const announce = useAnnounce();
  const chosen = useChosen();
  const [asked, setAsked] = useState<string | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const { library } = app;

  useEffect(() => {
    void library.open();
    return () => library.close();
  }, [library]);

  /** Have it answer, and be loaded by the time something is asked; what keeps it from that is told in the chat. */
  const use = (name: string) => {
    chosen.choose(name);
    library.ready(name);
    announce(say("models.use.done", { name }));
    setAsked(null);
    close();
  };
  const begun = () => {
    setAsked(null);
    announce(say("download.begun"));
    // Once the dialog is gone and has given the focus back: where the download is seen.
    requestAnimationFrame(() => body.current?.scrollTo({ top: 0 }));
  };
  return (
    <>
      <Dialog title={say("models")} className="dialog-models" close={close}>
        <nav className="model-tabs" aria-label={say("models")}>
          {TABS.map((tab) => (
            <button
              key={tab.panel}
              type="button"
              aria-current={tab.panel === panel ? "page" : undefined}
              onClick={() => app.openPanel(tab.panel)}
            >
              {say(tab.label)}
            </button>
          ))}
        </nav>
        <div ref={body} className="dialog-body models-body">
          <Downloads use={use} get={setAsked} />
          {panel === "models/get" ? <CatalogueList get={setAsked} /> : <ShelfList leave={close} />}
        </div>
      </Dialog>
      {asked !== null && <PlanDialog asked={asked} close={() => setAsked(null)} use={use} begun={begun} />}
    </>
  );
}
