"""How chats are written to a file, one after the other: as our own JSON, or as Markdown for people.

archive.py says what the JSON means, and reads it. A pen puts its marks on what an AI wrote, and on each chat.
Knows nothing of files.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from sottovoce.chat import attached
from sottovoce.chat.as_html import closed
from sottovoce.chat.grounds import source
from sottovoce.chat.marks import json as json_marks
from sottovoce.chat.marks import markdown as markdown_marks
from sottovoce.chat.marks.pen import PLAIN, Pen
from sottovoce.core import computed, notices
from sottovoce.core.grounds import HELPED, NOT_ON_SHELF, QUOTES, Ground, read_cited
from sottovoce.core.messages import MADE, Role, State
from sottovoce.guard.labels import AIGC
from sottovoce.guard.provenance import FIELD
from sottovoce.store import attachments, chats, grounds
from sottovoce.store.attachments import Attachment
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.values import derived_id

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


def _json(connection: sqlite3.Connection, owner: str, chat: Chat, pen: Pen) -> bytes:
    """Return a chat with all its branches."""
    head = {name: getattr(chat, name) for name in _CHAT_FIELDS} | {"settings": chat.settings.given()}
    messages = chats.messages(connection, owner, chat.id)
    named = [message.id for message in messages]
    given, found = attachments.of(connection, owner, named), grounds.of(connection, owner, named)
    said = [
        _fields(message, given.get(message.id, ()), found.get(message.id, ()), pen) for message in messages
    ]
    seal = None
    if pen.signer is not None:
        # As it will be read again: what JSON makes of it.
        read = json.loads(json.dumps({**head, "messages": said}))
        seal = pen.seal(json_marks.sealed(read), chat.changed)
    sealed = "" if seal is None else f', "{FIELD}": {json.dumps(seal.fields())}'
    lines = ",".join(f"\n  {json.dumps(one, ensure_ascii=False)}" for one in said)
    return f'\n{json.dumps(head, ensure_ascii=False)[:-1]}, "messages": [{lines}]{sealed}}}'.encode()


def _without_place(message: StoredMessage) -> StoredMessage:
    """Return a message without where it was made, which is a fact of this machine alone."""
    return replace(message, facts={name: fact for name, fact in message.facts.items() if name != MADE})


def _fields(
    message: StoredMessage, given: Sequence[Attachment], found: Sequence[Ground], pen: Pen
) -> dict[str, Any]:
    plain = _without_place(message)
    said: dict[str, Any] = {name: getattr(plain, name) for name in _MESSAGE_FIELDS}
    if given:
        said["attachments"] = [{"name": one.name, "text": one.text} for one in given]
    if found:
        said["grounds"] = [{**asdict(one.passage), "told": one.told} for one in found]
    label = pen.label_of(message)
    if label is not None:
        said["label"] = label.line
    record = pen.record(message)
    if record is not None:
        said[FIELD] = record.fields()
    return said


def _markdown(connection: sqlite3.Connection, owner: str, chat: Chat, pen: Pen) -> bytes:
    """Return the branch shown of a chat."""
    messages = chats.branch(connection, owner, chat.id)
    given = attachments.of(connection, owner, [message.id for message in messages])
    sections = [_section(message, given.get(message.id, ()), pen) for message in messages]
    text = "".join([_heading(chat), *sections])
    seal = pen.seal(markdown_marks.visible(text), chat.changed) if pen.signer is not None else None
    return (text if seal is None else f"{markdown_marks.marked(text, seal)}\n").encode()


def _heading(chat: Chat) -> str:
    title = " ".join(chat.title.split()) or "Chat"
    system = "".join(f"> {line}\n" for line in chat.system.splitlines())
    return (
        f"# {title}\n\n"
        f"*Begun {_day(chat.created)}. What stands under “AI” was written by a language model "
        f"and may be wrong.*\n\n" + (f"Instructions to the AI:\n\n{system}\n" if system else "")
    )


def _section(message: StoredMessage, given: Sequence[Attachment], pen: Pen) -> str:
    by = message.model or _BY_NOBODY.get(str(message.facts.get("reason")), "unknown model")
    who = "You" if message.role is Role.USER else f"AI ({by})"
    texts = "".join(f"{_as_code(one.name)}:\n\n{attached.fenced(one.text)}\n\n" for one in given)
    quotes = "".join(
        f"\n[{one.n}] {_as_code(source(one))}: {_as_code(' '.join(one.quote.split()))}\n"
        for one in read_cited(message.facts).citations
    )
    told = "".join(f"\n{_as_code(' '.join(one.text.split()))}\n" for one in notices.kept(message.facts))
    used = "".join(f"{_as_code(one.line)}\n\n" for one in computed.kept(message.facts))
    label, record = pen.label_of(message), pen.record(message)
    labelled = f"> {label.line}\n\n" if label else ""
    text = closed(message.text.strip()) if record is None else markdown_marks.marked(message.text, record)
    ending = _ENDINGS.get(message.state, "")
    return f"## {who}\n\n{texts}{labelled}{used}{text}\n{quotes}{told}{ending}\n"


def _as_code(name: str) -> str:
    """Return a name that no Markdown in it can change."""
    return f"`{name.replace('`', chr(39))}`"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def form(name: str, pen: Pen = PLAIN, content: str = "") -> Form:
    """Return the form `json` or `markdown`; `content` names what is in the file, for its metadata."""
    aigc = pen.aigc(content)
    if name == "json":
        about = "" if aigc is None else f' "{AIGC}": {json.dumps(aigc)},'
        opening = f'{{"format": "{FORMAT}", "version": {VERSION},{about} "chats": ['
        return Form(opening.encode(), b",", b"\n]}\n", partial(_json, pen=pen))
    # Both JSON and YAML take this line.
    front = "" if aigc is None else f"---\n{AIGC}: {json.dumps(aigc, ensure_ascii=False)}\n---\n\n"
    return Form(front.encode(), b"\n---\n\n", b"", partial(_markdown, pen=pen))


def content_of(chat_ids: Sequence[str]) -> str:
    """Return what names the content of a file with these chats: the chat's id, or one made of all of them."""
    return chat_ids[0] if len(chat_ids) == 1 else derived_id("export", " ".join(chat_ids))
