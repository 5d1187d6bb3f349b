"""An answer that comes later is added beside those that stand there, and something is told beside those.

Functions over a connection, like those of chats.py.
"""

from __future__ import annotations

import sqlite3

from sottovoce.core import notices
from sottovoce.core.events import Notice
from sottovoce.core.messages import State
from sottovoce.store import chats
from sottovoce.store.rows import MESSAGE, StoredMessage, facts_text, insert_message, read_message


def add(connection: sqlite3.Connection, owner: str, answer: StoredMessage) -> None:
    """Add a whole answer to a question. A reader who stands at another answer to it, its last, comes to it.

    Nobody is led away who has gone on, or while an answer is being written in the chat. Raises NotFound.
    """
    insert_message(connection, owner, answer)
    moves = connection.execute(
        """SELECT 1 FROM chats AS c JOIN messages AS m ON m.id = c.leaf
           WHERE c.id = ? AND c.owner = ? AND ? IN (m.id, m.parent)
             AND NOT EXISTS (SELECT 1 FROM messages WHERE chat = c.id AND state = ?)""",
        (answer.chat, owner, answer.parent, State.WRITING),
    ).fetchone()
    if moves:
        chats.go_to(connection, owner, answer.chat, answer.id)
    connection.execute(
        "UPDATE chats SET changed = ? WHERE id = ? AND owner = ?", (answer.created, answer.chat, owner)
    )


def tell(connection: sqlite3.Connection, owner: str, question: str, code: str, notice: Notice) -> None:
    """Have a notice stand at the answers to a question that have one of this code, in its place."""
    rows = connection.execute(
        f"SELECT {MESSAGE} FROM messages WHERE parent = ? AND owner = ? AND state != ?",  # noqa: S608
        (question, owner, State.WRITING),
    ).fetchall()
    for answer in map(read_message, rows):
        told = {one.code: one.text for one in notices.kept(answer.facts)}
        if code not in told:
            continue
        told[notice.code] = notice.text
        facts = facts_text({**answer.facts, notices.FACT: told})
        connection.execute("UPDATE messages SET facts = ? WHERE id = ?", (facts, answer.id))
