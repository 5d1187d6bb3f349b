"""What SQLite and the disk say, in the words of core/errors: nothing of sqlite3 leaves the store as it is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import UnionType
from typing import Any

from sottovoce.core.errors import DiskFull, ReadOnly, SottoError, StoreBusy, StoreDamaged, StoreProblem
from sottovoce.core.paths import Home, disk_problem, move_away

RESTORE = "sotto doctor --restore brings back the newest backup and keeps the damaged file aside."
ROOM = 256 * 1024
"""With fewer bytes free than this, a failed write or open is put down to the full disk."""


@contextmanager
def translated(database: Path) -> Iterator[None]:
    """Turn what SQLite or the disk raises inside into an error that people can read."""
    try:
        yield
    except StoreDamaged as problem:  # found in a row, where nobody knows which file that came from
        problem.hint = _way_back(database)
        raise
    except sqlite3.Error as problem:
        raise in_words(problem, database) from problem
    except UnicodeDecodeError as problem:  # of a damaged schema, Python cannot even read the complaint
        raise damaged(
            f"The database {database} is damaged and cannot be read.", database, str(problem)
        ) from problem
    except OSError as problem:
        raise disk_problem(problem, database) from problem


def in_words(problem: sqlite3.Error, database: Path) -> SottoError:
    """Say in a sentence what SQLite meant."""
    # The low byte is the kind; the rest tells where in SQLite it arose.
    kind = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    detail = f"{getattr(problem, 'sqlite_errorname', type(problem).__name__)}: {problem}"
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy(detail)
    # Text that is no longer UTF-8 is found by Python's sqlite3, which gives that no code.
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "Could not decode" in str(problem):
        return damaged(f"The database {database} is damaged and cannot be read.", database, detail)
    if kind == sqlite3.SQLITE_FULL or (kind in _DISK and _no_room(database)):
        return full(database, detail)
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return ReadOnly(
            f"The database {database} cannot be written.",
            hint="Give yourself write access, or choose another home: SOTTO_HOME=/some/folder sotto",
            detail=detail,
        )
    if "no such module" in str(problem):
        return StoreProblem(
            "This Python's SQLite was built without full text search (FTS5), which the chats need.",
            hint="Use the Python of your system or of python.org; both have it.",
            detail=detail,
        )
    if kind == sqlite3.SQLITE_IOERR:
        return StoreProblem(
            f"The disk failed while the database {database} was in use.",
            hint="Check the disk, then run: sotto doctor",
            detail=detail,
        )
    return StoreProblem("The database could not do what was asked.", hint="sotto doctor", detail=detail)


def busy(detail: str | None = None) -> StoreBusy:
    return StoreBusy(
        "Another program has held the database for too long.",
        hint="Close other windows of sotto, or wait a moment, and try again.",
        detail=detail,
    )


def damaged(sentence: str, database: Path | None = None, detail: str | None = None) -> StoreDamaged:
    """Return the error for a damaged database; without its path, `translated` adds the way back."""
    hint = _way_back(database) if database else "sotto doctor looks what can be done."
    return StoreDamaged(sentence, hint=hint, detail=detail)


def _way_back(database: Path) -> str:
    return RESTORE if any(Home(database.parent).backups.glob("sotto-*.db")) else afresh(database)


def afresh(database: Path) -> str:
    """Return the next step where no backup can help."""
    away = f"Move the file away and keep it; the next chat begins a new one: {move_away(database)}"
    return f"There is no backup to go back to. {away}"


def full(database: Path, detail: str | None = None) -> DiskFull:
    return DiskFull(
        f"The disk that holds {database.parent} is full.",
        hint="Free some space and ask again; nothing that was saved is lost.",
        detail=detail,
    )


def intact(row: tuple[Any, ...], kinds: tuple[type | UnionType, ...]) -> tuple[Any, ...]:
    """Return the row. Raises StoreDamaged when a value is of another kind, which SQLite does not check."""
    if all(map(isinstance, row, kinds)):
        return row
    raise damaged("The database is damaged: what stands in a row cannot be read.", detail=repr(row)[:200])


_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def _no_room(database: Path) -> bool:
    try:
        return shutil.disk_usage(database.parent).free < ROOM
    except OSError:
        return False
