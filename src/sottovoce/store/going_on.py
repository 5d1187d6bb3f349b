"""An answer that was cut and is gone on with, or begun over: the same message, being written once more.

Functions over a connection, like those of chats.py, whose `write` and `finish` then hold for it.
"""

from __future__ import annotations

import sqlite3

from sottovoce.core.errors import BadValue
from sottovoce.core.messages import MADE, REPEATS, REPLACED, Role, State
from sottovoce.store import chats, search
from sottovoce.store.rows import StoredMessage, facts_text
from sottovoce.store.values import clean

CUT = ("length", REPEATS)
"""Reasons for which a complete answer may lack its end."""


def is_cut(message: StoredMessage) -> bool:
    """Return whether an answer ended before its model was done with it."""
    if message.role is not Role.ASSISTANT or message.facts.get(REPLACED):
        return False  # an imported question may have any state; what a guard put there is no model's
    if message.state is State.COMPLETE:
        return message.facts.get("reason") in CUT
    return message.state in (State.STOPPED, State.INTERRUPTED)


def go_on(
    connection: sqlite3.Connection,
    owner: str,
    chat_id: str,
    answer_id: str,
    *,
    model: str,
    writer: str,
    now: float,
) -> StoredMessage:
    """Open a cut answer for writing; return it as it was. It becomes the chat's leaf.

    What was noted of how it ended is dropped: cut off again, it is interrupted like any other. Where it was
    made stays: what there is of it was still written there.
    Raises NotFound, and BadValue where it was not cut or something follows it.
    """
    chat = chats.get(connection, owner, chat_id)
    answer = chats.get_message(connection, owner, chat.id, answer_id)
    after = connection.execute(
        "SELECT 1 FROM messages WHERE parent = ? AND owner = ? LIMIT 1", (answer.id, owner)
    )
    if after.fetchone() or answer.parent is None or not is_cut(answer):
        raise BadValue(
            "Only the last answer of a branch can be gone on with, and only one that was cut.",
            hint="Ask something after it, or have its question answered again",
            field="go_on",
        )
    made = {name: fact for name, fact in answer.facts.items() if name == MADE}
    search.unindex(connection, owner, [(answer.number, answer.id, answer.text)])
    connection.execute(
        """UPDATE messages SET state = 'writing', writer = ?, model = ?, facts = ?
           WHERE id = ? AND owner = ?""",
        (writer, clean(model), facts_text(made), answer.id, owner),
    )
    connection.execute(
        "UPDATE chats SET leaf = ?, changed = ? WHERE id = ? AND owner = ?", (answer.id, now, chat.id, owner)
    )
    return answer


def begin_over(
    connection: sqlite3.Connection, owner: str, chat_id: str, answer_id: str, *, model: str, writer: str
) -> None:
    """Open an answer without a word for writing: another model gives it. Raises NotFound, and BadValue."""
    answer = chats.get_message(connection, owner, chat_id, answer_id)
    is_empty = answer.role is Role.ASSISTANT and not (answer.text or answer.reasoning)
    if not is_empty or answer.state not in (State.FAILED, State.STOPPED, State.INTERRUPTED):
        raise BadValue(
            "Only an answer without a word is begun over.",
            hint="Have its question answered again",
            field="over",
        )
    search.unindex(connection, owner, [(answer.number, answer.id, answer.text)])
    connection.execute(
        """UPDATE messages SET state = 'writing', writer = ?, model = ?, facts = '{}'
           WHERE id = ? AND owner = ?""",
        (writer, clean(model), answer.id, owner),
    )
