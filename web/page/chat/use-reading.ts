import { useEffect, useMemo, useSyncExternalStore } from "react";

import { languageSpoken, spokenParts } from "../../shared/markdown/spoken";
import { localVoice, onReading, onVoices, read, readingNow, stopReading } from "../read-aloud";

export interface Reading {
  isOn: boolean;
  toggle: () => void;
}

/** Have a message read out, in the language of its text. null: no voice of this machine speaks it. */
export function useReading(id: string, text: string): Reading | null {
  const language = useMemo(() => languageSpoken(text), [text]);
  const voice = useSyncExternalStore(onVoices, () => localVoice(language)?.voiceURI);
  const isOn = useSyncExternalStore(onReading, readingNow) === id;
  // Nobody is left to stop it.
  useEffect(
    () => () => {
      if (readingNow() === id) stopReading();
    },
    [id],
  );
  if (voice === undefined || text.trim() === "") return null;
  const toggle = () => {
    const chosen = localVoice(language);
    if (isOn || chosen === undefined) stopReading();
    else read(id, spokenParts(text), chosen);
  };
  return { isOn, toggle };
}
