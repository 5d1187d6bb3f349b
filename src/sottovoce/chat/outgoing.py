"""How chats are written to a file, one after the other: as our own JSON, or as Markdown for people.

archive.py says what the JSON means, and reads it. Knows nothing of files.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from sottovoce.chat import attached
from sottovoce.chat.grounds import source
from sottovoce.core import computed, notices
from sottovoce.core.grounds import HELPED, NOT_ON_SHELF, QUOTES, Ground, read_cited
from sottovoce.core.messages import MADE, Role, State
from sottovoce.store import attachments, chats, grounds
from sottovoce.store.attachments import Attachment
from sottovoce.store.rows import Chat, StoredMessage

FORMAT = "sottovoce-chats"
VERSION = 1

_CHAT_FIELDS = (
    "id", "title", "system", "model", "leaf", "created", "changed", "pinned", "archived", "folder",
)  # fmt: skip
_MESSAGE_FIELDS = (
    "id", "parent", "role", "state", "text", "model", "digest", "facts", "created", "reasoning", "liked",
)  # fmt: skip

_ENDINGS = {
    State.STOPPED: "\n*This answer was stopped.*\n",
    State.INTERRUPTED: "\n*This answer was interrupted.*\n",
    State.WRITING: "\n*This answer was still being written.*\n",
    State.FAILED: "\n*This answer failed.*\n",
}

_BY_NOBODY = {
    NOT_ON_SHELF: "from documents, by no model",
    QUOTES: "from documents, by no model",
    computed.REASON: "computed, by no model",
    HELPED: "from the help, by no model",
}
"""Who answered, by the reason for which such an answer ended."""


@dataclass(frozen=True, slots=True)
class Form:
    """What begins a file, stands between two chats, and ends it; and `write`, which returns one chat."""

    opening: bytes
    between: bytes
    closing: bytes
    write: Callable[[sqlite3.Connection, str, Chat], bytes]


def _json(connection: sqlite3.Connection, owner: str, chat: Chat) -> bytes:
    """Return a chat with all its branches."""
    fields = {name: getattr(chat, name) for name in _CHAT_FIELDS}
    head = json.dumps({**fields, "settings": chat.settings.given()}, ensure_ascii=False)
    messages = chats.messages(connection, owner, chat.id)
    named = [message.id for message in messages]
    given, found = attachments.of(connection, owner, named), grounds.of(connection, owner, named)
    lines = [
        _line(_without_place(message), given.get(message.id, ()), found.get(message.id, ()))
        for message in messages
    ]
    said = ",".join(f"\n  {line}" for line in lines)
    return f'\n{head[:-1]}, "messages": [{said}]}}'.encode()


def _without_place(message: StoredMessage) -> StoredMessage:
    """Return a message without where it was made, which is a fact of this machine alone."""
    return replace(message, facts={name: fact for name, fact in message.facts.items() if name != MADE})


def _line(message: StoredMessage, given: Sequence[Attachment], found: Sequence[Ground]) -> str:
    said: dict[str, object] = {name: getattr(message, name) for name in _MESSAGE_FIELDS}
    if given:
        said["attachments"] = [{"name": one.name, "text": one.text} for one in given]
    if found:
        said["grounds"] = [{**asdict(one.passage), "told": one.told} for one in found]
    return json.dumps(said, ensure_ascii=False)


def _markdown(connection: sqlite3.Connection, owner: str, chat: Chat) -> bytes:
    """Return the branch shown of a chat."""
    messages = chats.branch(connection, owner, chat.id)
    given = attachments.of(connection, owner, [message.id for message in messages])
    sections = [_section(message, given.get(message.id, ())) for message in messages]
    return "".join([_heading(chat), *sections]).encode()


def _heading(chat: Chat) -> str:
    title = " ".join(chat.title.split()) or "Chat"
    system = "".join(f"> {line}\n" for line in chat.system.splitlines())
    return (
        f"# {title}\n\n"
        f"*Begun {_day(chat.created)}. What stands under “AI” was written by a language model "
        f"and may be wrong.*\n\n" + (f"Instructions to the AI:\n\n{system}\n" if system else "")
    )


def _section(message: StoredMessage, given: Sequence[Attachment]) -> str:
    by = message.model or _BY_NOBODY.get(str(message.facts.get("reason")), "unknown model")
    who = "You" if message.role is Role.USER else f"AI ({by})"
    texts = "".join(f"{_as_code(one.name)}:\n\n{attached.fenced(one.text)}\n\n" for one in given)
    quotes = "".join(
        f"\n[{one.n}] {_as_code(source(one))}: {_as_code(' '.join(one.quote.split()))}\n"
        for one in read_cited(message.facts).citations
    )
    told = "".join(f"\n{_as_code(' '.join(one.text.split()))}\n" for one in notices.kept(message.facts))
    used = "".join(f"{_as_code(one.line)}\n\n" for one in computed.kept(message.facts))
    ending = _ENDINGS.get(message.state, "")
    return f"## {who}\n\n{texts}{used}{message.text.strip()}\n{quotes}{told}{ending}\n"


def _as_code(name: str) -> str:
    """Return a name that no Markdown in it can change."""
    return f"`{name.replace('`', chr(39))}`"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


JSON = Form(f'{{"format": "{FORMAT}", "version": {VERSION}, "chats": ['.encode(), b",", b"\n]}\n", _json)
MARKDOWN = Form(b"", b"\n---\n\n", b"", _markdown)
