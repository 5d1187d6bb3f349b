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
from sottovoce.store import chats, hidden


async def allow(there: There, chat: str) -> None:
    """Have a model elsewhere answer this chat from now on. Raises NotFound."""
    await _set(there.parts, chat, _mark(there.upstream))


async def withdraw(parts: Parts, chat: str) -> None:
    """Have the model here answer this chat again. Raises NotFound."""
    await _set(parts, chat, "")


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
    if upstream is not None and _mark(upstream) == always:
        return upstream
    await withdraw(parts, chat)
    raise Refused(
        f"{name} is not any more what you allowed for this chat, so nothing was sent.",
        hint="The model here answers again; ask elsewhere anew to allow it again",
    )


def named(always: str) -> str:
    """Return the name of the model elsewhere that a chat's consent is for; "" where there is none."""
    return always.partition(" ")[0]


async def _set(parts: Parts, chat: str, always: str) -> None:
    def work(conn: sqlite3.Connection) -> None:
        hidden.set_always(conn, parts.owner, chats.get(conn, parts.owner, chat).id, always)

    await parts.database.run(work)


def _mark(upstream: Upstream) -> str:
    return f"{upstream.name} {upstream.where.value} {upstream.url} {upstream.model}"
