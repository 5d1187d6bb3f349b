"""Tables in a passage's text: which row names the cells of the others. Pure.

A row is a line whose cells are parted by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows without another line between them, from one character to before another.

    `head` is the first one's text, where that names the cells: it has no digits, and most of the others do.
    Else "": a passage may begin in the middle of a table.
    """

    start: int
    end: int
    head: str

    def has(self, at: int) -> bool:
        return self.start <= at < self.end

    def is_head(self, at: int) -> bool:
        """Tell whether what begins at a character is the head."""
        return self.start <= at < self.start + len(self.head)


def tables(text: str) -> Iterator[Table]:
    """Yield the tables of a text in their order."""
    rows: list[str] = []
    start = at = 0
    for line in (*text.splitlines(keepends=True), ""):
        if "\t" not in line and rows:
            yield Table(start, at, _head(rows))
            rows = []
        if "\t" in line:
            start = start if rows else at
            rows.append(line)
        at += len(line)


def _head(rows: list[str]) -> str:
    first, others = rows[0], rows[1:]
    numbered = sum(_DIGIT.search(row) is not None for row in others)
    return first if others and not _DIGIT.search(first) and 2 * numbered > len(others) else ""
