"""Questions that wait for a model elsewhere: which they are, asked again, or waiting no more.

An answer that has come is one more answer in its chat, of which the changes tell as of any other.
"""

from __future__ import annotations

import time
from sqlite3 import Connection

from starlette.responses import Response

from sottovoce.server.app_api.nouns import identity
from sottovoce.server.app_api.nouns_later import WaitingList, WaitingNoun
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import waiting
from sottovoce.store.waiting import Waiting

ALL = "/app/api/later"
ONE = f"{ALL}/{{question}}"


async def listed(visit: Visit[None]) -> WaitingList:
    """List what waits, the oldest first: in one `chat`, or in all."""
    owner, chat = visit.caller.owner, visit.request.query_params.get("chat")
    wanted = None if chat is None else identity(chat, "chat")
    found = await visit.house.app.database.read(lambda conn: waiting.listed(conn, owner, wanted))
    return WaitingList(waiting=[WaitingNoun.of(one) for one in found])


async def again(visit: Visit[None]) -> WaitingNoun:
    """Have one asked as soon as may be, also where it was given up. Only what was said yes to is sent."""
    owner, name = visit.caller.owner, _name(visit)

    def work(conn: Connection) -> Waiting:
        waiting.begin_anew(conn, waiting.get(conn, owner, name).id, time.time())
        return waiting.get(conn, owner, name)

    one = await visit.house.app.database.run(work)
    visit.house.changes.tell(What.CHAT, one.chat, owner)
    return WaitingNoun.of(one)


async def drop(visit: Visit[None]) -> Response:
    """Have one wait no more. It stays in its chat, with its draft."""
    owner, name = visit.caller.owner, _name(visit)
    gone = await visit.house.app.database.run(lambda conn: waiting.drop(conn, owner, name))
    visit.house.changes.tell(What.CHAT, gone.chat, owner)
    return Response(status_code=204)


def _name(visit: Visit[None]) -> str:
    return identity(visit.request.path_params["question"], "question")


ENDPOINTS = (
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=WaitingList),
    Endpoint("POST", ONE, again, Scope.PAGE, answer=WaitingNoun),
    Endpoint("DELETE", ONE, drop, Scope.PAGE),
)
