"""Where the questions of a chat go, as its owner chose, and what the reader of an answer is told of that.

Functions over a connection, like those of chats.py. Does not know what a route means.
"""

from __future__ import annotations

import sqlite3

from sottovoce.core import notices
from sottovoce.core.events import Notice
from sottovoce.store import chats
from sottovoce.store.rows import facts_text


def of(connection: sqlite3.Connection, owner: str, chat: str) -> tuple[str, str] | None:
    """Return the route of a chat, by its whole id, with a model's name; None where none was chosen."""
    row = connection.execute(
        "SELECT route, upstream FROM routes WHERE chat = ? AND owner = ?", (chat, owner)
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


def choose(connection: sqlite3.Connection, owner: str, chat: str, route: str, upstream: str = "") -> None:
    """Put this in the place of what was chosen for a chat. Raises NotFound."""
    found = chats.get(connection, owner, chat)
    connection.execute(
        "INSERT OR REPLACE INTO routes (chat, owner, route, upstream) VALUES (?, ?, ?, ?)",
        (found.id, owner, route, upstream),
    )


def unchoose(connection: sqlite3.Connection, owner: str, chat: str) -> None:
    """Have a chat go by the rules and the settings again."""
    connection.execute("DELETE FROM routes WHERE chat = ? AND owner = ?", (chat, owner))


def tell(connection: sqlite3.Connection, owner: str, chat: str, answer: str, notice: Notice) -> None:
    """Keep what its reader is told beside a whole answer. Raises NotFound."""
    message = chats.get_message(connection, owner, chat, answer)
    told = message.facts.get(notices.FACT)
    kept = told if isinstance(told, dict) else {}
    facts = message.facts | {notices.FACT: kept | {notice.code: notice.text}}
    connection.execute(
        "UPDATE messages SET facts = ? WHERE id = ? AND owner = ?", (facts_text(facts), message.id, owner)
    )
