import { expect, it } from "vitest";

import type { Card, Fit } from "../shared/api";
import { asWords, type Filter, gradeOf, hostAsked, proposed, refOf, suiting, wordsPerSecond } from "../shared/model-facts";
import { fit } from "./model-samples";

const HUB = "https://huggingface.co";

function card(name: string, parameters: number, more: Partial<Card> & { fit?: Fit | null } = {}): Card {
  const { fit: found = fit(20), ...rest } = more;
  return {
    name, title: name, publisher: "Somebody", kind: "chat", repository: `org/${name}`, parameters, gated: false,
    licence: { id: "MIT", name: "MIT License", commercial: "yes" },
    context: 4096, languages: ["en"], can: ["chat"], here: null, best: `${name}.gguf`,
    files: [{ name: `${name}.gguf`, packing: "Q4_K_M", bytes: 1, ref: `hf:org/${name}:${name}.gguf`, fit: found }],
    ...rest,
  };
}

const names = (cards: readonly Card[]) => cards.map(({ name }) => name);
const of = (cards: readonly Card[], words = "", ...filters: Filter[]) => names(suiting(cards, words, new Set(filters)));

it("calls slow what people read faster than", () => {
  expect(gradeOf(fit(20))).toBe("well");
  expect(gradeOf(fit(4))).toBe("slow");
  expect(gradeOf(fit(4, "tight"))).toBe("slow");
  expect(gradeOf(fit(20, "tight"))).toBe("tight");
  expect(gradeOf(fit(20, "no"))).toBe("no");
  expect(gradeOf(fit(null))).toBe("well");
  expect(gradeOf(null)).toBe("unknown");
});

it("tells words with no more digits than such a figure has", () => {
  expect(asWords(13)).toBe(10);
  expect(asWords(5)).toBe(3.8);
  expect(asWords(1000)).toBe(769);
  expect(wordsPerSecond(fit(null))).toBeNull();
});

it("shows first what runs well, the largest of it, and last what will not fit, the smallest of it", () => {
  const cards = [
    card("huge", 120, { fit: fit(20, "no") }),
    card("too-large", 70, { fit: fit(20, "no") }),
    card("slow", 30, { fit: fit(2) }),
    card("small", 1),
    card("good", 8),
    card("coder", 9, { kind: "code" }),
    card("finder", 1, { kind: "embedding", fit: fit(null) }),
    card("nobody-knows", 5, { fit: null }),
  ];
  expect(of(cards)).toEqual(["good", "small", "coder", "slow", "nobody-knows", "finder", "too-large", "huge"]);
});

it("shows the smallest first while nobody knows how they do", () => {
  expect(of([card("large", 70, { fit: null }), card("small", 1, { fit: null })])).toEqual(["small", "large"]);
});

it("finds by every word, and keeps to the filters", () => {
  const cards = [
    card("one", 1, { languages: ["zh"] }),
    card("two", 2, { languages: ["mul"], licence: { id: "X", name: "X", commercial: "no" } }),
    card("three", 3, { fit: fit(20, "no"), kind: "embedding", languages: ["mul"] }),
  ];
  expect(of(cards, "  ORG/one mit ")).toEqual(["one"]);
  expect(of(cards, "one two")).toEqual([]);
  expect(of(cards, "", "chinese")).toEqual(["two", "one"]);
  expect(of(cards, "", "commercial")).toEqual(["one", "three"]);
  expect(of(cards, "", "well")).toEqual(["two", "one"]);
  expect(of(cards, "", "well", "chinese", "commercial")).toEqual(["one"]);
});

it("proposes what runs well and needs nobody's leave, in the reader's language", () => {
  const cards = [
    card("gated", 9, { gated: true }),
    card("forbidding", 8, { licence: { id: "X", name: "X", commercial: "no" } }),
    card("english", 7),
    card("chinese", 3, { languages: ["mul"] }),
    card("slow", 30, { fit: fit(2) }),
  ];
  expect(proposed(cards, "en")?.name).toBe("english");
  expect(proposed(cards, "zh")?.name).toBe("chinese");
  expect(proposed([card("english", 7, { here: "english" }), card("worse", 3)], "en")).toBeUndefined();
  expect(proposed([], "en")).toBeUndefined();
});

it("takes a whole command for the name in it", () => {
  expect(refOf("  sotto models pull 'hf:org/m'\n")).toBe("hf:org/m");
  expect(refOf("qwen3-4b ")).toBe("qwen3-4b");
  expect(refOf(" ")).toBe("");
});

it("knows who would be asked, and that nobody is for what lies here", () => {
  expect(hostAsked("hf:org/m", HUB)).toBe("huggingface.co");
  expect(hostAsked("qwen3-4b", "http://mirror.local:8080")).toBe("mirror.local:8080");
  expect(hostAsked("https://example.org/m.gguf?key=1", HUB)).toBe("example.org");
  for (const here of ["ollama:llama3.2:1b", "/home/me/m.gguf", "~/m.gguf", "./m.gguf", "C:\\m.gguf"]) {
    expect(hostAsked(here, HUB), here).toBeNull();
  }
});
