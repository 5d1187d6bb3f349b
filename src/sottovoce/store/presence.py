"""Which programs have this home's database open, and one at a time through the door.

A program that is here holds a lock on a file of its own, whose name is the writer of its answers.
The lock goes with the process however it ends, so a reused process number deceives nobody.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home, disk_problem, make_folder
from sottovoce.store.faults import busy

PATIENCE = 30.0
"""Seconds a program waits for another before a person is told."""

PAUSE = 0.01


@contextmanager
def entrance(home: Home, patience: float = PATIENCE) -> Iterator[None]:
    """Let one program at a time open, migrate, back up, scrub or restore. Raises StoreBusy."""
    lock = FileLock(home.root / "sotto.db.lock")
    deadline = time.monotonic() + patience
    while not _take(lock):
        if time.monotonic() > deadline:
            raise busy()
        time.sleep(PAUSE)
    try:
        yield
    finally:
        lock.release()


def sign_in(home: Home) -> FileLock:
    """Make this program known until `sign_out` or its end. Call inside the entrance."""
    make_folder(_writers(home))
    lock = FileLock(_writers(home) / os.urandom(8).hex())
    _take(lock)
    return lock


def sign_out(lock: FileLock) -> None:
    lock.release()
    with suppress(OSError):
        lock.path.unlink(missing_ok=True)


def living(home: Home) -> set[str]:
    """Return the writers that are alive, and clear away the marks of the dead. Call inside the entrance."""
    alive = set()
    for path in _writers(home).glob("*"):
        lock = FileLock(path)
        if _take(lock):
            sign_out(lock)
        else:
            alive.add(path.name)
    return alive


def _writers(home: Home) -> Path:
    return home.root / "writers"


def _take(lock: FileLock) -> bool:
    try:
        return lock.take()
    except OSError as problem:  # a file system without locks
        raise disk_problem(problem, lock.path) from problem
