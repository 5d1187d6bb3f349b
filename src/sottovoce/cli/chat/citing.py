"""How passages and citations look in a terminal: sources first, marks behind sentences, quotes last. Pure.

A sentence is shown once it is whole, since its mark stands behind it. The marks come from what it says alone;
the turn makes the same ones at the answer's end.
"""

from __future__ import annotations

from collections.abc import Callable

from sottovoce.chat.grounds import source
from sottovoce.core.events import Grounds
from sottovoce.core.grounds import Cited, day_of
from sottovoce.knowledge import sentences
from sottovoce.knowledge.cite import Sources, claims_something

UNSUPPORTED = "[?]"
THEIR_WORDS = "What the documents say themselves:"
ENDS = frozenset(".!?…。！？\n")


def sources(event: Grounds) -> list[str]:
    """Return the passages that were found, one a line."""
    head = [] if event.answers or not event.passages else ["The passages that come nearest:"]
    lines = []
    for n, ground in enumerate(event.passages, 1):
        day = day_of(ground.passage.written)
        lines.append(f"[{n}] {source(ground.passage)}" + (f" ({day})" if day else ""))
    return [*head, *lines]


class Citing:
    """The text of an answer with marks behind its claims."""

    def __init__(self, event: Grounds) -> None:
        told = [ground.passage for ground in event.passages if ground.told]
        self._sources = Sources(told or [ground.passage for ground in event.passages])
        self._text = ""
        self._shown = 0

    def feed(self, text: str) -> str:
        """Return what can be shown now: the sentences that have ended."""
        self._text += text
        if ENDS.isdisjoint(text):
            return ""
        return self._marked(sentences.split(self._text)[:-1])

    def end(self) -> str:
        """Return the rest."""
        shown = self._marked(sentences.split(self._text))
        rest, self._shown = self._text[self._shown :], len(self._text)
        return shown + rest

    def _marked(self, spans: list[sentences.Span]) -> str:
        parts: list[str] = []
        for start, end in spans:
            if end <= self._shown:
                continue
            said = self._text[start:end]
            parts.append(self._text[self._shown : end])
            if claims_something(said, self._text[:start]):
                numbers = sorted({citation.n for citation in self._sources.supporting(said)})
                parts.append(" " + ("".join(f"[{n}]" for n in numbers) or UNSUPPORTED))
            self._shown = end
        return "".join(parts)


def footnotes(cited: Cited, words: Callable[[str], str] = str) -> str:
    """Return what was quoted, and what the mark of an unsupported sentence means; empty without either."""
    if not cited.claims and not cited.citations:
        return ""
    lines = []
    for citation in sorted(cited.citations, key=lambda one: one.n):
        quote = " ".join(citation.quote.split())
        lines.append(f"[{citation.n}] {source(citation)}: “{quote}”")
    unsupported = sum(not claim.supported for claim in cited.claims)
    said = f"{UNSUPPORTED} No passage supports this: {unsupported} of {len(cited.claims)} sentences."
    marks = [words(said)] if unsupported else []
    if unsupported == len(cited.claims) and lines:
        return "\n\n" + "\n\n".join([*marks, words(THEIR_WORDS), *lines])
    lines += marks
    return "\n\n" + "\n\n".join(lines)
