"""What of the answers to one request the passages support, by choice. Knows no protocol."""

from __future__ import annotations

from dataclasses import replace

from sottovoce.chat.grounds import quotes
from sottovoce.core.events import Grounds, Notice, Quoted, Text
from sottovoce.core.grounds import STALE, UNREAD, Cited
from sottovoce.knowledge.cite import cited
from sottovoce.server.grounds import CitedNoun, GroundedNoun, passages


class Citing:
    """Hears what comes for each choice; where no shelf is asked, there is nothing to say of any."""

    def __init__(self) -> None:
        self._grounds: dict[int, Grounds] = {}
        self._notices: dict[int, dict[str, str]] = {}
        self._texts: dict[int, list[str]] = {}
        self._quoted: dict[int, Quoted] = {}

    def hear(self, piece: object, at: int = 0) -> None:
        """Take note of the next piece of a choice, as far as it matters here."""
        if isinstance(piece, Grounds):
            self._grounds[at] = piece
        elif isinstance(piece, Notice):
            self._notices.setdefault(at, {})[piece.code] = piece.text
        elif isinstance(piece, Quoted):
            self._quoted[at] = piece
        elif isinstance(piece, Text) and at in self._grounds:
            self._texts.setdefault(at, []).append(piece.text)

    def of(self, at: int = 0) -> GroundedNoun | None:
        """Return what was found for a choice, and what of it supports the text."""
        grounds = self._grounds.get(at)
        if grounds is None:
            return None
        found, notices = self._cited(at, grounds), self._notices.get(at, {})
        return GroundedNoun(
            passages=passages(grounds.passages),
            answered=grounds.answers,
            as_of=found.as_of,
            stale=notices.get(STALE),
            unread=notices.get(UNREAD),
            **dict(CitedNoun.of(found)),
        )

    def _cited(self, at: int, grounds: Grounds) -> Cited:
        """Return what supports a choice. Where no model was told anything, its text is quotes, or none."""
        told = [ground.passage for ground in grounds.passages if ground.told]
        quoted = self._quoted.get(at, Quoted(())).citations
        if not told:
            return quotes(quoted)[1]
        found = cited("".join(self._texts.get(at, ())), told)
        return replace(found, citations=quoted) if quoted else found

    def fields(self, at: int = 0) -> dict[str, object]:
        """Return the same as the fields of an answer."""
        found = self.of(at)
        return {} if found is None else found.model_dump()
