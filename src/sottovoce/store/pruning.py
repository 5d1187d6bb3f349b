"""One message is deleted, with all that was said after it on any branch.

A function over a connection, like those of chats.py; `Database.scrub` then clears the traces.
"""

from __future__ import annotations

import sqlite3

from sottovoce.core.errors import Busy
from sottovoce.core.messages import State
from sottovoce.store import attachments, chats, grounds, hidden, search, waiting

_BELOW = """WITH RECURSIVE below (id) AS (
    SELECT id FROM messages WHERE id = ? AND owner = ?
    UNION ALL SELECT m.id FROM messages AS m JOIN below ON m.parent = below.id)"""


def prune(connection: sqlite3.Connection, owner: str, chat_id: str, message_id: str) -> list[str]:
    """Remove a message and all below it; return their ids.

    A reader who was among them goes to the newest message beside it, or else to the one above.
    Raises NotFound, and Busy while an answer is being written in the chat.
    """
    chat = chats.get(connection, owner, chat_id)
    message = chats.get_message(connection, owner, chat.id, message_id)
    writing = connection.execute(
        "SELECT 1 FROM messages WHERE chat = ? AND owner = ? AND state = ? LIMIT 1",
        (chat.id, owner, State.WRITING),
    )
    if writing.fetchone():
        raise Busy(
            "An answer is being written in this chat.",
            hint="Delete the message when it has ended, or stop it first",
            retry_after=3,
        )
    others = [one for one in chats.siblings(connection, owner, message.id) if one != message.id]
    rows = connection.execute(
        f"""{_BELOW} SELECT number, id, text FROM messages
            WHERE id IN (SELECT id FROM below) AND owner = ?""",  # noqa: S608
        (message.id, owner, owner),
    ).fetchall()
    search.unindex(connection, owner, rows)
    gone = [name for _, name, _ in rows]
    if chat.leaf in gone:
        connection.execute(
            "UPDATE chats SET leaf = ? WHERE id = ? AND owner = ?", (message.parent, chat.id, owner)
        )
        if others:
            chats.go_to(connection, owner, chat.id, others[-1])
    attachments.remove(connection, owner, gone)
    grounds.remove(connection, owner, gone)
    hidden.clear(connection, owner, chat.id)
    waiting.remove_with(connection, owner, gone)
    # All at once: a parent may go before its children only within one statement.
    connection.execute(
        f"{_BELOW} DELETE FROM messages WHERE id IN (SELECT id FROM below) AND owner = ?",  # noqa: S608
        (message.id, owner, owner),
    )
    connection.execute("INSERT OR IGNORE INTO unscrubbed VALUES (?)", (chat.id,))
    return gone
