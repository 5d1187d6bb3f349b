"""Takes chats out to a file and in from one: our own JSON, Markdown, and ChatGPT's data export.

Our own format, version 1, is one JSON object. It loses nothing but the owner, who is whoever imports:

    {"format": "sottovoce-chats", "version": 1, "chats": [
      {"id", "title", "system", "model", "leaf", "created", "changed", "pinned", "archived", "folder",
       "settings": {"temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed", "max_tokens",
                    "context"},
       "messages": [
        {"id", "parent", "role", "state", "text", "model", "digest", "facts", "created", "reasoning", "liked",
         "attachments": [{"name", "text"}, ...], where there are any,
         "written_by": model, rule, tool, documents, help or unknown, of an answer,
         "provenance": {…}, for what a model wrote here, "label", where one is set,
         "grounds": [{"shelf", "document", "digest", "page", "headings", "start", "end", "text", "score",
                      "written", "told"}, ...], where there are any}, ...], "provenance": {…}}, ...]}

`settings` has only what was set for the chat; earlier files do without it. Which shelves a chat asks is not
said: they are this machine's. Times are seconds since 1970. Messages stand in the order of writing, parents
first; `leaf` is the message whose branch is shown. `provenance` is a signed record, see guard/provenance.py;
with the label cn the whole has an `AIGC` field too. A reader leaves out what it does not know.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sottovoce.chat import chatgpt, incoming, outgoing, own_export
from sottovoce.chat.grafting import Notes
from sottovoce.chat.marks.pen import PLAIN, Pen
from sottovoce.chat.outgoing import FORMAT, VERSION
from sottovoce.core.errors import UPDATE, BadArchive, StoreProblem
from sottovoce.store import adopting, chats, shown
from sottovoce.store.db import Database
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.shown import Shown

BATCH = 50
BATCH_CHARACTERS = 4_000_000
"""So much is stored in one transaction, so that thousands of chats need not each wait for the disk."""

_CONVERSATIONS = re.compile(r"^(?!__MACOSX/)(.*/)?conversations(-\d+)?\.json$")

Incoming = tuple[Chat, list[StoredMessage]]
Whole = Callable[[Chat, Sequence[Shown], str, Pen], bytes]
"""Writes one chat as a file, in a language."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did. `present` chats were here before; new messages of theirs are counted too."""

    chats: int
    messages: int
    present: int
    skipped: Mapping[str, int]
    mended: Mapping[str, int]


# ---- out ----


def export_json(
    connection: sqlite3.Connection,
    owner: str,
    chat_ids: Sequence[str] | None,
    target: BinaryIO,
    pen: Pen = PLAIN,
) -> int:
    """Write these chats, or all, in our own format; return how many. Raises NotFound."""
    return _export("json", connection, owner, chat_ids, target, pen)


def export_markdown(
    connection: sqlite3.Connection,
    owner: str,
    chat_ids: Sequence[str] | None,
    target: BinaryIO,
    pen: Pen = PLAIN,
    language: str = "en",
) -> int:
    """Write the branch shown of these chats, or of all, as Markdown for people; return how many."""
    return _export("markdown", connection, owner, chat_ids, target, pen, language)


def whole(form: str) -> Whole:
    """Return what writes one chat as a page (html), a Word document (docx) or a PDF (pdf)."""
    if form == "pdf":
        from sottovoce.chat.as_pdf import pdf_of

        return pdf_of
    if form == "docx":
        from sottovoce.chat.as_docx import document_of

        return document_of
    from sottovoce.chat.as_page import page_of

    return page_of


def export_whole(
    connection: sqlite3.Connection,
    owner: str,
    chat_id: str,
    target: BinaryIO,
    write: Callable[[Chat, Sequence[Shown]], bytes],
) -> int:
    """Write the branch shown of one chat as a whole file, a page or a document. Raises NotFound."""
    chat = chats.get(connection, owner, chat_id)
    target.write(write(chat, shown.branch(connection, owner, chat.id)))
    return 1


