"""All chats at once, as a file: out to one, and in from one.

The formats are those of `sotto chats export` and `sotto chats import`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator
from functools import partial
from sqlite3 import Connection
from typing import IO

from starlette.responses import Response

from sottovoce.chat import archive, outgoing
from sottovoce.chat.outgoing import Form
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.server.app_api.nouns_chats import ImportNoun
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.download import Download
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import chats
from sottovoce.store.db import Database

FORMS = {
    "json": (outgoing.JSON, "application/json", "sottovoce-chats.json"),
    "markdown": (outgoing.MARKDOWN, "text/markdown", "sottovoce-chats.md"),
}


async def export(visit: Visit[None]) -> Response:
    """Give all chats, archived ones too, in the format that the import takes.

    With `format` markdown, the branch shown of each, to read.
    """
    owner, database = visit.caller.owner, visit.house.app.database
    name = visit.request.query_params.get("format", "json")
    if name not in FORMS:
        raise BadValue(f"format is one of {', '.join(FORMS)}.", hint="Leave it out for json", field="format")
    form, kind, file = FORMS[name]
    wanted = await database.read(lambda conn: [chat.id for chat in archive.chosen(conn, owner, None)])
    return Download(_pieces(database, owner, form, wanted), file, kind)


async def take_in(visit: Visit[IO[bytes]]) -> ImportNoun:
    """Import chats. The body is the file: an export of this program, or ChatGPT's zip, of at most 2 GB.

    It is read through once before anything is stored. What is here already stays as it is.
    """
    owner, database = visit.caller.owner, visit.house.app.database
    # Its own hold on the file: should the page go away, and its visit end, the import still goes on.
    held = os.fdopen(os.dup(visit.body.fileno()), "rb")

    def work() -> archive.Report:
        with held as file:
            return archive.import_open(database, owner, file, "This file", time.time())

    try:
        return ImportNoun.of(await asyncio.to_thread(work))
    finally:
        visit.house.changes.tell(What.CHATS, owner=owner)


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
    Endpoint("GET", "/app/api/export", export, Scope.PAGE),
    Endpoint("POST", "/app/api/import", take_in, Scope.PAGE, file=True, answer=ImportNoun),
)
