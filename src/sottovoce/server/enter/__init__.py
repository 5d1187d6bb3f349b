"""The page behind a sign-in link, and the browser's session: signing in and out, who is signed in.

The page posts the code of its own address, so that no code is ever in a request's target. Knows nothing of
what a signed-in person may do.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from sottovoce.core.messages import OWNER
from sottovoce.server import bodies
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.sessions import COOKIE, SESSION_SECONDS
from sottovoce.server.tries import peer_of


class Code(BaseModel):
    """What stands behind the # of a sign-in link."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    code: str = Field(min_length=1, max_length=100)


class Who(BaseModel):
    """Who asks. `signed_in` is only true of the person at this machine."""

    model_config = ConfigDict(frozen=True)

    signed_in: bool
    scopes: list[Scope]


class End(BaseModel):
    """Where the server listens; 0.0.0.0 and :: are every address of its machine."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int


class Link(BaseModel):
    """A path of this server that signs one browser in, once, within ten minutes, and where that leads."""

    model_config = ConfigDict(frozen=True)

    link: str
    ends: list[End]


async def show_page(visit: Visit[None]) -> Response:
    """Show the page that a sign-in link opens."""
    return _file("enter.html", "text/html")


async def show_script(visit: Visit[None]) -> Response:
    """Return the script of that page."""
    return _file("enter.js", "text/javascript")


async def show_style(visit: Visit[None]) -> Response:
    """Return the style of that page."""
    return _file("enter.css", "text/css")


async def sign_in(visit: Visit[Code]) -> Response:
    """Sign this browser in with the code of a link, which is then used up."""
    sessions = visit.house.doors.sessions
    token = sessions.enter(visit.body.code, peer_of(visit.request))
    await sessions.save_or_say()
    visit.house.changes.tell(What.SESSIONS)
    return _with_cookie(visit.request, _who(OWNER, frozenset(Scope)), token)


async def tell_who(visit: Visit[None]) -> Response:
    """Tell whether this browser is signed in; if so, it stays signed in for another 30 days."""
    who = _who(visit.caller.owner, visit.caller.scopes)
    token = visit.request.cookies.get(COOKIE)
    if token and who.signed_in and visit.house.doors.sessions.knows(token):
        return _with_cookie(visit.request, who, token)
    return bodies.written(who)


async def sign_out(visit: Visit[None]) -> Response:
    """Sign this browser out. One that is not signed in stays so."""
    sessions, token = visit.house.doors.sessions, visit.request.cookies.get(COOKIE)
    if sessions.knows(token):
        sessions.leave(token)
        visit.house.changes.tell(What.SESSIONS)
        await sessions.save_or_say()  # whatever the disk takes, this browser has no cookie any more
    return without_cookie()


def without_cookie() -> Response:
    """Return the answer to one who is signed out now."""
    response = bodies.written(_who("", frozenset()))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


async def make_link(visit: Visit[None]) -> Link:
    """Make a link that signs in one more browser of yours."""
    ends = [End(host=host, port=port) for host, port in visit.house.ends]
    return Link(link=visit.house.doors.sessions.new_link(), ends=ends)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/enter", show_page, scope=None),
    Endpoint("GET", "/enter.js", show_script, scope=None),
    Endpoint("GET", "/enter.css", show_style, scope=None),
    Endpoint("GET", "/app/api/session", tell_who, scope=None, answer=Who),
    Endpoint("POST", "/app/api/session", sign_in, scope=None, body=Code, answer=Who),
    Endpoint("DELETE", "/app/api/session", sign_out, scope=None, answer=Who),
    Endpoint("POST", "/app/api/link", make_link, scope=Scope.PAGE, answer=Link),
)


def _who(owner: str, scopes: frozenset[Scope]) -> Who:
    return Who(signed_in=owner == OWNER, scopes=sorted(scopes))


def _with_cookie(request: Request, who: Who, token: str) -> Response:
    response = bodies.written(who)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_SECONDS),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


def _file(name: str, kind: str) -> Response:
    return Response(_text(name), media_type=kind)


@cache
def _text(name: str) -> str:
    return (resources.files(__name__) / name).read_text("utf-8")
