"""What changed here, as a stream that every open window follows in place of asking again and again.

Each event is a change, and its id the place to go on after:

chat      {id}   one chat: asked in, answered, renamed, moved, deleted
chats     {}     some chats: another program of this home wrote, or a file was imported
models    {}     what is on the shelf, or loaded
pull      {id}   a download began or ended
shelf     {id}   a shelf of documents was made, changed or removed, or work on it began or ended
settings  {}     what the status says
sessions  {}     a browser was signed in or out
all       {}     what happened meanwhile is not known any more: fetch everything
here      {}     nothing; where the stream begins
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from sottovoce.core.errors import StoreProblem
from sottovoce.server import sse
from sottovoce.server.answering import EventStream
from sottovoce.server.caller import Scope
from sottovoce.server.changes import Change, Changes, Elsewhere, What
from sottovoce.server.endpoint import Endpoint, Visit

log = logging.getLogger(__name__)

LOOKS_EVERY = 2.0
"""Seconds between two looks whether another program wrote, while anybody wants to know."""


async def follow(visit: Visit[None]) -> EventStream:
    """Stream what changes, from `after` or the Last-Event-ID on. Ends when its browser is signed out."""
    request, house = visit.request, visit.house
    after = request.headers.get("last-event-id") or request.query_params.get("after", "")
    visit.stay.enter_context(house.changes.place())
    if house.elsewhere is not None:
        await house.elsewhere.look()
    return EventStream(_chunks(visit, after), visit.shape)


async def _chunks(visit: Visit[None], after: str) -> AsyncGenerator[bytes, None]:
    async with aclosing(visit.house.changes.follow(visit.caller.owner, after)) as found:
        async for place, change in found:
            yield _event(place, change)
            if change.what is What.SESSIONS and not visit.is_still_in():
                return


def _event(place: str, change: Change) -> bytes:
    said = {"id": change.id} if change.id else {}
    return sse.event(json.dumps(said), str(change.what), place)


async def look_elsewhere(changes: Changes, elsewhere: Elsewhere) -> None:
    """See now and then whether another program wrote, while somebody follows. Never returns."""
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        if changes.readers:
            try:
                await elsewhere.look()
            except StoreProblem as problem:
                log.warning("what other programs wrote is not known: %s", problem)


ENDPOINTS = (Endpoint("GET", "/app/api/changes", follow, Scope.PAGE),)
