"""The documents of a shelf: listed, given, unlocked, shown where they are cited, taken off; files for a chat.

A document is named by what it is cited by. A file that is sent is read like those of a folder, and neither it
nor a copy of it stays: of what is put on a shelf, the text does. A password is used once, and not kept.
"""

from __future__ import annotations

import asyncio
from typing import IO, Any
from urllib.parse import unquote

from starlette.responses import Response

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.knowledge import listing
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.giving import named
from sottovoce.knowledge.listing import Stretch
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.shelf import Shelf
from sottovoce.server.app_api.nouns import whole
from sottovoce.server.app_api.nouns_documents import (
    DocumentList,
    DocumentNoun,
    ReadNoun,
    StretchNoun,
    Unlocking,
)
from sottovoce.server.app_api.shelves import ONE, found, open_shelf, tell
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit

MOST_SHOWN = 200
MOST_FILE = 64 << 20
"""Bytes of a file that is sent: it is held in memory while it is read."""

MOST_OFFSET = 1 << 40

PASSWORD = "Document-Password"  # noqa: S105  (a header's name)
"""Beside a locked file, in percent-encoded UTF-8: what is in an address may be written down on the way."""


async def listed(visit: Visit[None]) -> DocumentList:
    """List the documents of a shelf by name: `limit` of them, after `after`.

    `unread` yes: those that could not be read.
    """
    query, shelf = visit.request.query_params, await found(visit)
    limit, after = whole(query, "limit", 50, 1, MOST_SHOWN), query.get("after", "")
    unread = query.get("unread") == "yes"
    page = await shelf.file.read(lambda conn: listing.page(conn, limit + 1, after, unread=unread))
    further = page[limit - 1].name if len(page) > limit else None
    return DocumentList(documents=[DocumentNoun.of(one) for one in page[:limit]], further=further)


async def text(visit: Visit[None]) -> StretchNoun:
    """Show what stands in a document from `start` to `end`, and a good deal around it."""
    query, shelf = visit.request.query_params, await found(visit)
    start = whole(query, "start", 0, 0, MOST_OFFSET)
    end = whole(query, "end", start, 0, MOST_OFFSET)
    return StretchNoun.of(await _stretch(shelf, _name(visit), start, end))


async def give(visit: Visit[IO[bytes]]) -> DocumentNoun:
    """Put a file on the shelf `shelf` as the document `name`. The body is the file, of at most 64 MB.

    The password of a locked one stands in the header `Document-Password`, in percent-encoded UTF-8.
    """
    shelf = await open_shelf(visit, visit.request.query_params.get("shelf", ""))
    name = named(_name(visit))
    data = await asyncio.to_thread(visit.body.read)
    document = await shelf.give(data, name, _password(visit))
    _follow(visit, shelf)
    return DocumentNoun.of(document)


async def unlock(visit: Visit[Unlocking]) -> DocumentNoun:
    """Put the text of a locked document on its shelf, by its password, which is not kept."""
    shelf = await found(visit)
    document = await shelf.unlock(visit.body.name, visit.body.password.get_secret_value())
    _follow(visit, shelf)
    return DocumentNoun.of(document)


async def take_back(visit: Visit[None]) -> Response:
    """Take the document `name` off a shelf. One of a folder goes with the folder, or with its file."""
    shelf = await found(visit)
    await shelf.take_back(_name(visit))
    tell(visit, shelf.row.id)
    return Response(status_code=204)


async def read(visit: Visit[IO[bytes]]) -> ReadNoun:
    """Return what the file `name` says, as text. The body is the file, of at most 64 MB; nothing is kept.

    The password of a locked one stands in the header `Document-Password`, in percent-encoded UTF-8.
    """
    name = named(_name(visit))
    data = await asyncio.to_thread(visit.body.read)
    async with Reader() as reader:
        reading = await reader.read_bytes(data, name, password=_password(visit))
    said, _ = await asyncio.to_thread(cut, reading)
    return ReadNoun.of(name, said, reading)


async def _stretch(shelf: Shelf, name: str, start: int, end: int) -> Stretch:
    try:
        return await shelf.file.read(lambda conn: listing.stretch(conn, name, start, end))
    except NotFound:
        if not await shelf.mounted():
            raise
    return listing.part_of(name, await shelf.text_of(name), start, end)


def _follow(visit: Visit[Any], shelf: Shelf) -> None:
    """Have every window know of a document that came, and its vectors made."""
    tell(visit, shelf.row.id)
    if visit.house.app.settings.embed_model:
        visit.house.at_work.start(shelf)


def _password(visit: Visit[IO[bytes]]) -> str | None:
    given = visit.request.headers.get(PASSWORD)
    return unquote(given) if given else None


def _name(visit: Visit[None] | Visit[IO[bytes]]) -> str:
    name = visit.request.query_params.get("name", "")
    if not name:
        raise BadValue("Which document is not said.", hint="Give its name as name", field="name")
    return name


ENDPOINTS = (
    Endpoint("GET", f"{ONE}/documents", listed, Scope.PAGE, answer=DocumentList),
    Endpoint("GET", f"{ONE}/text", text, Scope.PAGE, answer=StretchNoun),
    Endpoint("DELETE", f"{ONE}/documents", take_back, Scope.PAGE),
    Endpoint("POST", f"{ONE}/unlock", unlock, Scope.PAGE, body=Unlocking, answer=DocumentNoun),
    # Their addresses are whole ones: the gate knows by them where a body may be a file.
    Endpoint(
        "POST", "/app/api/documents", give, Scope.PAGE, file=True, most_file=MOST_FILE, answer=DocumentNoun
    ),
    Endpoint("POST", "/app/api/read", read, Scope.PAGE, file=True, most_file=MOST_FILE, answer=ReadNoun),
)
