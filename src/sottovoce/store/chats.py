"""Chats and their messages: a tree of questions and answers, every row with its owner.

Functions over a connection, inside a transaction of db.py. Knows nothing of engines or prompts.
`now` is in seconds since 1970.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence, Set
from typing import Any

from sottovoce.core.chat_settings import UNSET, ChatSettings
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.messages import Role, State
from sottovoce.store import attachments, grounds, hidden, search, waiting
from sottovoce.store.attachments import Attachment
from sottovoce.store.rows import (
    CHAT,
    MESSAGE,
    Chat,
    StoredMessage,
    facts_text,
    insert_chat,
    insert_message,
    read_chat,
    read_message,
)
from sottovoce.store.values import clean, new_id

SHORTEST_ID = 4
"""Characters of an id that are enough, when no other chat's id begins with them."""
MESSAGES_SHOWN = "sotto chats show ID --json shows the messages with their ids"


# ---- writing a turn ----


def start(
    connection: sqlite3.Connection,
    owner: str,
    *,
    system: str,
    model: str,
    now: float,
    settings: ChatSettings = UNSET,
    shelves: Sequence[str] = (),
    quote: bool = False,
) -> Chat:
    """Begin an empty chat."""
    chat = Chat(
        new_id(), owner, "", clean(system), model, None, now, now,
        settings=settings, shelves=tuple(shelves), quote=quote,
    )  # fmt: skip
    insert_chat(connection, chat)
    return chat


def ask(
    connection: sqlite3.Connection,
    owner: str,
    chat_id: str,
    *,
    parent: str | None,
    text: str,
    model: str,
    writer: str,
    now: float,
    attached: Sequence[Attachment] = (),
) -> tuple[str, str]:
    """Store a question and an empty answer to it; return their ids.

    The question follows the message `parent`, mostly the chat's leaf; None opens the chat, or is
    another first question of it. The answer becomes the leaf. Raises NotFound.
    """
    question = pose(connection, owner, chat_id, parent=parent, text=text, now=now, attached=attached)
    chat = get(connection, owner, chat_id)
    return question, _answer(connection, owner, chat.id, question, model, writer, now)


def pose(
    connection: sqlite3.Connection,
    owner: str,
    chat_id: str,
    *,
    parent: str | None,
    text: str,
    now: float,
    attached: Sequence[Attachment] = (),
) -> str:
    """Store a question that nobody answers yet, as the leaf of its chat; return its id. Raises NotFound."""
    chat = get(connection, owner, chat_id)
    if parent is not None:
        get_message(connection, owner, chat.id, parent)
    question = StoredMessage(
        0, new_id(), chat.id, parent, Role.USER, State.COMPLETE, clean(text), "", "", {}, now,
        attached=tuple(attached),
    )  # fmt: skip
    insert_message(connection, owner, question)
    _come(connection, owner, chat.id, question.id, now)
    return question.id


def again(
    connection: sqlite3.Connection,
    owner: str,
    chat_id: str,
    question_id: str,
    *,
    model: str,
    writer: str,
    now: float,
    beside: bool = False,
) -> str:
    """Store one more empty answer to a question; return its id. Raises NotFound.

    `beside`: it does not become the leaf.
    """
    chat = get(connection, owner, chat_id)
    if get_message(connection, owner, chat.id, question_id).role is not Role.USER:
        raise NotFound(
            "Only a question can be answered again, and this message is an answer.",
            hint=f"Name one whose role is user: {MESSAGES_SHOWN}",
        )
    answer = _answer(connection, owner, chat.id, question_id, model, writer, now)
    if beside and chat.leaf is not None:
        back = (chat.leaf, chat.id, owner)
        connection.execute("UPDATE chats SET leaf = ? WHERE id = ? AND owner = ?", back)
    return answer


