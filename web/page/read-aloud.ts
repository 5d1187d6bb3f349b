/**
 * Reading out by a voice of this machine. A browser may also offer voices that send the text to a server of
 * their maker's: those are never used.
 */

const now = { reading: null as string | null, listeners: new Set<() => void>() };

/** A browser without voices has no such thing. */
const speech = (): SpeechSynthesis | undefined => window.speechSynthesis;

/** Return a voice for a language, "en" or "zh", that needs no network. */
export function localVoice(language: string): SpeechSynthesisVoice | undefined {
  const voices = speech()?.getVoices().filter(({ localService, lang }) => localService && isOf(language, lang)) ?? [];
  return voices.find((voice) => voice.default) ?? voices[0];
}

/** Hear when the voices have come, which they may after the page. Return what ends it. */
export function onVoices(changed: () => void): () => void {
  const synthesis = speech();
  synthesis?.addEventListener?.("voiceschanged", changed);
  return () => synthesis?.removeEventListener?.("voiceschanged", changed);
}

/** Whose text is being read out. */
export const readingNow = (): string | null => now.reading;

export function onReading(changed: () => void): () => void {
  now.listeners.add(changed);
  return () => now.listeners.delete(changed);
}

/** Read something out from its beginning, in place of what was being read. */
export function read(id: string, parts: readonly string[], voice: SpeechSynthesisVoice): void {
  stopReading();
  const synthesis = speech();
  if (synthesis === undefined) return;
  note(id);
  parts.forEach((part, at) => {
    const utterance = new SpeechSynthesisUtterance(part);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    const isLast = at === parts.length - 1;
    if (isLast) utterance.onend = () => now.reading === id && note(null);
    utterance.onerror = () => now.reading === id && stopReading();
    synthesis.speak(utterance);
  });
}

export function stopReading(): void {
  if (now.reading === null) return;
  note(null);
  speech()?.cancel();
}

function note(id: string | null): void {
  now.reading = id;
  for (const listener of [...now.listeners]) listener();
}

/** Tags are written zh-CN, zh_CN and cmn-Hans-CN. */
function isOf(language: string, tag: string): boolean {
  const [first = ""] = tag.toLowerCase().split(/[-_]/);
  return first === language || (language === "zh" && first === "cmn");
}
