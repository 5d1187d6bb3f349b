"""Opens the one database of a home and runs work on it: one thread, one transaction at a time.

Knows nothing of chats; the functions that do (chats.py, search.py) are given a connection.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from sottovoce.core.errors import DiskFull, StoreBusy
from sottovoce.core.paths import PRIVATE_FILE, Home, sync_folder
from sottovoce.store import backup, chats, presence, waiting
from sottovoce.store.faults import damaged, translated
from sottovoce.store.migrate import migrate
from sottovoce.store.scrub import owed, scrub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sottovoce.core.lock import FileLock

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

log = logging.getLogger(__name__)


def open_database(
    home: Home, *, clock: Callable[[], float] = time.time, steps: Sequence[str] | None = None
) -> Database:
    """Open the database of this home; make it, migrate it or back it up first where that is due.

    Answers left unfinished by a program that is gone become interrupted. `steps` replaces the
    package's migrations. Raises StoreProblem and its children.
    """
    with presence.entrance(home), translated(home.database):
        connection = _connect(home)
        try:
            _prepare(connection, home, steps, clock())
            return Database(home, connection, presence.sign_in(home))
        except BaseException:
            connection.close()
            raise


def open_in_memory(home: Home) -> Database:
    """Open an empty database that is never on the disk, and is gone once it is closed.

    `home` is the one that its problems tell of. Raises StoreProblem.
    """
    with translated(home.database):
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        try:
            migrate(connection, home)
            for pragma in ("foreign_keys = ON", "temp_store = MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
    return Database(home, connection)


class Database:
    """One connection and the one thread that uses it. Without `presence` it is in memory alone."""

    def __init__(self, home: Home, connection: sqlite3.Connection, presence: FileLock | None = None) -> None:
        self.home = home
        self.writer = presence.path.name if presence else "memory"
        """Names this program in messages.writer."""
        self._presence = presence
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._open = True

    async def run(self, work: Work[T]) -> T:
        """Run work in one transaction; when this returns, it is on the disk.

        A cancelled wait leaves the work done whole or not at all. Raises StoreProblem.
        """
        from asyncio import get_running_loop

        return await get_running_loop().run_in_executor(self._thread, self._write, work)

    def call(self, work: Work[T]) -> T:
        """Do what `run` does, for callers that are not async."""
        return self._thread.submit(self._write, work).result()

    async def read(self, work: Work[T]) -> T:
        """Run work that only reads, on one unchanging view of the database."""
        from asyncio import get_running_loop

        return await get_running_loop().run_in_executor(self._thread, self._look, work)

    def look(self, work: Work[T]) -> T:
        """Do what `read` does, for callers that are not async."""
        return self._thread.submit(self._look, work).result()

    def scrub(self) -> None:
        """Clear every trace of what was deleted; blocks, for seconds when there is much.

        Where DiskFull or StoreBusy stops it, the next program to open the database does it. Of what is in
        memory alone there is no trace, and the home's backups are not its own.
        """
        if self._presence is None:
            return
        self._thread.submit(self._scrub).result()

    def close(self) -> None:
        """Finish the work at hand and close. Closing twice is nothing."""
        if not self._open:
            return
        self._open = False
        try:
            self._thread.submit(self._end).result()
        finally:
            self._thread.shutdown()
            if self._presence is not None:
                presence.sign_out(self._presence)

    def _write(self, work: Work[T]) -> T:
        with translated(self.home.database), transaction(self._connection, "BEGIN IMMEDIATE", "COMMIT"):
            return work(self._connection)

    def _look(self, work: Work[T]) -> T:
        # Rolled back, so that a forgotten write cannot slip through as a read.
        with translated(self.home.database), transaction(self._connection, "BEGIN", "ROLLBACK"):
            return work(self._connection)

    def _scrub(self) -> None:
        with presence.entrance(self.home), translated(self.home.database):
            scrub(self._connection, self.home)

    def _end(self) -> None:
        with translated(self.home.database):
            self._connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str, end: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute(end)
    except BaseException:
        # SQLite has rolled back on its own after some failures, such as a full disk.
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def _connect(home: Home) -> sqlite3.Connection:
    path = home.database
    if not (path.exists() and path.stat().st_size) and backup.newest(home):
        # An empty history must not begin in silence where there was one.
        raise damaged(
            f"The database {path} is missing, but there are backups of it.",
            path,
            f"to start afresh, remove {home.backups}",
        )
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
        sync_folder(home.root)
    elif os.name != "nt" and path.stat().st_mode & 0o077:
        path.chmod(PRIVATE_FILE)
    return sqlite3.connect(path, timeout=presence.PATIENCE, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, home: Home, steps: Sequence[str] | None, now: float) -> None:
    # Nothing is written before the file has shown itself to be sound and of a schema we know.
    new = migrate(connection, home, steps)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "fullfsync = ON",  # on macOS a plain fsync stops at the disk's own cache
        "journal_size_limit = 4194304",  # what a large import leaves of the log
        "foreign_keys = ON",
        "secure_delete = ON",
        "cell_size_check = ON",
        "temp_store = MEMORY",  # no piece of a chat in a shared folder for temporary files
    ):
        connection.execute(f"PRAGMA {pragma}")
    with transaction(connection, "BEGIN IMMEDIATE", "COMMIT"):
        alive = presence.living(home)
        chats.interrupt(connection, alive)
        if steps is None:  # an earlier schema has none
            waiting.release(connection, lambda sender: sender not in alive)
    try:
        if owed(connection):
            scrub(connection, home)
        if not new and backup.due(home, now):
            backup.make(home)
    except (DiskFull, StoreBusy) as problem:
        log.warning("put off until the next start: %s", problem)