def write(
    connection: sqlite3.Connection,
    answer_id: str,
    text: str,
    reasoning: str = "",
    facts: dict[str, Any] | None = None,
    digest: str = "",
) -> None:
    """Replace what is written of an answer so far, of the thoughts before it, and what is known of it.

    `digest` is that of the model's file, where it is known by now: should the program be killed, the answer
    is still known to be this model's. Raises NotFound once it is finished or deleted.
    """
    changed = connection.execute(
        """UPDATE messages SET text = ?, reasoning = ?, facts = coalesce(?, facts),
             digest = coalesce(nullif(?, ''), digest)
           WHERE id = ? AND state = 'writing'""",
        (clean(text), clean(reasoning), None if facts is None else facts_text(facts), digest, answer_id),
    )
    if not changed.rowcount:
        raise _no_answer()


def finish(
    connection: sqlite3.Connection,
    answer_id: str,
    *,
    text: str,
    state: State,
    digest: str,
    facts: dict[str, Any],
    now: float,
    reasoning: str = "",
    model: str | None = None,
) -> None:
    """Give an answer its last text and state, and make it findable. Raises NotFound like `write`.

    `model` takes the place of the one that was to write it; "" where none did.
    """
    row = connection.execute(
        """UPDATE messages SET text = ?, reasoning = ?, state = ?, digest = ?, facts = ?,
             model = coalesce(?, model), writer = ''
           WHERE id = ? AND state = 'writing' RETURNING number, chat, text""",
        (clean(text), clean(reasoning), state, digest, facts_text(facts), model, answer_id),
    ).fetchall()
    if not row:
        raise _no_answer()
    number, chat, stored = row[0]
    search.index(connection, number, stored, ())
    connection.execute("UPDATE chats SET changed = ? WHERE id = ?", (now, chat))


def interrupt(connection: sqlite3.Connection, alive: Set[str]) -> int:
    """Mark the answers whose writer is gone as interrupted; return how many."""
    rows = connection.execute("SELECT number, writer, text FROM messages WHERE state = 'writing'").fetchall()
    cut = [(number, text) for number, writer, text in rows if writer not in alive]
    for number, text in cut:
        connection.execute(
            "UPDATE messages SET state = 'interrupted', writer = '' WHERE number = ?", (number,)
        )
        search.index(connection, number, text, ())
    return len(cut)


# ---- reading ----


def get(connection: sqlite3.Connection, owner: str, chat_id: str) -> Chat:
    """Return a chat by its id or the beginning of it. Raises NotFound."""
    wanted = chat_id.strip().lower()
    if len(wanted) >= SHORTEST_ID:
        rows = connection.execute(
            f"SELECT {CHAT} FROM chats WHERE id >= ? AND id < ? AND owner = ? ORDER BY id LIMIT 2",  # noqa: S608
            (wanted, wanted + "\U0010ffff", owner),
        ).fetchall()
        exact = [row for row in rows if row[0] == wanted]
        if len(exact or rows) == 1:
            return read_chat((exact or rows)[0])
        if rows:
            raise NotFound(
                f"More than one chat begins with {wanted}.", hint="Give more of its id: sotto chats list"
            )
    raise NotFound(f"There is no chat {chat_id!r}.", hint="sotto chats list")


def exists(connection: sqlite3.Connection, owner: str, chat_id: str) -> bool:
    """Return whether this owner has a chat with exactly this id."""
    found = connection.execute("SELECT 1 FROM chats WHERE id = ? AND owner = ?", (chat_id, owner))
    return found.fetchone() is not None


