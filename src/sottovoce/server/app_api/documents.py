"""The documents of a shelf: listed, given, shown where they are cited, taken off; and files read for a chat.

A document is named by what it is cited by. A file that is sent is read like those of a folder, and neither it
nor a copy of it stays: of what is put on a shelf, the text does.
"""

from __future__ import annotations

import asyncio
from typing import IO

from starlette.responses import Response

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.knowledge import listing
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.giving import named
from sottovoce.knowledge.listing import Stretch
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.shelf import Shelf
from sottovoce.server.app_api.nouns import whole
from sottovoce.server.app_api.nouns_documents import DocumentList, DocumentNoun, ReadNoun, StretchNoun
from sottovoce.server.app_api.shelves import ONE, found, open_shelf, tell
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit

MOST_SHOWN = 200
MOST_FILE = 64 << 20
"""Bytes of a file that is sent: it is held in memory while it is read."""

MOST_OFFSET = 1 << 40


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
    """Put a file on the shelf `shelf` as the document `name`. The body is the file, of at most 64 MB."""
    shelf = await open_shelf(visit, visit.request.query_params.get("shelf", ""))
    name = named(_name(visit))
    data = await asyncio.to_thread(visit.body.read)
    document = await shelf.give(data, name)
    tell(visit, shelf.row.id)
    if visit.house.app.settings.embed_model:
        visit.house.at_work.start(shelf)  # its vectors are to be made
    return DocumentNoun.of(document)


async def take_back(visit: Visit[None]) -> Response:
    """Take the document `name` off a shelf. One of a folder goes with the folder, or with its file."""
    shelf = await found(visit)
    await shelf.take_back(_name(visit))
    tell(visit, shelf.row.id)
    return Response(status_code=204)


async def read(visit: Visit[IO[bytes]]) -> ReadNoun:
    """Return what the file `name` says, as text. The body is the file, of at most 64 MB; nothing is kept."""
    name = named(_name(visit))
    data = await asyncio.to_thread(visit.body.read)
    async with Reader() as reader:
        reading = await reader.read_bytes(data, name)
    said, _ = await asyncio.to_thread(cut, reading)
    return ReadNoun.of(name, said, reading)


async def _stretch(shelf: Shelf, name: str, start: int, end: int) -> Stretch:
    try:
        return await shelf.file.read(lambda conn: listing.stretch(conn, name, start, end))
    except NotFound:
        if not await shelf.mounted():
            raise
    return listing.part_of(name, await shelf.text_of(name), start, end)


def _name(visit: Visit[None] | Visit[IO[bytes]]) -> str:
    name = visit.request.query_params.get("name", "")
    if not name:
        raise BadValue("Which document is not said.", hint="Give its name as name", field="name")
    return name


ENDPOINTS = (
    Endpoint("GET", f"{ONE}/documents", listed, Scope.PAGE, answer=DocumentList),
    Endpoint("GET", f"{ONE}/text", text, Scope.PAGE, answer=StretchNoun),
    Endpoint("DELETE", f"{ONE}/documents", take_back, Scope.PAGE),
    # Their addresses are whole ones: the gate knows by them where a body may be a file.
    Endpoint(
        "POST", "/app/api/documents", give, Scope.PAGE, file=True, most_file=MOST_FILE, answer=DocumentNoun
    ),
    Endpoint("POST", "/app/api/read", read, Scope.PAGE, file=True, most_file=MOST_FILE, answer=ReadNoun),
)
