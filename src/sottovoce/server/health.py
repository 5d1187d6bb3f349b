"""How the server is: whether it runs, whether it can answer, and its numbers."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import Response

from sottovoce.core.errors import ModelProblem, Stopping
from sottovoce.server import metrics, served
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit


class Alive(BaseModel):
    """Always true: a server that cannot say so says nothing."""

    ok: bool = True


class Readiness(BaseModel):
    """Given only where it is so; else there is a problem, with status 503."""

    ready: bool = True


async def alive(visit: Visit[None]) -> Alive:
    """Say that the server runs.

    It says so while the model is still being loaded, and while the server is stopping.
    """
    return Alive()


async def ready(visit: Visit[None]) -> Readiness:
    """Say whether questions are answered now.

    While they are not, the status is 503 and the problem says why.
    """
    if visit.house.stopping:
        raise Stopping("The server is stopping.", hint="Ask again once it is back", retry_after=10)
    if visit.house.problem:
        raise ModelProblem(
            visit.house.problem, hint="Ask again in a moment; else: sotto doctor", retry_after=1
        )
    return Readiness()


async def numbers(visit: Visit[None]) -> Response:
    """Return what was counted since the start, as Prometheus reads it.

    Requests, tokens, first tokens, errors, the queue and the slots. No text, no names, no keys.
    """
    queue = served.queue(visit.house.app, visit.caller.owner)
    return Response(visit.house.metrics.text(queue), media_type=metrics.KIND)


ENDPOINTS = (
    Endpoint("GET", "/healthz", alive, scope=None, answer=Alive),
    Endpoint("GET", "/readyz", ready, scope=None, answer=Readiness),
    Endpoint("GET", "/metrics", numbers, scope=Scope.ADMIN),
)