def everyone(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return owner and id of every chat, for sweeping up what belongs to none of them."""
    return [(str(owner), str(chat)) for owner, chat in connection.execute("SELECT owner, id FROM chats")]


def listed(
    connection: sqlite3.Connection, owner: str, limit: int | None = None, *, archived: bool = True
) -> list[Chat]:
    """Return the owner's chats: the pinned ones, then the others, and of each the one changed last first.

    `archived`: those that are archived as well.
    """
    rows = connection.execute(
        f"""SELECT {CHAT} FROM chats WHERE owner = ? AND archived <= ?
            ORDER BY pinned DESC, changed DESC, rowid DESC LIMIT ?""",  # noqa: S608
        (owner, archived, -1 if limit is None else limit),
    )
    return [read_chat(row) for row in rows]


def branch(
    connection: sqlite3.Connection, owner: str, chat_id: str, leaf: str | None = None
) -> list[StoredMessage]:
    """Return the messages from the root to the leaf, which is the chat's own unless given."""
    chat = get(connection, owner, chat_id)
    if leaf is not None:
        get_message(connection, owner, chat.id, leaf)
    rows = connection.execute(
        f"""WITH RECURSIVE up (id, above) AS (
               SELECT id, parent FROM messages WHERE id = ? AND owner = ?
               UNION ALL SELECT m.id, m.parent FROM messages AS m JOIN up ON m.id = up.above)
            SELECT {MESSAGE} FROM messages WHERE id IN (SELECT id FROM up) AND owner = ?
            ORDER BY number""",  # noqa: S608
        (leaf or chat.leaf, owner, owner),
    )
    return [read_message(row) for row in rows]


def messages(connection: sqlite3.Connection, owner: str, chat_id: str) -> list[StoredMessage]:
    """Return all messages of a chat, in the order of writing."""
    chat = get(connection, owner, chat_id)
    rows = connection.execute(
        f"SELECT {MESSAGE} FROM messages WHERE chat = ? AND owner = ? ORDER BY number",  # noqa: S608
        (chat.id, owner),
    )
    return [read_message(row) for row in rows]


def get_message(connection: sqlite3.Connection, owner: str, chat: str, message_id: str) -> StoredMessage:
    """Return one message of a chat, whose id is given whole. Raises NotFound."""
    row = connection.execute(
        f"SELECT {MESSAGE} FROM messages WHERE id = ? AND chat = ? AND owner = ?",  # noqa: S608
        (message_id, chat, owner),
    ).fetchone()
    return read_message(row) if row else _no_message(message_id)


def siblings(connection: sqlite3.Connection, owner: str, message_id: str) -> list[str]:
    """Return the alternatives at a message's place, itself among them, in the order of writing."""
    rows = connection.execute(
        """SELECT s.id FROM messages AS m JOIN messages AS s
           ON s.chat = m.chat AND s.parent IS m.parent AND s.role = m.role
           WHERE m.id = ? AND m.owner = ? AND s.owner = ? ORDER BY s.number""",
        (message_id, owner, owner),
    )
    return [message for (message,) in rows] or _no_message(message_id)


def questions(connection: sqlite3.Connection, owner: str, limit: int) -> list[str]:
    """Return the texts of the newest questions, newest first."""
    rows = connection.execute(
        "SELECT text FROM messages WHERE owner = ? AND role = 'user' ORDER BY number DESC LIMIT ?",
        (owner, limit),
    )
    return [text for (text,) in rows]


# ---- changing ----


def go_to(connection: sqlite3.Connection, owner: str, chat_id: str, message_id: str) -> None:
    """Make the branch with this message the one shown, down to its newest leaf. Raises NotFound."""
    chat = get(connection, owner, chat_id)
    get_message(connection, owner, chat.id, message_id)
    # Children are written after their parents, so the newest message below is a leaf.
    leaf = connection.execute(
        """WITH RECURSIVE down (id, number) AS (
               SELECT id, number FROM messages WHERE id = ? AND owner = ?
               UNION ALL SELECT m.id, m.number FROM messages AS m JOIN down ON m.parent = down.id)
           SELECT id FROM down ORDER BY number DESC LIMIT 1""",
        (message_id, owner),
    ).fetchone()
    connection.execute("UPDATE chats SET leaf = ? WHERE id = ? AND owner = ?", (leaf[0], chat.id, owner))


def rename(connection: sqlite3.Connection, owner: str, chat_id: str, title: str) -> None:
    chat = get(connection, owner, chat_id)
    connection.execute(
        "UPDATE chats SET title = ? WHERE id = ? AND owner = ?", (clean(title), chat.id, owner)
    )


def set_system(connection: sqlite3.Connection, owner: str, chat_id: str, text: str) -> None:
    chat = get(connection, owner, chat_id)
    connection.execute(
        "UPDATE chats SET system = ? WHERE id = ? AND owner = ?", (clean(text), chat.id, owner)
    )


def set_settings(connection: sqlite3.Connection, owner: str, chat_id: str, settings: ChatSettings) -> None:
    chat = get(connection, owner, chat_id)
    connection.execute(
        "UPDATE chats SET settings = ? WHERE id = ? AND owner = ?",
        (json.dumps(settings.given()), chat.id, owner),
    )


def set_shelves(
    connection: sqlite3.Connection, owner: str, chat_id: str, shelves: Sequence[str], *, quote: bool
) -> None:
    """Have a chat ask these shelves, by their ids; `quote`: their sentences alone answer."""
    chat = get(connection, owner, chat_id)
    connection.execute(
        "UPDATE chats SET shelves = ?, quote = ? WHERE id = ? AND owner = ?",
        (json.dumps(list(shelves)), quote, chat.id, owner),
    )


def like(connection: sqlite3.Connection, owner: str, chat_id: str, answer_id: str, liked: int | None) -> None:
    """Note what the reader thinks of an answer: 1 good, -1 bad, None nothing. Raises NotFound, BadValue."""
    chat = get(connection, owner, chat_id)
    message = get_message(connection, owner, chat.id, answer_id)
    if message.role is not Role.ASSISTANT:
        raise BadValue(
            "Only an answer can be called good or bad, and this message is a question.",
            hint=f"Name one whose role is assistant: {MESSAGES_SHOWN}",
            field="liked",
        )
    connection.execute("UPDATE messages SET liked = ? WHERE id = ? AND owner = ?", (liked, message.id, owner))


def delete(connection: sqlite3.Connection, owner: str, chat_id: str) -> None:
    """Remove a chat, its messages and their words. `Database.scrub` then clears the traces."""
    chat = get(connection, owner, chat_id)
    whole = (chat.id, owner)
    rows = connection.execute(
        "SELECT number, id, text, state FROM messages WHERE chat = ? AND owner = ?", whole
    ).fetchall()
    # Only words that were indexed may be taken out; an unfinished answer's were not.
    search.unindex(connection, owner, [tuple(row) for *row, state in rows if state != State.WRITING])
    gone = [message for _, message, _, _ in rows]
    attachments.remove(connection, owner, gone)
    grounds.remove(connection, owner, gone)
    hidden.remove(connection, owner, chat.id)
    connection.execute("DELETE FROM routes WHERE chat = ? AND owner = ?", whole)
    waiting.remove(connection, owner, chat.id)
    connection.execute("DELETE FROM messages WHERE chat = ? AND owner = ?", whole)
    connection.execute("DELETE FROM chats WHERE id = ? AND owner = ?", whole)
    connection.execute("INSERT OR IGNORE INTO unscrubbed VALUES (?)", (chat.id,))


def _answer(
    connection: sqlite3.Connection, owner: str, chat: str, question: str, model: str, writer: str, now: float
) -> str:
    answer = StoredMessage(0, new_id(), chat, question, Role.ASSISTANT, State.WRITING, "", model, "", {}, now)
    insert_message(connection, owner, answer, writer)
    _come(connection, owner, chat, answer.id, now)
    return answer.id


def _come(connection: sqlite3.Connection, owner: str, chat: str, leaf: str, now: float) -> None:
    """Have the reader stand at what was said just now."""
    connection.execute(
        "UPDATE chats SET leaf = ?, changed = ? WHERE id = ? AND owner = ?", (leaf, now, chat, owner)
    )


def _no_message(message_id: str) -> Any:
    raise NotFound(f"There is no message {message_id!r} in this chat.", hint=MESSAGES_SHOWN)


def _no_answer() -> NotFound:
    return NotFound("The answer being written is gone; its chat was deleted.", hint="sotto chats list")
