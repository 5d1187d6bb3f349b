"""How chats are written to a file, one after the other: as our own JSON, or as Markdown for people.

archive.py says what the JSON means, and reads it. Knows nothing of files.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sottovoce.core.messages import MADE, Role, State
from sottovoce.store import chats
from sottovoce.store.chats import Chat, StoredMessage

FORMAT = "sottovoce-chats"
VERSION = 1

_CHAT_FIELDS = (
    "id", "title", "system", "model", "leaf", "created", "changed", "pinned", "archived", "folder",
)  # fmt: skip
_MESSAGE_FIELDS = ("id", "parent", "role", "state", "text", "model", "digest", "facts", "created")

_ENDINGS = {
    State.STOPPED: "\n*This answer was stopped.*\n",
    State.INTERRUPTED: "\n*This answer was interrupted.*\n",
    State.WRITING: "\n*This answer was still being written.*\n",
    State.FAILED: "\n*This answer failed.*\n",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What begins a file, stands between two chats, and ends it; and `write`, which returns one chat."""

    opening: bytes
    between: bytes
    closing: bytes
    write: Callable[[sqlite3.Connection, str, Chat], bytes]


def _json(connection: sqlite3.Connection, owner: str, chat: Chat) -> bytes:
    """Return a chat with all its branches."""
    head = json.dumps({name: getattr(chat, name) for name in _CHAT_FIELDS}, ensure_ascii=False)
    lines = [
        json.dumps({name: getattr(message, name) for name in _MESSAGE_FIELDS}, ensure_ascii=False)
        for message in map(_without_place, chats.messages(connection, owner, chat.id))
    ]
    said = ",".join(f"\n  {line}" for line in lines)
    return f'\n{head[:-1]}, "messages": [{said}]}}'.encode()


def _without_place(message: StoredMessage) -> StoredMessage:
    """Return a message without where it was made, which is a fact of this machine alone."""
    return replace(message, facts={name: fact for name, fact in message.facts.items() if name != MADE})


def _markdown(connection: sqlite3.Connection, owner: str, chat: Chat) -> bytes:
    """Return the branch shown of a chat."""
    sections = map(_section, chats.branch(connection, owner, chat.id))
    return "".join([_heading(chat), *sections]).encode()


def _heading(chat: Chat) -> str:
    title = " ".join(chat.title.split()) or "Chat"
    system = "".join(f"> {line}\n" for line in chat.system.splitlines())
    return (
        f"# {title}\n\n"
        f"*Begun {_day(chat.created)}. What stands under “AI” was written by a language model "
        f"and may be wrong.*\n\n" + (f"Instructions to the AI:\n\n{system}\n" if system else "")
    )


def _section(message: StoredMessage) -> str:
    who = "You" if message.role is Role.USER else f"AI ({message.model or 'unknown model'})"
    return f"## {who}\n\n{message.text.strip()}\n{_ENDINGS.get(message.state, '')}\n"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


JSON = Form(f'{{"format": "{FORMAT}", "version": {VERSION}, "chats": ['.encode(), b",", b"\n]}\n", _json)
MARKDOWN = Form(b"", b"\n---\n\n", b"", _markdown)
