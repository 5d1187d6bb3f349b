"""All the places of the server behind its gate, as one application. Knows no sockets and no engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sottovoce.core.errors import NotFound, SottoError, WrongMethod
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.gate.gate import Gate
from sottovoce.server.gate.hosts import Names
from sottovoce.server.gate.origins import Origins
from sottovoce.server.gate.shapes import room_of, shape_of
from sottovoce.server.house import House
from sottovoce.server.log import Journal, line


def endpoints() -> tuple[Endpoint, ...]:
    """Return every place of the server, in the order of the description."""
    from sottovoce.server import (
        anthropic_api,
        app_api,
        description,
        enter,
        health,
        ollama_api,
        openai_api,
        page,
    )

    found = (
        *openai_api.ENDPOINTS,
        *anthropic_api.ENDPOINTS,
        *ollama_api.ENDPOINTS,
        *app_api.ENDPOINTS,
        *enter.ENDPOINTS,
        *health.ENDPOINTS,
        *page.places(),
    )
    return (*found, *description.pages(found))


def build(house: House, names: Names, origins: Origins, places: Sequence[Endpoint] | None = None) -> Journal:
    """Return the application: all places unless others are given, the gate around them, and the journal."""
    metrics = house.metrics
    places = endpoints() if places is None else places
    inside = Places([place.route(house) for place in places], metrics.failed)
    files = [place.path for place in places if place.file]
    gate = Gate(inside, names, origins, metrics.failed, files)
    return Journal(gate, metrics.answered)


class Places:
    """Sends a request to the place it asks for. Redirects nobody: a path has one spelling."""

    def __init__(self, routes: Sequence[Route], failed: Callable[[SottoError], None]) -> None:
        self.routes = routes
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods: set[str] = set()
        for route in self.routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                noted = line(scope)
                noted.route, noted.room = route.path, room_of(route.path)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL:
                methods |= route.methods or set()
        await self._nothing(scope, methods)(scope, receive, send)

    def _nothing(self, scope: Scope, methods: set[str]) -> ASGIApp:
        problem: SottoError
        if methods:
            allowed = ", ".join(sorted(methods))
            problem = WrongMethod(f"This address takes {allowed}.", hint="/docs says what each address does")
        else:
            problem = NotFound("There is nothing at this address.", hint="/docs lists what there is")
        self._failed(problem)
        response = shape_of(scope["path"]).response(problem)
        if methods:
            response.headers["Allow"] = allowed
        return response
