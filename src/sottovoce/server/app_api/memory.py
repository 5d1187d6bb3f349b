"""What is remembered in all chats, and whether anything is."""

from __future__ import annotations

import asyncio
import time

from starlette.responses import Response

from sottovoce.core import settings
from sottovoce.erasing import change_memory, erase_memory
from sottovoce.server.app_api.nouns import identity
from sottovoce.server.app_api.nouns_settings import MemoryNoun, MemorySwitch, NewLine, RememberedNoun
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import memory

ALL = "/app/api/memory"
ONE = f"{ALL}/{{line}}"


async def listed(visit: Visit[None]) -> MemoryNoun:
    """List what is remembered, the oldest first, and where each line came from."""
    return await _all(visit)


async def switch(visit: Visit[MemorySwitch]) -> MemoryNoun:
    """Turn it on or off. What is remembered stays, and no model is told of it while it is off."""
    home, value = visit.house.app.home, "on" if visit.body.on else "off"
    await asyncio.to_thread(settings.store, home, "memory", value)
    _tell(visit)
    return await _all(visit)


async def add(visit: Visit[NewLine]) -> RememberedNoun:
    """Remember a line."""
    text, owner = visit.body.text, visit.caller.owner
    added = await visit.house.app.database.run(lambda conn: memory.add(conn, owner, text, time.time()))
    _tell(visit)
    return RememberedNoun.of(added, {})


async def change(visit: Visit[NewLine]) -> RememberedNoun:
    """Put a line anew."""
    app = visit.house.app
    changed = await change_memory(
        app.home,
        app.database,
        visit.caller.owner,
        _line(visit),
        visit.body.text,
        app.engines,
        now=time.time(),
    )
    _tell(visit)
    return RememberedNoun.of(changed, {})


async def remove(visit: Visit[None]) -> Response:
    """Erase a line so that nothing of it is left here. The chat where it was said stays as it is."""
    app = visit.house.app
    await erase_memory(app.home, app.database, visit.caller.owner, _line(visit), app.engines)
    _tell(visit)
    return Response(status_code=204)


async def clear(visit: Visit[None]) -> Response:
    """Erase all of it."""
    app = visit.house.app
    await erase_memory(app.home, app.database, visit.caller.owner, None, app.engines)
    _tell(visit)
    return Response(status_code=204)


async def _all(visit: Visit[None] | Visit[MemorySwitch]) -> MemoryNoun:
    app, owner = visit.house.app, visit.caller.owner
    lines, titles = await app.database.read(
        lambda conn: (found := memory.listed(conn, owner), memory.titles(conn, owner, found))
    )
    return MemoryNoun(on=app.remembers(), remembered=[RememberedNoun.of(line, titles) for line in lines])


def _tell(visit: Visit[None] | Visit[NewLine] | Visit[MemorySwitch]) -> None:
    """Have every window know that something changed."""
    visit.house.changes.tell(What.SETTINGS, owner=visit.caller.owner)


def _line(visit: Visit[None] | Visit[NewLine]) -> str:
    return identity(visit.request.path_params["line"], "line")


ENDPOINTS = (
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=MemoryNoun),
    Endpoint("PUT", ALL, switch, Scope.PAGE, body=MemorySwitch, answer=MemoryNoun),
    Endpoint("POST", ALL, add, Scope.PAGE, body=NewLine, answer=RememberedNoun),
    Endpoint("DELETE", ALL, clear, Scope.PAGE),
    Endpoint("PUT", ONE, change, Scope.PAGE, body=NewLine, answer=RememberedNoun),
    Endpoint("DELETE", ONE, remove, Scope.PAGE),
)
