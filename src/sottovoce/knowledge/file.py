"""One shelf's file, open: one thread writes to it, another looks things up meanwhile.

Knows nothing of documents; the functions that do are given a connection.
"""

from __future__ import annotations

import os
import sqlite3
from asyncio import wrap_future
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TypeVar

from sottovoce.core.errors import UPDATE, NotFound, StoreDamaged, StoreNewer, StoreProblem
from sottovoce.core.paths import PRIVATE_FILE, make_folder
from sottovoce.knowledge import words
from sottovoce.store.db import transaction
from sottovoce.store.faults import translated

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

VERSION = 2
PATIENCE = 30.0
"""Seconds to wait for another program's transaction."""

NAME = "shelf.db"
AFRESH = "sotto kb remove NAME, then sotto kb add"
"""How a shelf is made anew from its files."""


class ShelfFile:
    """Both connections of one shelf. `folder` is made where it is not there. Raises StoreProblem."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self.folder = folder
        self.path = folder / NAME
        with said_of(self.path):
            self._writer = _connect(self.path)
            try:
                _prepare(self._writer)
                self._reader = _connect(self.path)
            except BaseException:
                self._writer.close()
                raise
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="shelf-writing")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="shelf-reading")

    async def run(self, work: Work[T]) -> T:
        """Run work in one transaction. A cancelled wait leaves it done whole or not at all."""
        return await wrap_future(_submitted(self._writing, partial(self._write, work)))

    def call(self, work: Work[T]) -> T:
        """Do what `run` does, for callers that are not async."""
        return _submitted(self._writing, partial(self._write, work)).result()

    async def read(self, work: Work[T]) -> T:
        """Run work that only reads, on one unchanging view of the file."""
        return await wrap_future(_submitted(self._reading, partial(self._look, work)))

    def look(self, work: Work[T]) -> T:
        """Do what `read` does, for callers that are not async."""
        return _submitted(self._reading, partial(self._look, work)).result()

    async def scrub(self) -> None:
        """Clear every trace of what was taken off; for seconds where there is much. Raises StoreProblem."""
        await wrap_future(_submitted(self._writing, self._scrub))

    def size(self) -> int:
        """Return the bytes that the shelf takes on the disk."""
        return sum(file.stat().st_size for file in self.folder.iterdir() if file.is_file())

    def close(self) -> None:
        """Finish the work at hand and close; work that comes later raises NotFound. Twice is nothing."""
        self._writing.shutdown()
        self._reading.shutdown()
        self._writer.close()
        self._reader.close()

    def _write(self, work: Work[T]) -> T:
        with said_of(self.path), transaction(self._writer, "BEGIN IMMEDIATE", "COMMIT"):
            return work(self._writer)

    def _scrub(self) -> None:
        with said_of(self.path):
            words.merge(self._writer)
            # secure_delete blanks a freed cell, not the copies that stay when pages are rebalanced.
            self._writer.execute("VACUUM")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _look(self, work: Work[T]) -> T:
        with said_of(self.path), transaction(self._reader, "BEGIN", "ROLLBACK"):
            return work(self._reader)


def check_there(folder: Path, shelf: str) -> None:
    """Raise StoreProblem where the file of this shelf is missing, StoreDamaged where it is empty.

    `ShelfFile` would begin a new one in the place of both, and wait for whoever has the emptied one open.
    """
    path = folder / NAME
    with translated(path):
        if not path.exists():
            raise StoreProblem(
                f"The file of the shelf {shelf!r} is missing: {path}",
                hint=f"Put it back from a backup, or make the shelf anew: {AFRESH}",
            )
        is_empty = path.stat().st_size == 0
    if is_empty:
        raise StoreDamaged(
            f"The file of the shelf {shelf!r} is empty: {path}",
            hint=f"Put it back from a backup, or make the shelf anew: {AFRESH}",
        )


@contextmanager
def said_of(path: Path) -> Iterator[None]:
    """Turn what SQLite or the disk raises inside into an error of this shelf."""
    try:
        with translated(path):
            yield
    except StoreDamaged as problem:
        problem.hint = f"A shelf can be made anew from its files: {AFRESH}"
        raise


def _submitted(executor: ThreadPoolExecutor, does: Callable[[], T]) -> Future[T]:
    try:
        return executor.submit(does)
    except RuntimeError:  # it was shut down
        raise NotFound(
            "This shelf has just been removed.", hint="sotto kb list shows those that are here"
        ) from None


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",  # what a power cut takes of an index is read again from the files
        "journal_size_limit = 16777216",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    with transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise StoreNewer(
                "This shelf was written by a later version of Sottovoce.",
                hint=UPDATE,
                detail=f"version {version}; this one knows {VERSION}",
            )
        if version == 0:
            _create(connection)
        elif version == 1:
            _note_locked(connection)


def _create(connection: sqlite3.Connection) -> None:
    for name in ("shelf.sql", "vectors.sql"):
        script = (resources.files("sottovoce.knowledge") / name).read_text(encoding="utf-8")
        for statement in _statements(script):
            connection.execute(statement)
    words.create(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _note_locked(connection: sqlite3.Connection) -> None:
    """Bring a file of version 1 to the next, which tells apart what a password would open."""
    connection.execute("ALTER TABLE documents ADD COLUMN locked INTEGER NOT NULL DEFAULT 0")
    connection.execute("UPDATE documents SET locked = 1 WHERE problem LIKE '% is locked with a password.'")
    connection.execute("PRAGMA user_version = 2")


def _statements(script: str) -> Iterator[str]:
    """Yield the statements one by one: executescript would end the transaction around it."""
    begun = ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            yield begun
            begun = ""
