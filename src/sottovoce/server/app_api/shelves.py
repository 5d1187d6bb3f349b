"""Shelves of documents: listed, made, brought in step, looked through, removed.

A shelf is named by its id. Bringing one in step goes on whether anybody looks or not; how far it is stands in
the list, and what was read when it is paused is kept. Folders are those of the machine that the server runs
on, and read as its user.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from starlette.responses import Response

from sottovoce.core.errors import BadValue, NotFound, StoreProblem
from sottovoce.knowledge import listing, sources
from sottovoce.knowledge.mounts import is_encyclopaedia
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.sources import Source
from sottovoce.knowledge.zim.header import read_header
from sottovoce.server.app_api.nouns import identity, whole
from sottovoce.server.app_api.nouns_documents import FoundList
from sottovoce.server.app_api.nouns_shelves import (
    EncyclopaediaNoun,
    NewShelf,
    NewSource,
    OneShelf,
    ShelfChange,
    ShelfList,
    ShelfNoun,
    SourceNoun,
    VerdictNoun,
)
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store.shelves import ShelfRow

ALL = "/app/api/shelves"
ONE = f"{ALL}/{{shelf}}"
MOST_FOUND = 50


async def listed(visit: Visit[None]) -> ShelfList:
    """List the shelves: how much stands on each, how old it is, and how far the work on it is."""
    rows = await visit.house.app.shelves.listed(visit.caller.owner)
    return ShelfList(shelves=[await _noun(visit, row) for row in rows])


async def make(visit: Visit[NewShelf]) -> ShelfNoun:
    """Make an empty shelf."""
    shelf = await visit.house.app.shelves.add(visit.caller.owner, visit.body.name)
    tell(visit, shelf.row.id)
    return await _noun(visit, shelf.row)


async def opened(visit: Visit[None]) -> OneShelf:
    """Show a shelf with its sources."""
    shelf = await found(visit)
    there, counts = await shelf.file.read(lambda conn: (sources.listed(conn), listing.counts(conn)))
    here = await asyncio.to_thread(lambda: [source.path.exists() for source in there])
    return OneShelf(
        shelf=await _noun(visit, shelf.row),
        sources=[
            SourceNoun.of(one, is_here, counts.get(one.number, 0))
            for one, is_here in zip(there, here, strict=True)
        ],
        encyclopaedias=[EncyclopaediaNoun.of(one) for one in await shelf.mounted()],
    )


async def change(visit: Visit[ShelfChange]) -> ShelfNoun:
    """Keep a shelf in step with its sources while the server runs, or no longer."""
    shelf = await found(visit)
    await visit.house.at_work.watch(shelf, on=visit.body.watched)
    if visit.body.watched:
        visit.house.at_work.start(shelf)
    return await _noun(visit, shelf.row)


async def remove(visit: Visit[None]) -> Response:
    """Remove a shelf with all that stands on it; the files it was made of stay where they are."""
    shelf = identity(visit.request.path_params["shelf"], "shelf")
    house, owner = visit.house, visit.caller.owner
    row = await _row(visit, shelf)
    await house.at_work.leave(row.id)
    await house.mountings.leave(row.id)
    await house.app.shelves.remove(owner, row.id)
    tell(visit, row.id)
    return Response(status_code=204)


async def add_source(visit: Visit[NewSource]) -> ShelfNoun:
    """Put a file or folder of the server's machine on a shelf, and begin to read it.

    An encyclopaedia is checked first, which takes minutes for a large one; `mounting` tells how far that is.
    """
    shelf, at_work = await found(visit), visit.house.at_work
    path = _whole_path(visit.body.path)
    if is_encyclopaedia(path):
        await asyncio.to_thread(read_header, path)
        visit.house.mountings.start(shelf, path)
        return await _noun(visit, shelf.row)
    await visit.house.app.shelves.put(shelf, path)
    await at_work.look_anew(shelf)
    at_work.start(shelf)
    return await _noun(visit, shelf.row)


async def take_off(visit: Visit[None]) -> Response:
    """Take a source off a shelf with all its documents. The files stay where they are.

    What is also in another source is read again from there.
    """
    shelf, at_work = await found(visit), visit.house.at_work
    source = await _source(visit, shelf)
    work = at_work.of(shelf.row.id)
    goes_on = work is not None and work.state == "running"
    is_shared = await shelf.file.read(lambda conn: sources.is_shared(conn, source.path))
    await at_work.pause(shelf.row.id)
    await visit.house.app.shelves.take_off(shelf, source.path)
    await at_work.look_anew(shelf)
    tell(visit, shelf.row.id)
    if goes_on or is_shared:
        at_work.start(shelf)
    return Response(status_code=204)


async def unmount(visit: Visit[None]) -> Response:
    """Take the encyclopaedia at `path` off a shelf, or stop its check. The file stays where it is."""
    shelf = await found(visit)
    path = _whole_path(visit.request.query_params.get("path", ""))
    if not await visit.house.mountings.stop(shelf.row.id, path):
        await visit.house.app.shelves.unmount(shelf, path)
        tell(visit, shelf.row.id)
    return Response(status_code=204)


async def sync(visit: Visit[None]) -> ShelfNoun:
    """Bring a shelf in step with its sources, or go on where that was paused."""
    shelf = await found(visit)
    visit.house.at_work.start(shelf)
    return await _noun(visit, shelf.row)


async def pause(visit: Visit[None]) -> ShelfNoun:
    """Pause bringing a shelf in step; what was read is kept."""
    shelf = await found(visit)
    await visit.house.at_work.pause(shelf.row.id)
    return await _noun(visit, shelf.row)


async def check(visit: Visit[None]) -> VerdictNoun:
    """Look whether a shelf is sound and in step with its files; reads all of it."""
    return VerdictNoun.of(await (await found(visit)).check())


async def search(visit: Visit[None]) -> FoundList:
    """Find the passages of a shelf that `q` is about, the best first."""
    query = visit.request.query_params
    text, limit = query.get("q", ""), whole(query, "limit", 8, 1, MOST_FOUND)
    if not text.strip():
        raise BadValue("There is nothing to look for.", hint="Give words as q", field="q")
    shelf = await found(visit)
    return FoundList.of(await shelf.search(text, limit))


async def found(visit: Visit[Any]) -> Shelf:
    """Return the shelf that the address names. Raises NotFound."""
    return await open_shelf(visit, visit.request.path_params["shelf"])


async def open_shelf(visit: Visit[Any], given: str) -> Shelf:
    """Return the caller's shelf with this id. Raises NotFound."""
    row = await _row(visit, identity(given, "shelf"))
    return await visit.house.app.shelves.open(visit.caller.owner, row.id)


