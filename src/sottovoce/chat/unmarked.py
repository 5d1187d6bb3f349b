"""Takes the numbers in brackets that a model wrote out of its answer, while it streams.

A model that saw such marks in passages writes them as it likes; ours are made from what its sentences say.
What stands in code stays. Knows nothing of passages.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

from sottovoce.core.events import Text

_MARK = re.compile(r"[ \t]*(?:\[\^?\d{1,3}(?:\s*[,;–-]\s*\^?\d{1,3})*\]|【\d{1,3}(?:†[^】]{0,40})?】)")
_OPEN = re.compile(r"[ \t]*(?:\[(?:\^?\d{0,3}(?:\s*[,;–-]\s*\^?\d{0,3})*)?|【[^】]{0,44}|`+)?$")

T = TypeVar("T")


class Unmarked:
    """The text of one answer. What may yet become a mark is held back."""

    def __init__(self) -> None:
        self._held = ""
        self._is_code = False

    def feed(self, text: str) -> str:
        """Return what can be shown of the text so far."""
        self._held += text
        open_at = self._open_at()
        ready, self._held = self._held[:open_at], self._held[open_at:]
        return self._cleaned(ready)

    def end(self) -> str:
        """Return what was held back."""
        ready, self._held = self._held, ""
        return self._cleaned(ready)

    def _open_at(self) -> int:
        found = _OPEN.search(self._held)
        return len(self._held) if found is None else found.start()

    def _cleaned(self, text: str) -> str:
        parts = re.split("(`+)", text)
        for at, part in enumerate(parts):
            if at % 2:
                self._is_code = not self._is_code
            elif not self._is_code:
                parts[at] = _MARK.sub("", part)
        return "".join(parts)


async def unmarked(pieces: AsyncGenerator[T, None]) -> AsyncGenerator[T | Text, None]:
    """Yield the pieces of an answer without the marks in its text."""
    answer = Unmarked()
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Text):
                shown = answer.feed(piece.text)
                if shown:
                    yield replace(piece, text=shown)
                continue
            rest = answer.end()
            if rest:
                yield Text(rest)
            yield piece
    rest = answer.end()
    if rest:
        yield Text(rest)
