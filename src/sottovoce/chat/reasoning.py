"""Tells what a model thinks apart from what it answers, while both are written.

A thought stands before the answer, between marks (engine/marks.py); what looks like a mark later on is text.
Knows nothing of chats or of any API's shapes.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

from sottovoce.core.events import Finished, Reasoning, Text
from sottovoce.engine.marks import FORMS, LEADS

T = TypeVar("T")

BETWEEN = "\n\n"
"""Stands between two thoughts of one answer."""

_BEGINNINGS = (*(form.opens for form in FORMS), *LEADS)


class Splitter:
    """Takes an answer in pieces of any size, and gives back what is certain of it.

    The blanks around marks belong to neither side. An answer without any mark comes out as it went in.
    """

    def __init__(self) -> None:
        self.is_answering = False
        """The thoughts are over, or there were none: all that comes now is the answer."""
        self._held = ""
        self._untouched: list[Text] = []
        """What came before the first mark."""
        self._has_marks = False
        self._closes: str | None = None
        """The mark that ends the thought; None outside one."""
        self._is_begun = False
        """This thought has words."""
        self._has_thought = False

    def add(self, piece: Text) -> list[Reasoning | Text]:
        """Take the next piece and return what can be told now."""
        if self.is_answering:
            return [piece]
        self._held += piece.text
        if not self._has_marks:
            self._untouched.append(piece)
        told: list[Reasoning | Text] = []
        while self._go_on(told):
            pass
        return told

    def end(self) -> list[Reasoning | Text]:
        """Return what is left: nothing more will come."""
        told: list[Reasoning | Text] = []
        if self._closes is not None:
            self._think(self._held.rstrip(), told)
        elif not self.is_answering:
            self._answer(told)
        self._held = ""
        return told

    def _go_on(self, told: list[Reasoning | Text]) -> bool:
        """Go on to the next mark. Return whether more can be said of what is held."""
        if self.is_answering:
            return False
        return self._look_for_begin(told) if self._closes is None else self._look_for_end(self._closes, told)

    def _look_for_begin(self, told: list[Reasoning | Text]) -> bool:
        bare = self._held.lstrip()
        mark = next((one for one in _BEGINNINGS if bare.startswith(one)), None)
        if mark is not None:
            self._held = bare[len(mark) :]
            self._has_marks, self._is_begun = True, False
            self._closes = next((form.closes for form in FORMS if form.opens == mark), None)
            return True
        if bare and not any(one.startswith(bare) for one in _BEGINNINGS):
            self._answer(told)
        return False

    def _look_for_end(self, closes: str, told: list[Reasoning | Text]) -> bool:
        thought, mark, rest = self._held.partition(closes)
        if mark:
            self._think(thought.rstrip(), told)
            self._held, self._closes = rest, None
            return True
        certain = self._held[: len(self._held) - _overlap(self._held, closes)].rstrip()
        self._think(certain, told)
        self._held = self._held[len(certain) :]
        return False

    def _think(self, thought: str, told: list[Reasoning | Text]) -> None:
        words = thought if self._is_begun else thought.lstrip()
        if not words:
            return
        first_of_another = self._has_thought and not self._is_begun
        told.append(Reasoning((BETWEEN if first_of_another else "") + words))
        self._is_begun = self._has_thought = True

    def _answer(self, told: list[Reasoning | Text]) -> None:
        """Tell that the answer begins with what is held."""
        self.is_answering = True
        if not self._has_marks:
            told += self._untouched  # with their likelihoods
        elif words := self._held.lstrip():
            told.append(Text(words))


async def told_apart(
    pieces: AsyncGenerator[T, None], clock: Callable[[], float] = time.monotonic
) -> AsyncGenerator[T | Text | Reasoning, None]:
    """Yield the pieces with the thoughts in them as `Reasoning`, each with how long it thinks by now."""
    splitter, began = Splitter(), 0.0
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Text) and not splitter.is_answering:
                began = began or clock()
                told = splitter.add(piece)
            elif isinstance(piece, Finished):
                told = splitter.end()
            else:
                yield piece
                continue
            for part in told:
                yield Reasoning(part.text, clock() - began) if isinstance(part, Reasoning) else part
            if isinstance(piece, Finished):
                yield piece


def _overlap(text: str, mark: str) -> int:
    """Return how many letters at the end of a text may be the beginning of a mark."""
    most = min(len(text), len(mark) - 1)
    return next((size for size in range(most, 0, -1) if mark.startswith(text[-size:])), 0)
