"""The browsers that are signed in, as the disk knows them. The cookie itself is nowhere, only its hash.

Functions over a connection, inside a transaction of db.py. Times are seconds since 1970.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from sottovoce.store.faults import intact


@dataclass(frozen=True, slots=True)
class Kept:
    """One browser. `seen` is the hour in which it was last here."""

    hash: bytes = field(repr=False)
    begun: float
    seen: float


def listed(connection: sqlite3.Connection) -> list[Kept]:
    """Return every browser, the one longest away first."""
    rows = connection.execute("SELECT hash, begun, seen FROM sessions ORDER BY seen, begun")
    return [Kept(*intact(row, (bytes, float, float))) for row in rows]


def write(connection: sqlite3.Connection, here: Iterable[Kept], gone: Iterable[bytes]) -> None:
    """Note these browsers as they are now, and forget those that are signed out."""
    connection.executemany(
        """INSERT INTO sessions (hash, begun, seen) VALUES (?, ?, ?)
           ON CONFLICT (hash) DO UPDATE SET seen = excluded.seen""",
        [(one.hash, one.begun, one.seen) for one in here],
    )
    connection.executemany("DELETE FROM sessions WHERE hash = ?", [(one,) for one in gone])