def tell(visit: Visit[Any], shelf: str) -> None:
    """Have every window know that this shelf changed."""
    visit.house.changes.tell(What.SHELF, shelf, visit.caller.owner)


def _whole_path(given: str) -> Path:
    """Return the path that was given; "~" is the home folder of the server's user. Raises BadValue."""
    path = Path(os.path.expanduser(given.strip()))  # noqa: PTH111  (Path's own raises for an unknown user)
    if not path.is_absolute() or "\0" in given:
        raise BadValue(
            "This is not the whole path of a file or folder.",
            hint="Give it from the beginning, such as /home/me/Documents",
            field="path",
        )
    return path


async def _row(visit: Visit[Any], shelf: str) -> ShelfRow:
    for row in await visit.house.app.shelves.listed(visit.caller.owner):
        if row.id == shelf:
            return row
    raise NotFound("There is no such shelf.", hint="GET /app/api/shelves lists the shelves")


async def _source(visit: Visit[None], shelf: Shelf) -> Source:
    number = whole(visit.request.path_params, "number", 0, 0, 1 << 31)
    for source in await shelf.file.read(sources.listed):
        if source.number == number:
            return source
    raise NotFound("This was not put on the shelf.", hint="GET /app/api/shelves/{shelf} lists what was")


async def _noun(visit: Visit[Any], row: ShelfRow) -> ShelfNoun:
    at_work = visit.house.at_work
    # Before the shelf is read: one that ends meanwhile would stand neither here nor there.
    mounting = visit.house.mountings.of(row.id)
    try:
        shelf = await visit.house.app.shelves.open(visit.caller.owner, row.id)
        facts = await shelf.facts()
        counts = await shelf.file.read(listing.counts)
        there = await shelf.file.read(sources.listed)
        mounted = await shelf.mounted()
    except StoreProblem as problem:
        return ShelfNoun.of(row, problem=problem)
    return ShelfNoun.of(
        row,
        facts,
        size=await asyncio.to_thread(shelf.file.size),
        sources=len(there),
        given=counts.get(None, 0),
        watched=at_work.is_watched(row.id),
        work=at_work.of(row.id),
        encyclopaedias=len(mounted),
        mounting=[one for one in mounting if one.path not in {mount.path for mount in mounted}],
    )


ENDPOINTS = (
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=ShelfList),
    Endpoint("POST", ALL, make, Scope.PAGE, body=NewShelf, answer=ShelfNoun),
    Endpoint("GET", ONE, opened, Scope.PAGE, answer=OneShelf),
    Endpoint("PATCH", ONE, change, Scope.PAGE, body=ShelfChange, answer=ShelfNoun),
    Endpoint("DELETE", ONE, remove, Scope.PAGE),
    Endpoint("POST", f"{ONE}/sources", add_source, Scope.PAGE, body=NewSource, answer=ShelfNoun),
    Endpoint("DELETE", f"{ONE}/sources/{{number}}", take_off, Scope.PAGE),
    Endpoint("DELETE", f"{ONE}/encyclopaedias", unmount, Scope.PAGE),
    Endpoint("POST", f"{ONE}/sync", sync, Scope.PAGE, answer=ShelfNoun),
    Endpoint("POST", f"{ONE}/pause", pause, Scope.PAGE, answer=ShelfNoun),
    Endpoint("POST", f"{ONE}/check", check, Scope.PAGE, answer=VerdictNoun),
    Endpoint("GET", f"{ONE}/search", search, Scope.PAGE, answer=FoundList),
)
