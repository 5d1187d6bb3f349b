"""One update of a home at a time, and none that is half done: what was cut short is taken back first.

Looked at whenever a home is opened, so nothing but a look is done where there is nothing to take back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sottovoce.core.errors import StoreBusy

if TYPE_CHECKING:
    from sottovoce.core.paths import Home
    from sottovoce.store.db import Database

FOLDER = "updates"
JOURNAL = "journal.json"
SWITCH = "program/next"
BUSY = "An update of this home is under way."
WAIT = "Wait until it has ended, and give the same command again"


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Let one program at a time update this home. Raises StoreBusy."""
    from sottovoce.core.lock import FileLock
    from sottovoce.core.paths import make_folder

    make_folder(home.root / FOLDER)
    lock = FileLock(home.root / FOLDER / "lock")
    if not lock.take():
        raise StoreBusy(BUSY, hint=WAIT)
    try:
        yield
    finally:
        lock.release()


def is_begun(home: Home) -> bool:
    """Tell whether an update was begun and has not ended."""
    return (home.root / FOLDER / JOURNAL).exists()


def settle(home: Home) -> bool:
    """Take back an update that was cut short, and tell whether there was one. To be called before all else.

    Raises StoreBusy while one is under way.
    """
    if not is_begun(home):
        if (home.root / SWITCH).exists():
            from sottovoce.updates import switch

            switch.complete(home)  # the update is done but for this last rename
        return False
    from sottovoce.store.db import open_database
    from sottovoce.updates import journal

    with alone(home):
        begun = journal.read(home)
        if begun is None:
            return False
        with closing(open_database(home)) as database:
            journal.take_back(home, database, begun)
    return True


def stay_out(database: Database) -> None:
    """Close it and raise StoreBusy where an update was begun since this program looked."""
    if is_begun(database.home):
        database.close()
        raise StoreBusy(BUSY, hint=WAIT)