def chosen(connection: sqlite3.Connection, owner: str, chat_ids: Sequence[str] | None) -> list[Chat]:
    """Return the chats to export, or all, in the order that importing keeps. Raises NotFound."""
    if chat_ids is None:
        return chats.listed(connection, owner)[::-1]
    return [chats.get(connection, owner, chat) for chat in chat_ids]


def _export(
    name: str,
    connection: sqlite3.Connection,
    owner: str,
    chat_ids: Sequence[str] | None,
    target: BinaryIO,
    pen: Pen,
    language: str = "en",
) -> int:
    wanted = chosen(connection, owner, chat_ids)
    content = outgoing.content_of(connection, owner, [chat.id for chat in wanted], name)
    form = outgoing.form(name, pen, content, language)
    target.write(form.opening)
    for at, chat in enumerate(wanted):
        target.write((form.between if at else b"") + form.write(connection, owner, chat))
    target.write(form.closing)
    return len(wanted)


# ---- in ----


def import_file(database: Database, owner: str, path: Path, now: float) -> Report:
    """Import a file by its path. Raises what `import_open` does."""
    with incoming.sentences(path.name):
        file = path.open("rb")
    with file:
        return import_open(database, owner, file, path.name, now)


def import_open(database: Database, owner: str, file: IO[bytes], name: str, now: float) -> Report:
    """Import our own export, or a ChatGPT data export as a zip or its conversations.json.

    `name` is what people are told of the file. It is read through once before anything is stored, so a bad
    one leaves nothing behind. Then chats are stored whole, some at a time; importing again adds only what
    is missing.
    Raises BadArchive, StoreProblem.
    """
    with incoming.sentences(name):
        outlines = _inspected(file)
    notes = Notes()
    done = {"chats": 0, "messages": 0, "present": 0}
    for batch in _batches(_incoming(file, name, outlines, now, notes)):
        try:
            results = database.call(
                lambda conn, batch=batch: [adopting.adopt(conn, owner, *chat) for chat in batch]  # type: ignore[misc]
            )
        except StoreProblem as problem:
            raise type(problem)(
                f"{problem.sentence} {done['chats']} chats were imported before that.",
                hint=f"{problem.hint} Then import the file again: only what is missing is added.",
                detail=problem.detail,
            ) from problem
        for new, added in results:
            done["chats" if new else "present"] += 1
            done["messages"] += added
    return Report(**done, skipped=dict(notes.skipped), mended=dict(notes.mended))


def _inspected(file: IO[bytes]) -> list[bool]:
    """Check every text of the file, and say of each whether it is ours. Raises BadArchive."""
    found = []
    with incoming.texts(file, _CONVERSATIONS) as streams:
        for stream in streams:
            outline = incoming.inspect(stream)
            ours = outline.scalars.get("format") == FORMAT and "chats" in outline.arrays
            if ours and outline.scalars.get("version") != VERSION:
                raise BadArchive(
                    "It was written by a later version of Sottovoce.",
                    hint=UPDATE,
                )
            theirs = outline.is_array and ("mapping" in outline.item_keys or not outline.items)
            if not (ours or theirs):
                raise BadArchive(
                    "It is neither an export of Sottovoce nor of ChatGPT.", hint=incoming.EXPORTS
                )
            found.append(ours)
    return found


def _incoming(
    file: IO[bytes], name: str, outlines: list[bool], now: float, notes: Notes
) -> Iterator[Incoming]:
    with incoming.sentences(name), incoming.texts(file, _CONVERSATIONS) as streams:
        for stream, ours in zip(streams, outlines, strict=True):
            read = own_export.chat_of if ours else chatgpt.chat_of
            for item in incoming.items(stream, "chats.item" if ours else "item"):
                chat = read(item, now, notes)
                if chat is not None:
                    yield chat


def _batches(source: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    batch: list[Incoming] = []
    size = 0
    for chat, tree in source:
        batch.append((chat, tree))
        size += sum(_size(message) for message in tree)
        if len(batch) == BATCH or size > BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(message: StoredMessage) -> int:
    return (
        len(message.text)
        + len(message.reasoning)
        + sum(len(one.text) for one in message.attached)
        + sum(len(one.passage.text) for one in message.grounds)
    )
