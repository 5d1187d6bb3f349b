"""A shelf as one file that can stand in another home: texts, index and vectors, no path of this machine.

What is on it stays as if it had been given by itself. Encyclopaedias stay behind: they are files of their
own.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import UPDATE, StoreDamaged, StoreNewer
from sottovoce.knowledge import mounts
from sottovoce.knowledge.file import AFRESH, NAME, VERSION, check_there, said_of
from sottovoce.knowledge.giving import PLACE

_ONE = (1).to_bytes(4)
_OPENING_CHANGES = {18: b"\x01\x01", 24: _ONE, 40: _ONE, 92: _ONE, 96: _ONE}
"""Of the header, https://www.sqlite.org/fileformat.html#the_database_header: versions for writing and
reading, counters of changes and of schemas, for which change the next is valid, and who made that."""


@dataclass(frozen=True, slots=True)
class Carried:
    """`mark` tells what is on it, whatever vectors were made since. `left_behind`: encyclopaedias."""

    documents: int
    mark: str
    left_behind: tuple[str, ...]


def pack(folder: Path, into: Path, shelf: str) -> Carried:
    """Write the shelf in a folder to a new file, while others may use it. Raises StoreProblem."""
    check_there(folder, shelf)
    path = folder / NAME
    with said_of(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        left_behind = tuple(mounted.path.name for mounted in mounts.listed(connection))
        connection.execute("VACUUM INTO ?", (str(into),))
    with said_of(into), closing(sqlite3.connect(into, isolation_level=None)) as connection:
        connection.execute("UPDATE documents SET source = NULL, path = ? || name", (PLACE,))
        connection.execute("DELETE FROM sources")
        connection.execute("DELETE FROM mounts")
        connection.execute("VACUUM")  # or the paths would still stand in free pages
        (count,) = connection.execute("SELECT count(*) FROM documents").fetchone()
        carried = Carried(int(count), _mark(connection), left_behind)
    _settle_header(into)
    return carried


def as_it_came(folder: Path, into: Path) -> None:
    """Write the file of a shelf as it was packed, byte by byte, if nothing was written to it since.

    Raises StoreProblem.
    """
    path = folder / NAME
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        said_of(path),
        closing(sqlite3.connect(address, uri=True)) as connection,
        closing(sqlite3.connect(into)) as copy,
    ):
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    _settle_header(into)


def mark(folder: Path) -> str:
    """Return what tells whether documents came or went since a shelf was put there. Raises StoreProblem."""
    path = folder / NAME
    with said_of(path), closing(sqlite3.connect(path)) as connection:
        return _mark(connection)


def check(folder: Path) -> None:
    """Raise StoreProblem where a shelf that was brought cannot be used by this program."""
    path = folder / NAME
    with said_of(path), closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if not 1 <= int(version) <= VERSION:
            raise StoreNewer("This shelf was written by a later version of Sottovoce.", hint=UPDATE)
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StoreDamaged(
                "The file of this shelf is damaged.", hint=f"Make it anew: {AFRESH}", detail=str(verdict)
            )


def _settle_header(path: Path) -> None:
    """Undo what opening alone changes in a file: how it is journaled, and counts of writes and by whom."""
    with said_of(path), path.open("r+b") as file:
        for offset, fixed in _OPENING_CHANGES.items():
            file.seek(offset)
            file.write(fixed)


def _mark(connection: sqlite3.Connection) -> str:
    digest = hashlib.sha256()
    for name, content in connection.execute("SELECT name, digest FROM documents ORDER BY name"):
        digest.update(f"{name}\n{content}\n".encode())
    return digest.hexdigest()
