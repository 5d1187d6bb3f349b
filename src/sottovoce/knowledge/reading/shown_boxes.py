"""Where words and bars stand on a page: whether words are read in their order, and nothing runs through them.

Pure. Lengths are points from the lower left corner.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

SAME_LINE = 1.5
"""Points by which letters on one line may differ in height."""

TOUCH = 0.5
"""Points by which letters may run into others, as rounding has them; less than any space is wide."""

RISE, DEPTH = 0.72, 0.2
"""Of their size: how far letters reach above their line, and below it."""

MOST = 4_000
"""Pieces of text on a page; nobody reads one with more."""

THIN, DOT = 1.6, 4.0
LIGHT = 0.85
CORE = (0.08, 0.6)
"""Of their size above the line, where letters are struck through."""


@dataclass(frozen=True, slots=True)
class Bar:
    left: float
    low: float
    right: float
    high: float
    gray: float

    @property
    def is_thin(self) -> bool:
        wide, tall = self.right - self.left, self.high - self.low
        return wide <= THIN or tall <= THIN or (wide <= DOT and tall <= DOT)


@dataclass(slots=True)
class _Words:
    left: float
    low: float
    right: float
    size: float

    @property
    def top(self) -> float:
        return self.low + RISE * self.size

    @property
    def depth(self) -> float:
        return self.low - DEPTH * self.size


@dataclass(slots=True)
class Boxes:
    """The page's own box, and what was put into it so far."""

    left: float
    low: float
    right: float
    high: float
    _words: list[_Words] = field(default_factory=list)
    _bars: list[Bar] = field(default_factory=list)
    _floor: float = math.inf
    """How low the lowest words are, but for the last ones."""
    _depth: float = math.inf
    """How low their letters reach."""

    @property
    def has_words(self) -> bool:
        return bool(self._words)

    def lay(self, bar: Bar) -> None:
        self._bars.append(bar)

    def write(
        self, left: float, low: float, right: float, size: float, note: Callable[[str], None]
    ) -> tuple[bool, float]:
        """Put words there; return whether the line before goes on with them, and how far behind its end."""
        if left < self.left - TOUCH or right > self.right + TOUCH or low < self.low or low + size > self.high:
            note("/MediaBox")
        last = self._words[-1] if self._words else None
        if last is not None and abs(low - last.low) <= SAME_LINE and left >= last.right - TOUCH:
            gap = left - last.right
            # One box for all that stands close together; a column beside it has its own.
            if gap < 2 * size and abs(size - last.size) < 0.1:
                if low >= self._floor - SAME_LINE and self._is_behind(left, low, self._words[:-1]):
                    note("Td")
                here = _Words(left, low, right, size)
                if here.top > self._depth and _is_over(here, self._words[:-1]):
                    note("Tm")
                last.right = max(last.right, right)
                return True, gap
        else:
            gap = 0.0
        if len(self._words) > MOST:
            raise ValueError("more pieces of text than a page holds")
        if self._is_behind(left, low, self._words):
            note("Td")
        here = _Words(left, low, right, size)
        if _is_over(here, self._words):
            note("Tm")
        if last is not None:
            self._floor, self._depth = min(self._floor, last.low), min(self._depth, last.depth)
        same = last is not None and abs(low - last.low) <= SAME_LINE
        self._words.append(here)
        return same, gap

    def _is_behind(self, left: float, low: float, words: Sequence[_Words]) -> bool:
        """Return whether some of these words would be read after what stands there."""
        return any(low >= one.low - SAME_LINE and left < one.right - TOUCH for one in words)

    def crossed(self) -> Iterator[str]:
        """Yield what lies below words and hides them, or strikes them through."""
        for bar in self._bars:
            if bar.is_thin:
                if any(_strikes(bar, one) for one in self._words):
                    yield "re"
            elif bar.gray < LIGHT:
                yield f"g {bar.gray:.2f}"


def _is_over(here: _Words, words: Sequence[_Words]) -> bool:
    """Return whether letters lie on others: a dot that is large enough hides a word."""
    return any(
        here.left < one.right - TOUCH
        and here.right > one.left + TOUCH
        and here.top > one.depth
        and here.depth < one.top
        for one in words
    )


def _strikes(bar: Bar, words: _Words) -> bool:
    low, high = (words.low + part * words.size for part in CORE)
    return bar.left < words.right and bar.right > words.left and bar.low < high and bar.high > low
