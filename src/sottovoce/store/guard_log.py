"""What safeguards refused, replaced or noted: one line on the disk for each, for the owner of this home.

Append-only JSON lines that a person can read with any editor. Knows when, which rule, in a question or an
answer, and whose; never a word of what was said. Of a full file the newest lines stay, in a file beside it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sottovoce.core.errors import StoreProblem
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import PRIVATE_FILE, disk_problem, sync_folder

APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)

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
        record = {"at": round(entry.at, 3), **{name: _cut(getattr(entry, name)) for name in NAMES}}
        line = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            self._make_room(len(line))
            is_new = not self.path.exists()
            handle = os.open(self.path, APPEND, PRIVATE_FILE)
            try:
                if _torn_end(handle):
                    line = b"\n" + line
                # One write: with O_APPEND two processes never mix their lines.
                written = os.write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)
            if is_new:
                sync_folder(self.path.parent)
        except OSError as problem:
            raise disk_problem(problem, self.path) from problem
        if written != len(line):
            raise StoreProblem(f"{self.path} took only part of a line.", hint="Free some space; try again.")

    def entries(self, since: float = 0.0) -> tuple[list[Entry], int]:
        """Return the acts since then, oldest first, and how many lines could not be read."""
        found: list[Entry] = []
        unreadable = 0
        for line in self._lines():
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

    def _lines(self) -> Iterator[bytes]:
        """Yield whole lines. A torn last one was being written when the power went: nothing followed it."""
        for path in (self.older, self.path):
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue
            except OSError as problem:
                raise disk_problem(problem, path) from problem
            *whole, _torn = data.split(b"\n")
            yield from (line for line in whole if line)


def told(entry: Entry) -> dict[str, Any]:
    """Return an entry's documented keys."""
    return asdict(entry)


def _torn_end(handle: int) -> bool:
    """Tell whether the file ends in the middle of a line, which must not swallow the next one."""
    size = os.fstat(handle).st_size
    if size == 0:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"


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
