"""What a person chooses for all questions of a chat: where they go, and what goes without asking each time.

Sends nothing, and decides about no single question: routing.py does.
"""

from __future__ import annotations

import sqlite3

from sottovoce.chat.elsewhere import consent
from sottovoce.chat.elsewhere.preview import There
from sottovoce.chat.turn import Parts
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.hybrid.upstream import Upstream
from sottovoce.store import hidden, routes, waiting


async def choose(parts: Parts, chat: str, choice: Choice | None) -> None:
    """Have the questions of a chat go there; None: by the rules and the settings. Raises NotFound."""
    await parts.database.run(lambda conn: _keep(conn, parts.owner, chat, choice))


def put(conn: sqlite3.Connection, owner: str, chat: str, choice: Choice | None) -> None:
    """Do what `choose` does, and end what was allowed for all of the chat, unless that is what is chosen.

    With `here`, what waits is not sent any more.
    """
    _keep(conn, owner, chat, choice)
    allowed = consent.named(hidden.always(conn, owner, chat))
    if allowed and choice != Choice(Route.THERE, allowed):
        hidden.set_always(conn, owner, chat, "")
    if choice is not None and choice.route is Route.HERE:
        waiting.withdraw(conn, owner, chat)


async def allow(there: There, chat: str, route: Route) -> None:
    """Let a model elsewhere answer a chat as it goes: with `ask` where there is a reason, and no further."""
    parts = there.parts
    await consent.allow(there, chat)
    if await parts.database.read(lambda conn: routes.of(conn, parts.owner, chat)) is None:
        await choose(parts, chat, Choice(route, there.upstream.name))


async def allow_all(there: There, chat: str) -> None:
    """Have a model elsewhere answer a whole chat, but for what a rule keeps here. Raises NotFound."""
    await consent.allow(there, chat)
    await choose(there.parts, chat, Choice(Route.THERE, there.upstream.name))


async def chosen(parts: Parts, chat: str, stands: Upstream | None) -> Choice | None:
    """Return what was chosen for a chat, by its whole id, for which consent `stands`."""
    name = "" if stands is None else stands.name
    row = await parts.database.read(lambda conn: routes.of(conn, parts.owner, chat))
    return _read(row, name)


def of(conn: sqlite3.Connection, owner: str, chat: str) -> Choice | None:
    """Return what was chosen for a chat, as it is written down: consent may have ended since."""
    return _read(routes.of(conn, owner, chat), consent.named(hidden.always(conn, owner, chat)))


def _keep(conn: sqlite3.Connection, owner: str, chat: str, choice: Choice | None) -> None:
    if choice is None:
        routes.unchoose(conn, owner, chat)
    else:
        routes.choose(conn, owner, chat, choice.route.value, choice.to)


def _read(row: tuple[str, str] | None, allowed: str) -> Choice | None:
    if row is not None:
        return Choice(Route(row[0]), row[1])
    return Choice(Route.THERE, allowed) if allowed else None
