"""A chat of its own is made of a branch of another, up to one message.

A function over a connection, like those of chats.py.
"""

from __future__ import annotations

import sqlite3

from sottovoce.core.messages import State
from sottovoce.store import attachments, chats, grounds, search
from sottovoce.store.rows import Chat
from sottovoce.store.values import clean, new_id


def fork(
    connection: sqlite3.Connection, owner: str, chat_id: str, message_id: str, *, title: str, now: float
) -> Chat:
    """Copy the messages from the root to this one, with all that belongs to them, into a new chat.

    It has the old one's instructions, settings and shelves, and lies in the same folder. Raises NotFound.
    """
    old = chats.get(connection, owner, chat_id)
    branch = chats.branch(connection, owner, old.id, message_id)
    new = new_id()
    connection.execute(
        """INSERT INTO chats (id, owner, title, system, model, created, changed, folder, settings,
             shelves, quote)
           SELECT ?, owner, ?, system, model, ?, ?, folder, settings, shelves, quote
           FROM chats WHERE id = ? AND owner = ?""",
        (new, clean(title), now, now, old.id, owner),
    )
    above: str | None = None
    for message in branch:
        above = _copy(connection, owner, message.id, new, above)
    connection.execute("UPDATE chats SET leaf = ? WHERE id = ? AND owner = ?", (above, new, owner))
    return chats.get(connection, owner, new)


def _copy(connection: sqlite3.Connection, owner: str, message: str, chat: str, parent: str | None) -> str:
    copy = new_id()
    # Nobody writes the copy of an answer that is being written.
    ((number, text),) = connection.execute(
        """INSERT INTO messages
             (id, chat, owner, parent, role, state, text, model, digest, facts, created, reasoning, liked)
           SELECT ?, ?, owner, ?, role, CASE state WHEN ? THEN ? ELSE state END, text, model, digest, facts,
             created, reasoning, liked
           FROM messages WHERE id = ? AND owner = ? RETURNING number, text""",
        (copy, chat, parent, State.WRITING, State.INTERRUPTED, message, owner),
    ).fetchall()
    connection.execute(
        """INSERT INTO attachments (message, number, owner, name, text)
           SELECT ?, number, owner, name, text FROM attachments WHERE message = ? AND owner = ?""",
        (copy, message, owner),
    )
    grounds.copy(connection, owner, message, copy)
    search.index(connection, number, text, attachments.of(connection, owner, [copy]).get(copy, ()))
    return copy
