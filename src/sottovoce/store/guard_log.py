"""What safeguards refused, replaced or noted: one line on the disk for each, for the owner of this home.

Append-only JSON lines that a person can read with any editor. Knows when, which rule, in a question or an
answer, and whose; never a word of what was said. Of a full file the newest lines stay, in a file beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any

from sottovoce.core import lines
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import disk_problem

MOST_BYTES = 1_000_000
"""Of one file; there are two at most. About 6,000 lines."""

LONGEST = 100
"""Characters of a field: none of them holds a text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act of a safeguard. `at` is seconds since 1970; `where`: question or answer.

    `outcome`: refused, answered, noted, card or unheard (a guard model that could not be understood).
    `owner` is whose chat it was, as rows have it, `surface` the way by which it was asked. `category` may be
    empty.
    """

    at: float
    rule: str
    category: str
    where: str
    outcome: str
    owner: str
    surface: str


NAMES = tuple(field.name for field in fields(Entry) if field.name != "at")


class GuardLog:
    """The log in one file and the one before it. Several processes may append to it at once."""

    def __init__(self, path: Path, most: int = MOST_BYTES) -> None:
        self.path = path
        self._most = most

    @property
    def older(self) -> Path:
        return self.path.with_name(f"{self.path.stem}.1{self.path.suffix}")

    def add(self, entry: Entry) -> None:
        """Put an act on the disk. Raises DiskFull, ReadOnly or StoreProblem."""
        record: dict[str, str | int | float] = {"at": round(entry.at, 3)}
        record |= {name: _cut(getattr(entry, name)) for name in NAMES}
        line = lines.written(record)
        try:
            self._make_room(len(line))
        except OSError as problem:
            raise disk_problem(problem, self.path) from problem
        lines.append(self.path, line)

    def entries(self, since: float = 0.0) -> tuple[list[Entry], int]:
        """Return the acts since then, oldest first, and how many lines could not be read."""
        found: list[Entry] = []
        unreadable = 0
        for line in chain(lines.whole(self.older), lines.whole(self.path)):
            entry = _parsed(line)
            if entry is None:
                unreadable += 1
            elif entry.at >= since:
                found.append(entry)
        return found, unreadable

    def _make_room(self, size: int) -> None:
        """Put a full file beside. One program does it; the others write on to whichever file they find."""
        if self._bytes() + size <= self._most:
            return
        lock = FileLock(self.path.with_suffix(".lock"))
        if not lock.take():
            return
        try:
            if self._bytes() + size > self._most:  # nobody else has done it meanwhile
                self.path.replace(self.older)
        finally:
            lock.release()

    def _bytes(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0


def told(entry: Entry) -> dict[str, Any]:
    """Return an entry's documented keys."""
    return asdict(entry)


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def _parsed(line: bytes) -> Entry | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, Mapping) or not isinstance(record.get("at"), int | float):
        return None
    values = [value for name in NAMES if isinstance(value := record.get(name), str)]
    if len(values) != len(NAMES):
        return None
    return Entry(float(record["at"]), *values)
