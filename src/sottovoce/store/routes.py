"""Where the questions of a chat go, as its owner chose, and what is told and offered beside a message.

Functions over a connection, like those of chats.py. Does not know what a route means.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from sottovoce.core import notices
from sottovoce.core.events import Notice
from sottovoce.store import chats
from sottovoce.store.rows import StoredMessage, facts_text

OFFER = "offer"
"""The fact of a message that says what its reader is offered."""


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
    _keep(connection, owner, message, message.facts | {notices.FACT: kept | {notice.code: notice.text}})


def offer(
    connection: sqlite3.Connection, owner: str, chat: str, message: str, said: Mapping[str, str]
) -> None:
    """Keep with a message what its reader is offered, until they have decided. Raises NotFound."""
    found = chats.get_message(connection, owner, chat, message)
    _keep(connection, owner, found, found.facts | {OFFER: dict(said)})


def offering(connection: sqlite3.Connection, owner: str, chat: str, question: str) -> list[StoredMessage]:
    """Return which of a question and its answers have an offer."""
    rows = connection.execute(
        "SELECT id FROM messages WHERE chat = ? AND owner = ? AND (id = ? OR parent = ?) ORDER BY number",
        (chat, owner, question, question),
    ).fetchall()
    found = [chats.get_message(connection, owner, chat, str(row[0])) for row in rows]
    return [message for message in found if OFFER in message.facts]


def decide(connection: sqlite3.Connection, owner: str, message: StoredMessage) -> None:
    """Forget the offer of a message: its reader has decided."""
    left = {name: fact for name, fact in message.facts.items() if name != OFFER}
    _keep(connection, owner, message, left)


def _keep(
    connection: sqlite3.Connection, owner: str, message: StoredMessage, facts: Mapping[str, object]
) -> None:
    connection.execute(
        "UPDATE messages SET facts = ? WHERE id = ? AND owner = ?",
        (facts_text({**facts}), message.id, owner),
    )
