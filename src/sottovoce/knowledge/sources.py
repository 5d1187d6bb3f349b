"""The files and folders that a shelf is made of: noted, and looked through. Reads no file.

Hidden files, version control and what programs install are passed over in folders; a link is followed only
where it stays inside. What is named by itself is always taken.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.store.faults import intact

PASSED_OVER = frozenset({"__pycache__", "node_modules", "$RECYCLE.BIN", "System Volume Information"})
UNFINISHED = (".part", ".partial", ".crdownload", ".tmp", ".swp", "~")
"""How files end that another program is still writing."""

LATEST = 2**63 - 1
"""Nanoseconds: what SQLite holds. A file's time may lie beyond, and beyond its negative."""

_UNCLEAR = re.compile(r"\\+(?=x[89a-f][0-9a-f]|[\udc80-\udcff])")
"""Backslashes that would read as a part of an odd byte that is written out."""


@dataclass(frozen=True, slots=True)
class Source:
    """`synced`: when all of it was last looked through; None: never to the end. Seconds since 1970."""

    number: int
    path: Path
    added: float
    synced: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was met. `modified` is in nanoseconds, from -LATEST to LATEST."""

    source: int
    path: Path
    name: str
    size: int
    modified: int

    @property
    def key(self) -> str:
        """The path as a shelf keeps it."""
        return written_out(str(self.path))

    @property
    def changed(self) -> float | None:
        """When the file was changed, in seconds since 1970; None where its time is beyond what is kept."""
        return self.modified / 1e9 if abs(self.modified) < LATEST else None


@dataclass(slots=True)
class Look:
    """What was met in a source. `closed` are folders that could not be looked into."""

    seen: list[Seen]
    closed: list[Path]
    passed: dict[str, int]
    """Files that are of no kind that can be read, by their ending."""


def add(connection: sqlite3.Connection, path: Path, now: float) -> Source:
    """Note a file or folder as a source, unless it is one. Raises BadValue where it cannot be one."""
    path = Path(os.path.abspath(path))  # noqa: PTH100  (resolve would follow a link that a person chose)
    require(path)
    row = connection.execute("SELECT 1 FROM sources WHERE path = ?", (str(path),)).fetchone()
    if row is None:
        connection.execute("INSERT INTO sources (path, added) VALUES (?, ?)", (str(path), now))
    return next(source for source in listed(connection) if source.path == path)


def require(path: Path) -> None:
    """Raise BadValue where a path cannot be a source."""
    if not path.exists():
        raise BadValue(f"{path} is not there.", hint="Check the path for a typing error")
    if not (path.is_file() or path.is_dir()):
        raise BadValue(
            f"{path} is neither a file nor a folder.",
            hint="Save what comes out of it as a file, and name that",
        )
    if not _is_utf8(path):
        raise BadValue(
            f"The name {str(path)!r} is not UTF-8.", hint="Rename it, or name the folder that it is in"
        )


def listed(connection: sqlite3.Connection) -> list[Source]:
    rows = connection.execute("SELECT number, path, added, synced FROM sources ORDER BY number")
    return [_source(row) for row in rows]


def get(connection: sqlite3.Connection, path: Path) -> Source:
    """Return a source by its path. Raises NotFound."""
    wanted = os.path.abspath(path)  # noqa: PTH100
    for source in listed(connection):
        if str(source.path) == wanted:
            return source
    raise NotFound(f"{path} was not put on this shelf.", hint="sotto kb show NAME lists what was")


def note_synced(connection: sqlite3.Connection, source: Source, now: float) -> None:
    connection.execute("UPDATE sources SET synced = ? WHERE number = ?", (now, source.number))


def remove(connection: sqlite3.Connection, source: Source) -> None:
    """Forget a source; its documents must be gone."""
    connection.execute("DELETE FROM sources WHERE number = ?", (source.number,))


def is_shared(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether another source holds some of the files that are at this path."""
    place = Path(os.path.abspath(path))  # noqa: PTH100  (Path.absolute keeps ..)
    others = [one.path for one in listed(connection) if one.path != place]
    return any(one.is_relative_to(place) or place.is_relative_to(one) for one in others)


def look_through(source: Source, is_readable: Callable[[str], bool]) -> Look:
    """Return the files of a source in the order of their names.

    `is_readable` says of a file's name whether its kind can be read.
    """
    look = Look([], [], {})
    if not source.path.is_dir():
        _note(look, source, source.path, source.path.name)
        return look
    root = source.path.resolve()
    for path in _files(source.path, look.closed):
        if not is_readable(path.name):
            ending = path.suffix.lower() or path.name
            look.passed[ending] = look.passed.get(ending, 0) + 1
            continue
        if path.is_symlink() and not _stays_inside(path, root):
            continue
        _note(look, source, path, str(Path(source.path.name) / path.relative_to(source.path)))
    return look


def modified_of(info: os.stat_result) -> int:
    """Return a file's time as a shelf keeps it, in nanoseconds."""
    return max(-LATEST, min(info.st_mtime_ns, LATEST))


def written_out(name: str) -> str:
    """Return a name or path as a shelf keeps it: bytes that are no UTF-8 are written out in hexadecimal.

    Where a backslash of its own would read as such a byte, it is doubled: no two names are kept alike.
    """
    doubled = _UNCLEAR.sub(lambda run: run[0] * 2, name)
    return os.fsencode(doubled).decode("utf-8", "backslashreplace")


def _stays_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links that lead to each other: Python 3.11 raises the latter
        return False


def _files(folder: Path, closed: list[Path]) -> Iterator[Path]:
    def refused(problem: OSError) -> None:
        closed.append(Path(problem.filename or folder))

    for here, folders, files in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not _is_passed_over(name))
        for name in sorted(files):
            if not _is_passed_over(name) and not name.lower().endswith(UNFINISHED):
                yield Path(here) / name


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "~$")) or name in PASSED_OVER


def _note(look: Look, source: Source, path: Path, name: str) -> None:
    try:
        info = path.stat()
    except OSError:  # gone since, or a link that leads nowhere
        return
    if stat.S_ISREG(info.st_mode):
        shown = written_out(name.replace(os.sep, "/"))
        look.seen.append(Seen(source.number, path, shown, info.st_size, modified_of(info)))


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _source(row: tuple[object, ...]) -> Source:
    number, path, added, synced = intact(row, (int, str, float, float | None))
    return Source(number, Path(path), added, synced)
