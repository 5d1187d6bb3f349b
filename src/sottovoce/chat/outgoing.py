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
from sottovoce.chat.as_words import Words, speaker, words_in
from sottovoce.chat.author import author_of, is_by_ai
from sottovoce.chat.grounds import source
from sottovoce.chat.marks import json as json_marks
from sottovoce.chat.marks import markdown as markdown_marks
from sottovoce.chat.marks.pen import PLAIN, Pen
from sottovoce.core import computed, notices
from sottovoce.core.grounds import Ground, read_cited
from sottovoce.core.messages import MADE, Role
from sottovoce.guard.labels import AIGC
from sottovoce.guard.provenance import FIELD
from sottovoce.store import attachments, chats, grounds
from sottovoce.store.attachments import Attachment
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.values import derived_id

FORMAT = "sottovoce-chats"
VERSION = 1
WRITTEN_BY = "written_by"
"""The field of an answer that says whose words it is; see author.py."""

_CHAT_FIELDS = (
    "id", "title", "system", "model", "leaf", "created", "changed", "pinned", "archived", "folder",
)  # fmt: skip
_MESSAGE_FIELDS = (
    "id", "parent", "role", "state", "text", "model", "digest", "facts", "created", "reasoning", "liked",
)  # fmt: skip


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
    if message.role is Role.ASSISTANT:
        said[WRITTEN_BY] = author_of(message)
    label = pen.label_of(message)
    if label is not None:
        said["label"] = label.line
    record = pen.record(message)
    if record is not None:
        said[FIELD] = record.fields()
    return said


def _markdown(connection: sqlite3.Connection, owner: str, chat: Chat, pen: Pen, words: Words) -> bytes:
    """Return the branch shown of a chat."""
    messages = chats.branch(connection, owner, chat.id)
    given = attachments.of(connection, owner, [message.id for message in messages])
    sections = [_section(message, given.get(message.id, ()), pen, words) for message in messages]
    text = "".join([_heading(chat, words), *sections])
    seal = pen.seal(markdown_marks.visible(text), chat.changed) if pen.signer is not None else None
    return (text if seal is None else f"{markdown_marks.marked(text, seal)}\n").encode()


def _heading(chat: Chat, words: Words) -> str:
    title = " ".join(chat.title.split()) or words.untitled
    system = "".join(f"> {line}\n" for line in chat.system.splitlines())
    begun = words.begun.format(day=_day(chat.created))
    instructions = f"{words.instructions}\n\n{system}\n" if system else ""
    return f"# {title}\n\n*{begun} {words.notice}*\n\n{instructions}"


def _section(message: StoredMessage, given: Sequence[Attachment], pen: Pen, words: Words) -> str:
    texts = "".join(f"{_as_code(one.name)}:\n\n{attached.fenced(one.text)}\n\n" for one in given)
    if message.role is Role.USER:
        return f"## {words.you}\n\n{texts}{closed(message.text.strip())}\n\n"
    quotes = "".join(
        f"\n[{one.n}] {_as_code(source(one))}: {_as_code(' '.join(one.quote.split()))}\n"
        for one in read_cited(message.facts).citations
    )
    told = "".join(f"{_as_code(words.told(one.text))}\n\n" for one in notices.kept(message.facts))
    used = "".join(f"{_as_code(one.line)}\n\n" for one in computed.kept(message.facts))
    label, record = pen.label_of(message), pen.record(message)
    labelled = f"> {label.line}\n\n" if label else ""
    text = closed(message.text.strip()) if record is None else markdown_marks.marked(message.text, record)
    ending = f"\n*{words.endings[message.state]}*\n" if message.state in words.endings else ""
    who, by = speaker(message, words)
    return f"## {who} ({by})\n\n{texts}{told}{labelled}{used}{text}\n{quotes}{ending}\n"


def _as_code(name: str) -> str:
    """Return a name that no Markdown in it can change."""
    return f"`{name.replace('`', chr(39))}`"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def form(name: str, pen: Pen = PLAIN, content: str | None = "", language: str = "en") -> Form:
    """Return the form `json` or `markdown`, the latter in a language; see words_in.

    `content` names what is in the file, for its metadata; None: nothing in it is by an AI.
    """
    aigc = None if content is None else pen.aigc(content)
    if name == "json":
        about = "" if aigc is None else f' "{AIGC}": {json.dumps(aigc)},'
        opening = f'{{"format": "{FORMAT}", "version": {VERSION},{about} "chats": ['
        return Form(opening.encode(), b",", b"\n]}\n", partial(_json, pen=pen))
    # Both JSON and YAML take this line.
    front = "" if aigc is None else f"---\n{AIGC}: {json.dumps(aigc, ensure_ascii=False)}\n---\n\n"
    write = partial(_markdown, pen=pen, words=words_in(language))
    return Form(front.encode(), b"\n---\n\n", b"", write)


def content_of(connection: sqlite3.Connection, owner: str, chat_ids: Sequence[str], name: str) -> str | None:
    """Return what names the content of a file of this form with these chats: a chat's id, or one made of all.

    None: nothing in it is by an AI.
    """
    read = chats.messages if name == "json" else chats.branch
    if not any(is_by_ai(message) for chat in chat_ids for message in read(connection, owner, chat)):
        return None
    return chat_ids[0] if len(chat_ids) == 1 else derived_id("export", " ".join(chat_ids))
