"""From the lines of a page to paragraphs and headings. Pure.

A PDF has neither, only places for letters. What is guessed here needs only where each line begins and how
high its letters are, and nothing is guessed where that says nothing.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sottovoce.knowledge.reading.paper import Paper

FEWEST_RUNNING = 3
"""Pages on which a line must stand to be taken for one that is on all."""

LARGER = 1.12
"""Times the size of the text that a heading at least has."""

ALIKE = 0.95
"""Times a height that is taken for the same."""

LONGEST_HEADING = 150
MOST_LEVELS = 4
BULLETS = "•◦▪‣●○■□–"

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u303f]"
_BETWEEN_WIDE = re.compile(f"(?<={_WIDE}) (?={_WIDE})")
_HYPHEN = re.compile("[\x02\ufffe\xad]\\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page. `size` is the height of its first letter; 0 where that is not known."""

    text: str
    size: float
    left: float
    bottom: float


class Layout:
    """What is usual in one document, by a sample of its pages."""

    def __init__(self, sample: Iterable[list[Line]]) -> None:
        pages = [lines for lines in sample if lines]
        self._usual, self._levels = sizes_of(pages)
        self._running = running_of(pages)
        self._met: set[str] = set()

    def write(self, lines: list[Line], page: int, paper: Paper) -> None:
        """Write a page: lines that follow closely are one paragraph."""
        lines = _without(lines, self._running, self._met)
        levels = [level_of(line, self._usual, self._levels) for line in lines]
        for held, level in paragraphs(lines, levels):
            text = joined(held)
            if level and len(text) <= 2 * LONGEST_HEADING:
                paper.heading(text, level, page)
            else:
                paper.text(text, page)


def running_of(sample: Iterable[list[Line]]) -> frozenset[str]:
    """Return the lines that stand first or last on most pages, their numbers aside. Pure."""
    pages = [lines for lines in sample if lines]
    ends = Counter(key for lines in pages for key in {_key(lines[0]), _key(lines[-1])})
    return frozenset(key for key, count in ends.items() if count >= max(FEWEST_RUNNING, len(pages) / 2))


def _key(line: Line) -> str:
    return _NUMBER.sub("#", line.text)


def _without(lines: list[Line], running: frozenset[str], met: set[str]) -> list[Line]:
    """Return a page without the lines that all have, but the first time."""
    kept = []
    for at, line in enumerate(lines):
        if at in (0, len(lines) - 1) and (key := _key(line)) in running:
            if key in met or key == "#":
                continue
            met.add(key)
        kept.append(line)
    return kept


def sizes_of(pages: Iterable[list[Line]]) -> tuple[float, list[float]]:
    """Return the height that most letters have, and those of headings, the highest first. Pure."""
    sizes: Counter[float] = Counter()
    short: set[float] = set()
    for lines in pages:
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
            if len(line.text) < LONGEST_HEADING:
                short.add(round(line.size, 1))
    if not sizes:
        return 0.0, []
    usual = sizes.most_common(1)[0][0]
    larger = sum(count for size, count in sizes.items() if size >= usual * LARGER)
    if not usual or larger > sum(sizes.values()) / 4:  # as in slides, where everything is large
        return usual, []
    levels: list[float] = []
    for size in sorted(short, reverse=True):
        if size >= usual * LARGER and (not levels or size < levels[-1] * ALIKE):
            levels.append(size)
    return usual, levels


def level_of(line: Line, usual: float, levels: list[float]) -> int:
    """Return a heading's level, 0 for text. Pure."""
    if not levels or line.size < usual * LARGER or len(line.text) > LONGEST_HEADING:
        return 0
    if ". . ." in line.text or "...." in line.text or not any(map(str.isalpha, line.text)):
        return 0  # an entry of a table of contents, a number
    return min(1 + sum(size * ALIKE > line.size for size in levels), MOST_LEVELS)


def paragraphs(lines: list[Line], levels: list[int]) -> Iterator[tuple[list[str], int]]:
    """Yield the lines that follow each other closely, with their level as a heading. Pure."""
    gaps = [0.0, *(above.bottom - line.bottom for above, line in pairwise(lines))]
    downward = [gap for gap in gaps if gap > 1]
    step = statistics.median_low(downward) if downward else 0.0
    held: list[str] = []
    for at, line in enumerate(lines):
        apart = (
            levels[at] != levels[at - 1]
            or gaps[at] < -step  # the next column begins above
            or gaps[at] > min(step * 1.4, line.size * 2.5 or step * 1.4)
            or (gaps[at] > 1 and line.left > lines[at - 1].left + line.size * 0.8)
        )
        if held and apart:
            yield held, levels[at - 1]
            held = []
        held.append(line.text)
    if held:
        yield held, levels[-1]


def joined(lines: list[str]) -> str:
    """Join the lines of a paragraph: by a space, by nothing in Chinese or where a word was parted. Pure."""
    pieces: list[str] = []
    for line in lines:
        if pieces and line[0] in BULLETS:
            pieces[-1] = pieces[-1].rstrip() + "\n"
        parted = _HYPHEN.search(line)
        pieces.append(line[: parted.start()] if parted else line + " ")
    return _BETWEEN_WIDE.sub("", "".join(pieces).strip())
