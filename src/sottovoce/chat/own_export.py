"""Chats of our own export, read: one object of its `chats` each. The format is in archive.py.

What cannot be one is left out with a note. Knows neither files nor stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sottovoce.chat import kept_grounds
from sottovoce.chat.chatgpt import field
from sottovoce.chat.grafting import Notes, moment, ordered
from sottovoce.core import chat_settings
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.messages import MADE, Role, State
from sottovoce.store import order
from sottovoce.store.attachments import MOST, Attachment
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.values import derived_id

_ID = re.compile(r"[a-z2-7]{16}")


def chat_of(item: object, now: float, notes: Notes) -> tuple[Chat, list[StoredMessage]] | None:
    """Return a chat of our own format, or None with a note when it is not one."""
    tree = field(item, "messages")
    identity = _id(field(item, "id"))
    if identity is None or not isinstance(tree, list):
        notes.skipped["not a chat"] += 1
        return None
    created = moment(field(item, "created"), now, now)
    chat = Chat(
        identity,
        "",
        _text(field(item, "title")),
        _text(field(item, "system")),
        _text(field(item, "model")),
        _id(field(item, "leaf")),
        created,
        moment(field(item, "changed"), created, now),
        pinned=field(item, "pinned") is True,
        archived=field(item, "archived") is True,
        folder=order.name_of(_text(field(item, "folder"))),
        settings=_settings(field(item, "settings"), notes),
    )
    messages = [message for part in tree if (message := _message(part, chat, now, notes))]
    return chat, ordered(messages, notes)


def _message(part: object, chat: Chat, now: float, notes: Notes) -> StoredMessage | None:
    identity, text, facts = _id(field(part, "id")), field(part, "text"), field(part, "facts")
    try:
        role, state = Role(_text(field(part, "role"))), State(_text(field(part, "state")))
    except ValueError:
        identity = None
    if identity is None or not isinstance(text, str):
        notes.skipped["not a message"] += 1
        return None
    return StoredMessage(
        number=0,
        id=identity,
        chat=chat.id,
        parent=_id(field(part, "parent")),
        role=role,
        # Nobody here is writing it any more.
        state=State.INTERRUPTED if state is State.WRITING else state,
        text=text,
        model=_text(field(part, "model")),
        digest=_text(field(part, "digest")),
        facts=_facts(facts),
        created=moment(field(part, "created"), chat.created, now),
        attached=tuple(_attached(field(part, "attachments"), notes)) if role is Role.USER else (),
        grounds=tuple(kept_grounds.read(field(part, "grounds"), notes)) if role is Role.USER else (),
        reasoning=_text(field(part, "reasoning")),
        liked=_liked(field(part, "liked"), role),
    )


def _liked(value: object, role: Role) -> int | None:
    """Return what a reader thought of an answer, if it can be that. True is no number here."""
    return value if type(value) is int and value in (1, -1) and role is Role.ASSISTANT else None


def _attached(given: object, notes: Notes) -> Iterator[Attachment]:
    for at, one in enumerate(given if isinstance(given, list) else ()):
        name, text = field(one, "name"), field(one, "text")
        if at < MOST and isinstance(name, str) and isinstance(text, str):
            yield Attachment(name, text)
        else:
            notes.skipped["not an attachment"] += 1


def _facts(value: object) -> dict[str, Any]:
    # Where it was made is for the machine to say that made it.
    return {name: fact for name, fact in value.items() if name != MADE} if isinstance(value, dict) else {}


def _settings(value: object, notes: Notes) -> ChatSettings:
    found = chat_settings.read(value)
    said, names = value if isinstance(value, dict) else {}, (*chat_settings.SPANS, "tools")
    if any(said.get(name) is not None and name not in found.given() for name in names):
        notes.mended["a setting that no chat can have"] += 1
    return found


def _id(value: object) -> str | None:
    """Return an id as it is where it is one of ours, and otherwise one made from it."""
    if not isinstance(value, str) or not value:
        return None
    return value if _ID.fullmatch(value) else derived_id("import", value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
