"""Consent that stands for one chat: its questions go to a model elsewhere without being asked for each time.

It is to one place: a model elsewhere that is described anew has to be allowed anew.
"""

from __future__ import annotations

import sqlite3

from sottovoce.chat.elsewhere.preview import There
from sottovoce.chat.turn import Parts
from sottovoce.core.errors import NotFound, Refused
from sottovoce.core.paths import Home
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.store import chats, hidden, waiting


async def allow(there: There, chat: str) -> None:
    """Have a model elsewhere answer this chat from now on. Raises NotFound."""
    await _set(there.parts, chat, mark(there.upstream))


async def withdraw(parts: Parts, chat: str) -> None:
    """Have the model here answer this chat again; what waits there is not sent any more. Raises NotFound."""
    await _set(parts, chat, "", ends_waiting=True)


async def standing(parts: Parts, home: Home, chat: str) -> Upstream | None:
    """Return the model elsewhere that answers a chat, by its whole id; None: the model here does.

    Raises Refused, once, where that one is not any more what the consent was given to.
    """
    always = (await parts.database.read(lambda conn: hidden.of(conn, parts.owner, chat))).always
    if not always:
        return None
    name = named(always)
    try:
        upstream = upstreams.get(name, home)
    except NotFound:
        upstream = None
    if upstream is not None and mark(upstream) == always:
        return upstream
    await _set(parts, chat, "")
    raise Refused(
        f"{name} is not any more what you allowed for this chat, so nothing was sent.",
        hint="Nothing goes there until you say yes to it anew",
    )


def named(always: str) -> str:
    """Return the name of the model elsewhere that a chat's consent is for; "" where there is none."""
    return always.partition(" ")[0]


async def _set(parts: Parts, chat: str, always: str, *, ends_waiting: bool = False) -> None:
    def work(conn: sqlite3.Connection) -> None:
        found = chats.get(conn, parts.owner, chat)
        hidden.set_always(conn, parts.owner, found.id, always)
        if ends_waiting:
            waiting.withdraw(conn, parts.owner, found.id)

    await parts.database.run(work)


def mark(upstream: Upstream) -> str:
    """Return what a yes is given to: the place as its owner describes it."""
    return f"{upstream.name} {upstream.where.value} {upstream.url} {upstream.model}"
