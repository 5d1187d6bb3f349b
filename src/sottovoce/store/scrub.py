"""Deleted is deleted: clears what a deletion leaves in pages, log, search index, backups and kept texts.

What it cannot reach: blocks the disk itself has put aside, and copies made by other programs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from sottovoce.core.errors import DiskFull
from sottovoce.core.paths import Home, remove_folder
from sottovoce.store import backup
from sottovoce.store.faults import busy, translated


def owed(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of deleted chats whose traces have yet to be cleared."""
    return [chat for (chat,) in connection.execute("SELECT chat FROM unscrubbed")]


def scrub(connection: sqlite3.Connection, home: Home) -> None:
    """Clear all traces of what was deleted so far. Call inside the entrance, outside a transaction.

    Until it has come to its end the deletions stay noted, and the next program to open the database
    does it again. Raises DiskFull, StoreBusy.
    """
    try:
        with translated(home.database):
            _clear(connection, home)
    except DiskFull as problem:
        raise DiskFull(
            "It is deleted, but the disk is too full to clear its last traces.",
            hint="Free some space; they are cleared when sotto next starts.",
            detail=problem.detail,
        ) from problem


def _clear(connection: sqlite3.Connection, home: Home) -> None:
    chats = owed(connection)
    # The index keeps deleted words until its segments are merged.
    connection.execute("INSERT INTO message_words (message_words) VALUES ('optimize')")
    _empty_log(connection)  # which also makes room for what comes next
    # secure_delete blanks a freed cell, but not the copies that stay behind when pages are rebalanced.
    connection.execute("VACUUM")
    _empty_log(connection)
    backup.renew(home)
    _erase_sent(connection, home, chats)
    connection.executemany("DELETE FROM unscrubbed WHERE chat = ?", [(chat,) for chat in chats])


def _erase_sent(connection: sqlite3.Connection, home: Home, changed: Collection[str]) -> None:
    """Erase the texts that left for chats from which something was deleted, and for chats that are no more.

    A text holds what was said before it, so one message that is deleted may stand in any of its chat.
    """
    if not home.sent.is_dir():
        return
    present = {chat for (chat,) in connection.execute("SELECT id FROM chats")}
    for folder in home.sent.iterdir():
        if folder.is_dir() and (folder.name in changed or folder.name not in present):
            remove_folder(folder)


def _empty_log(connection: sqlite3.Connection) -> None:
    held, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if held:
        raise busy("the log could not be emptied: another program is reading")
