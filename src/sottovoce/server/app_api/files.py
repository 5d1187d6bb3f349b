"""Chats as files: one out, all out, and in from one.

The formats are those of `sotto chats export` and `sotto chats import`; of one chat also a page to give
to others, a Word document or a PDF.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import threading
import time
from collections.abc import AsyncGenerator, Collection
from functools import partial
from sqlite3 import Connection
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response

from sottovoce.chat import archive, outgoing
from sottovoce.chat.outgoing import Form
from sottovoce.core.errors import BadInput, BadValue, NotFound
from sottovoce.server.app_api.nouns import identity
from sottovoce.server.app_api.nouns_chats import ImportNoun
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.download import Download
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import chats, shown
from sottovoce.store.db import Database
from sottovoce.store.rows import Chat

if TYPE_CHECKING:
    from typing_extensions import Buffer

FORMS = {
    "json": ("application/json", "sottovoce-chats.json"),
    "markdown": ("text/markdown", "sottovoce-chats.md"),
}
WHOLE = {
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
"""Of one chat alone, in the language of its reader."""
ENDINGS = {"json": "json", "markdown": "md", "html": "html", "docx": "docx", "pdf": "pdf"}
MOST_NAME = 80
"""Characters of a title that go into the name of a file."""


async def export_one(visit: Visit[None]) -> Response:
    """Give a whole chat, all its branches, in the format that the import takes.

    With `format` markdown the branch shown, to read; with html as one page to give to others, with docx as a
    Word document, with pdf as one to print, all four in the `language` en or zh. What an AI wrote carries a
    signed mark in each.
    """
    query, owner = visit.request.query_params, visit.caller.owner
    chat = identity(visit.request.path_params["chat"], "chat")
    name = query.get("format", "json")
    _check(name, ENDINGS)
    database = visit.house.place(owner, chat).database
    found = await database.read(lambda conn: chats.get(conn, owner, chat))
    pen = visit.house.pen()
    language = query.get("language", "en")
    if name in WHOLE:
        kind, write = WHOLE[name], archive.whole(name)
        branch = await database.read(lambda conn: shown.branch(conn, owner, chat))
        content = await asyncio.to_thread(write, found, branch, language, pen)
    else:
        kind = FORMS[name][0]
        named = await database.read(lambda conn: outgoing.content_of(conn, owner, [found.id], name))
        form = outgoing.form(name, pen, named, language)
        written = await database.read(lambda conn: form.write(conn, owner, found))
        content = form.opening + written + form.closing
    headers = {"Content-Disposition": _disposition(found, ENDINGS[name])}
    return Response(content, media_type=kind, headers=headers)


async def export(visit: Visit[None]) -> Response:
    """Give all chats, archived ones too, in the format that the import takes.

    With `format` markdown, the branch shown of each, to read, in the `language` en or zh.
    """
    owner, database = visit.caller.owner, visit.house.app.database
    query = visit.request.query_params
    name = query.get("format", "json")
    _check(name, FORMS)
    kind, file = FORMS[name]

    def read(conn: Connection) -> tuple[list[str], str | None]:
        wanted = [chat.id for chat in archive.chosen(conn, owner, None)]
        return wanted, outgoing.content_of(conn, owner, wanted, name)

    wanted, content = await database.read(read)
    form = outgoing.form(name, visit.house.pen(), content, query.get("language", "en"))
    return Download(_pieces(database, owner, form, wanted), file, kind)


async def take_in(visit: Visit[IO[bytes]]) -> ImportNoun:
    """Import chats. The body is the file: an export of this program, or ChatGPT's zip, of at most 2 GB.

    It is read through once before anything is stored. What is here already stays as it is.
    """
    owner, database = visit.caller.owner, visit.house.app.database
    stopped = threading.Event()
    imports = visit.house.imports.setdefault(owner, [])
    imports.append(stopped)
    # Its own hold on the file: should the page go away, and its visit end, the import still goes on.
    held = _Stoppable(os.fdopen(os.dup(visit.body.fileno()), "rb"), stopped)

    def work() -> archive.Report:
        try:
            with held as file:
                return archive.import_open(database, owner, file, "This file", time.time())
        finally:
            imports.remove(stopped)

    try:
        return ImportNoun.of(await asyncio.to_thread(work))
    finally:
        visit.house.changes.tell(What.CHATS, owner=owner)


async def stop_taking_in(visit: Visit[None]) -> Response:
    """Stop every import that is under way. Chats that have come in stay."""
    visit.house.stop_imports(visit.caller.owner)
    return Response(status_code=204)


class _Stoppable(io.BufferedReader):
    """A file that is read to its end, unless somebody asks for a stop before."""

    def __init__(self, file: io.BufferedReader, stopped: threading.Event) -> None:
        super().__init__(file.detach())
        self._stopped = stopped

    def read(self, size: int | None = -1, /) -> bytes:
        self._check()
        return super().read(size)

    def readinto(self, buffer: Buffer, /) -> int:
        self._check()
        return super().readinto(buffer)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise BadInput(
                "The import was stopped.",
                hint="What had come in stays; importing the file again adds only what is missing",
            )


def _check(name: str, known: Collection[str]) -> None:
    if name not in known:
        raise BadValue(f"format is one of {', '.join(known)}.", hint="Leave it out for json", field="format")


def _disposition(chat: Chat, ending: str) -> str:
    """Return the header that has a browser keep a file by the chat's title, or where it must, by its id."""
    title = re.sub(r"[^\w\- ]+", " ", chat.title)
    named = " ".join(title.split())[:MOST_NAME].strip()
    plain = f'attachment; filename="sottovoce-{chat.id}.{ending}"'
    return f"{plain}; filename*=UTF-8''{quote(named, safe='')}.{ending}" if named else plain


async def _pieces(
    database: Database, owner: str, form: Form, wanted: list[str]
) -> AsyncGenerator[bytes, None]:
    """Yield the file. One chat is read at a time, so that nobody waits for all of them."""

    def read(conn: Connection, chat: str) -> bytes:
        return form.write(conn, owner, chats.get(conn, owner, chat))

    between = form.opening
    for chat in wanted:
        try:
            piece = await database.read(partial(read, chat=chat))
        except NotFound:  # deleted since it was listed
            continue
        yield between + piece
        between = form.between
    yield form.closing if between is form.between else form.opening + form.closing


ENDPOINTS = (
    Endpoint("GET", "/app/api/chats/{chat}/export", export_one, Scope.PAGE),
    Endpoint("GET", "/app/api/export", export, Scope.PAGE),
    Endpoint("POST", "/app/api/import", take_in, Scope.PAGE, file=True, answer=ImportNoun),
    Endpoint("DELETE", "/app/api/import", stop_taking_in, Scope.PAGE),
)
