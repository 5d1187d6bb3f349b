"""One place of the API: what it takes, who may use it, and how it says that something went wrong.

Each room (openai_api, app_api, …) lists its endpoints; here they become routes that all do the same:
let the caller in, look whether there is room, read the body into a noun, answer, and put every problem
into the shape of the room's protocol. Knows no protocol.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import IO, Any, Generic, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sottovoce.core.errors import NotAllowed, SottoError, Stopping
from sottovoce.core.events import Usage, Waiting
from sottovoce.core.language import reader
from sottovoce.engine.held import held
from sottovoce.guard import disclosure
from sottovoce.server import answering, bodies, problems, served, uploads
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.doors import is_from_socket
from sottovoce.server.house import House
from sottovoce.server.language import preferred
from sottovoce.server.log import line, where
from sottovoce.server.marking import Marks
from sottovoce.server.problems import Shape
from sottovoce.server.served import Chosen
from sottovoce.server.sessions import COOKIE

log = logging.getLogger(__name__)

MOST_BYTES_OF_STRANGERS = 4 << 10
"""Of a body, where everyone may send one."""

Body = TypeVar("Body")


@dataclass(slots=True)
class Visit(Generic[Body]):
    """One request on its way through. `headers` are added to the answer."""

    house: House
    caller: Caller
    request: Request
    body: Body
    shape: Shape
    headers: dict[str, str] = field(default_factory=dict)
    stay: ExitStack = field(default_factory=ExitStack)
    """Closed with the visit, once the last of its answer is sent."""
    marks: Marks = field(default_factory=Marks)
    _chosen: Chosen | None = None

    async def find(self, name: str, *, vectors: bool = False) -> Chosen:
        """Return what this name means; see served.choose. Raises Busy as well."""
        found = await served.choose(self.house.app, name, vectors=vectors)
        found.engine.queue(self.caller.owner).require_room()
        return found

    async def choose(self, name: str, *, vectors: bool = False) -> Chosen:
        """Have this model answer, or make the vectors. It is held from the first question on."""
        found = await self.find(name, vectors=vectors)
        self._chosen = replace(found, engine=self.stay.enter_context(held(found.engine)))
        return self._chosen

    @property
    def chosen(self) -> Chosen:
        """The model that was chosen, or else the usual one."""
        return self._chosen or Chosen(self.house.app.model, self.house.app.engine)

    def is_still_in(self) -> bool:
        """Return whether the browser that asked is signed in by now: a stream outlives the first look."""
        token = self.request.cookies.get(COOKIE)
        return token is None or is_from_socket(self.request) or self.house.doors.sessions.knows(token)

    def used(self, usage: Usage) -> None:
        """Count what an answer took against the caller's limits, and in the metrics."""
        tokens = usage.prompt + usage.answer
        line(self.request.scope).tokens += tokens
        self.house.meter.used(self.caller, tokens)
        self.house.metrics.used(usage)

    def waiting(self, event: Waiting) -> None:
        """Tell the caller's place in line, where the answer's head is not sent yet."""
        if not event.loading:
            self.headers.setdefault("X-Queue-Position", str(event.before))
            self.headers.setdefault("X-Queue-Seconds", f"{event.seconds:.0f}")


Handle = Callable[[Visit[Any]], Awaitable[Response | BaseModel]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`scope` None is open to everyone. `computes`: it is refused early when every line is too long.

    `file`: the body is an open file of at most `most_file` bytes, closed with the visit.
    """

    method: str
    path: str
    handle: Handle
    scope: Scope | None
    shape: Shape = problems.OURS
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    computes: bool = False
    file: bool = False
    most_file: int = uploads.MOST_FILE

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring; it stands in the API's description."""
        return (self.handle.__doc__ or "").strip().partition("\n")[0]

    @property
    def most_bytes(self) -> int:
        """Return how long a body may be."""
        if self.file:
            return self.most_file
        return MOST_BYTES_OF_STRANGERS if self.scope is None else bodies.MOST_BYTES

    def route(self, house: House) -> Route:
        async def serve(request: Request) -> Response:
            return await self._serve(house, request)

        return Route(self.path, serve, methods=[self.method], name=f"{self.method} {self.path}")

    async def _serve(self, house: House, request: Request) -> Response:
        stay = ExitStack()
        reader.set(preferred(request.headers.get("accept-language", "")))
        try:
            with stay:
                caller = await self._let_in(house, request)
                line(request.scope).key = caller.key
                stay.enter_context(house.meter.visit(caller, computes=self.computes))
                body = await self._body(house, request, caller, stay)
                visit = Visit(house, caller, request, body, self.shape, stay=stay)
                found = await answering.unless_gone(request, self.handle(visit))
                if isinstance(found, answering.EventStream):
                    found.afterwards = stay.pop_all().close
                    found.failed, found.left = house.metrics.failed, house.metrics.left
                    if self.computes:
                        found.heads = visit.marks.ai_header
        except answering.Gone:
            house.metrics.left()
            return answering.NOBODY_THERE
        except SottoError as problem:
            house.metrics.failed(problem)
            return self.shape.response(problem)
        except Exception as problem:  # noqa: BLE001  (a request's edge: the next one is served)
            log.error("A request failed at %s %s: %s", self.method, self.path, where(problem))
            house.metrics.failed(problem)
            return self.shape.response(problems.unforeseen())
        response = found if isinstance(found, Response) else bodies.written(found)
        if visit.marks.is_ai:
            response.headers.update({disclosure.HEADER: "true", **visit.marks.headers()})
        response.headers.update(visit.headers)
        return response

    async def _body(
        self, house: House, request: Request, caller: Caller, stay: ExitStack
    ) -> BaseModel | IO[bytes] | None:
        if self.file:
            return stay.enter_context(await uploads.taken(request, house.app.home.root, self.most_file))
        if self.body is None:
            return None
        return await bodies.read(request, self.body, house.intake, caller.owner, self.most_bytes)

    async def _let_in(self, house: House, request: Request) -> Caller:
        """Return who asks. Raises NoKey, NotAllowed, LimitReached, Busy or Stopping."""
        caller = await house.doors.open(request, required=self.scope is not None)
        if self.scope is not None and self.scope not in caller.scopes:
            raise _out_of_reach(self.scope)
        if house.stopping and self.scope is not None:
            raise Stopping("The server is stopping.", hint="Ask again once it is back", retry_after=10)
        if self.computes:
            served.queue(house.app, caller.owner).require_room()
        return caller


def _out_of_reach(scope: Scope) -> NotAllowed:
    if scope is Scope.PAGE:
        return NotAllowed(
            "This is for the person at this machine alone.",
            hint="Sign your browser in with the link that sotto serve printed",
        )
    return NotAllowed(
        f"This key is not for {scope}.", hint=f"Make one that is: sotto keys add NAME --scope {scope}"
    )
