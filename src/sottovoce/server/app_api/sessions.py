"""The browsers that are signed in: how many, since when, and all of them out."""

from __future__ import annotations

from starlette.responses import Response

from sottovoce.server.app_api.nouns import Noun
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.enter import Who, without_cookie
from sottovoce.server.sessions import COOKIE

ALL = "/app/api/sessions"


class SessionNoun(Noun):
    """A browser. Times are seconds since 1970; `here`: it is the one that asks."""

    begun: float
    seen: float
    here: bool


class SessionList(Noun):
    sessions: list[SessionNoun]


async def listed(visit: Visit[None]) -> SessionList:
    """List the browsers that are signed in, the last one here first."""
    found = visit.house.doors.sessions.every(visit.request.cookies.get(COOKIE))
    return SessionList(
        sessions=[SessionNoun(begun=stay.begun, seen=stay.seen, here=here) for stay, here in found]
    )


async def sign_out(visit: Visit[None]) -> Response:
    """Sign every browser out, this one too; links that were not used yet sign nobody in."""
    sessions = visit.house.doors.sessions
    sessions.leave_all()
    visit.house.changes.tell(What.SESSIONS)
    await sessions.save()
    return without_cookie()


ENDPOINTS = (
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=SessionList),
    Endpoint("DELETE", ALL, sign_out, Scope.PAGE, answer=Who),
)
