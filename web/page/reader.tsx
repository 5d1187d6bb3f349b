/** What every component may ask for: the app, the reader's language and preferences, and what is announced. */

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";

import type { App } from "../shared/app";
import { type Preferences, readPreferences, savePreferences } from "../shared/preferences";
import type { State } from "../shared/state";
import { type Language, languageOf, localeOf, type Say, sayIn } from "../shared/strings";
import { useThemeColor } from "./use-theme-color";

interface Given {
  app: App;
  say: Say;
  language: Language;
  preferences: Preferences;
  prefer: (change: Partial<Preferences>) => void;
}

const Context = createContext<Given | null>(null);

export function Reader({ app, children }: { app: App; children: ReactNode }) {
  const [preferences, setPreferences] = useState(() => readPreferences(app.saved));
  const language = languageOf(preferences.language, navigator.languages);
  const prefer = useCallback(
    (change: Partial<Preferences>) =>
      setPreferences((before) => {
        const after = { ...before, ...change };
        savePreferences(app.saved, after);
        return after;
      }),
    [app],
  );

  useLayoutEffect(() => {
    document.documentElement.lang = localeOf(language);
  }, [language]);
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = preferences.theme;
  }, [preferences.theme]);

  useThemeColor(preferences.theme);

  const given = useMemo(
    () => ({ app, say: sayIn(language), language, preferences, prefer }),
    [app, language, preferences, prefer],
  );
  return <Context value={given}>{children}</Context>;
}

export function useReader(): Given {
  const given = useContext(Context);
  if (given === null) throw new Error("There is no Reader around this component.");
  return given;
}

export const useApp = (): App => useReader().app;
export const useSay = (): Say => useReader().say;

/** Follow one part of the state. `select` must return the same for the same state. */
export function useStored<T>(select: (state: State) => T): T {
  const { store } = useApp();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
