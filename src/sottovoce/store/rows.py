"""A chat and a message: the nouns, and the rows that hold them.

Knows nothing of how messages follow one another; chats.py does.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from sottovoce.core import chat_settings
from sottovoce.core.chat_settings import UNSET, ChatSettings
from sottovoce.core.grounds import Ground
from sottovoce.core.messages import Role, State
from sottovoce.store import attachments, grounds, search
from sottovoce.store.attachments import Attachment
from sottovoce.store.faults import damaged, intact
from sottovoce.store.values import clean


@dataclass(frozen=True, slots=True)
class Chat:
    """`leaf` is the message the reader is at; its parents up to the root are the branch shown.

    `folder` is a name, empty for none; order.py changes it, `pinned` and `archived`. `shelves` are the ids of
    those that are asked; with `quote` no model answers, but their own sentences do.
    """

    id: str
    owner: str
    title: str
    system: str
    model: str
    leaf: str | None
    created: float
    changed: float
    pinned: bool = False
    archived: bool = False
    folder: str = ""
    settings: ChatSettings = UNSET
    shelves: tuple[str, ...] = ()
    quote: bool = False


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """`number` rises with writing; a parent's is always smaller than its children's.

    `attached` and `grounds` are for one that is about to be stored; attachments.py and grounds.py read what
    was.
    """

    number: int
    id: str
    chat: str
    parent: str | None
    role: Role
    state: State
    text: str
    model: str
    digest: str
    facts: dict[str, Any]
    created: float
    reasoning: str = ""
    """What the model thought before it answered: never given back to one, and not searched."""
    liked: int | None = None
    """What its reader thought of an answer: 1 good, -1 bad."""
    attached: tuple[Attachment, ...] = ()
    grounds: tuple[Ground, ...] = ()


MESSAGE = "number, id, chat, parent, role, state, text, model, digest, facts, created, reasoning, liked"
_MESSAGE_KINDS = (int, str, str, str | None, str, str, str, str, str, str, float, str, int | None)

CHAT = (
    "id, owner, title, system, model, leaf, created, changed, pinned, archived, folder, settings, "
    "shelves, quote"
)
_CHAT_KINDS = (str, str, str, str, str, str | None, float, float, int, int, str, str, str, int)


def insert_chat(connection: sqlite3.Connection, chat: Chat) -> None:
    connection.execute(
        f"INSERT INTO chats ({CHAT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            chat.id,
            chat.owner,
            clean(chat.title),
            clean(chat.system),
            clean(chat.model),
            chat.leaf,
            chat.created,
            chat.changed,
            chat.pinned,
            chat.archived,
            clean(chat.folder),
            json.dumps(chat.settings.given()),
            json.dumps(chat.shelves),
            chat.quote,
        ),
    )


def insert_message(
    connection: sqlite3.Connection, owner: str, message: StoredMessage, writer: str = ""
) -> None:
    text = clean(message.text)
    number = connection.execute(
        """INSERT INTO messages
           (id, chat, owner, parent, role, state, text, model, digest, facts, writer, created,
            reasoning, liked)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            message.id,
            message.chat,
            owner,
            message.parent,
            message.role,
            message.state,
            text,
            clean(message.model),
            clean(message.digest),
            facts_text(message.facts),
            writer,
            message.created,
            clean(message.reasoning),
            message.liked,
        ),
    ).lastrowid
    attached = [Attachment(attachments.name_of(one.name), clean(one.text)) for one in message.attached]
    attachments.add(connection, owner, message.id, attached)
    if message.grounds:
        grounds.keep(connection, owner, message.id, message.grounds)
    if message.state is not State.WRITING:
        search.index(connection, number, text, attached)


def read_chat(row: tuple[Any, ...]) -> Chat:
    *facts, settings, shelves, quote = intact(row, _CHAT_KINDS)
    try:
        given = chat_settings.read(json.loads(settings))
        asks = tuple(str(shelf) for shelf in json.loads(shelves))
    except (ValueError, TypeError) as problem:
        raise damaged(
            "The database is damaged: a chat's settings in it cannot be read.", detail=str(problem)
        ) from problem
    chat = Chat(*[*facts, given, asks, bool(quote)])
    return replace(chat, pinned=bool(chat.pinned), archived=bool(chat.archived))  # SQLite has numbers only


def read_message(row: tuple[Any, ...]) -> StoredMessage:
    message = StoredMessage(*intact(row, _MESSAGE_KINDS))
    try:
        facts = json.loads(message.facts)  # type: ignore[arg-type]
        return replace(message, role=Role(message.role), state=State(message.state), facts=facts)
    except ValueError as problem:
        raise damaged(
            "The database is damaged: a message in it cannot be read.", detail=str(problem)
        ) from problem


def facts_text(facts: dict[str, Any]) -> str:
    """Return the facts as JSON that every reader takes: no NaN, no infinity."""
    try:
        return json.dumps(facts, allow_nan=False)
    except ValueError:
        return json.dumps(json.loads(json.dumps(facts), parse_constant=lambda _: None))
