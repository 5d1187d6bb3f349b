"""Puts what was hidden back in an answer, while it comes in pieces cut anywhere. Pure."""

from __future__ import annotations

import re

from sottovoce.guard.privacy.masks import ALL, MOST_DIGITS, Masks, like

_SEPARATOR = r"(?:\\?[_\- ]|[\u2010-\u2015])?"
LONGEST = max(map(len, ALL)) + 2 + MOST_DIGITS + 1 + 2
"""Signs of a placeholder as a model may write it; so many, less one, are held back at most."""


class Restorer:
    """An answer with placeholders goes in piece by piece; what may be shown comes out, with the originals."""

    def __init__(self, masks: Masks) -> None:
        self._originals = {(one.word, one.number): one.original for one in masks.all}
        self._like = like(masks.ending) if masks.all else None
        self._begun = _begun(masks.ending)
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return what may be shown now. What may be the beginning of a placeholder waits."""
        if self._like is None:
            return piece
        text = self._held + piece
        shown, at = self._put_back(text, self._like)
        keep = next(
            (
                start
                for start in range(max(at, len(text) - LONGEST + 1), len(text))
                if self._begun.fullmatch(text, start)
            ),
            len(text),
        )
        self._held = text[keep:]
        return shown + text[at:keep]

    def end(self) -> str:
        """Return what was still held: it was no placeholder."""
        held, self._held = self._held, ""
        return held

    def _put_back(self, text: str, pattern: re.Pattern[str]) -> tuple[str, int]:
        """Return the text up to the end of its last placeholder with originals, and where that is."""
        pieces, at = [], 0
        for found in pattern.finditer(text):
            original = self._originals.get((found[1].upper(), int(found[2])), found[0])
            pieces += [text[at : found.start()], original]
            at = found.end()
        return "".join(pieces), at


def restore(text: str, masks: Masks) -> str:
    """Return a whole text with the originals put back."""
    restorer = Restorer(masks)
    return restorer.feed(text) + restorer.end()


def _begun(ending: str) -> re.Pattern[str]:
    """Return what matches the beginning of a placeholder that is not all there."""
    beginnings = sorted({word[:size] for word in ALL for size in range(1, len(word))}, key=len, reverse=True)
    first = ending[:1]
    rest = rf"(?:\\|{_SEPARATOR}(?:[1-9][0-9]{{0,{MOST_DIGITS - 1}}}(?:[ _]?{first}?)?)?)"
    whole = f"(?:{'|'.join(ALL)}){rest}"
    return re.compile(f"{'|'.join(beginnings)}|{whole}", re.IGNORECASE | re.ASCII)
