"""What is noted of a shelf as a whole, by its key. Functions over a connection of its file."""

from __future__ import annotations

from sqlite3 import Connection

WATCHED = "watched"
"""Whether a server keeps the shelf in step with its sources while it runs: "yes", or nothing."""


def noted(connection: Connection, key: str) -> str:
    """Return what is noted under a key; "" where nothing is."""
    row = connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
    return "" if row is None else str(row[0])


def note(connection: Connection, key: str, value: str) -> None:
    """Note a value in place of the one before; "" is nothing."""
    connection.execute("DELETE FROM about WHERE key = ?", (key,))
    if value:
        connection.execute("INSERT INTO about (key, value) VALUES (?, ?)", (key, value))
