"""Models loaded side by side: have one loaded before it is asked for, or unloaded."""

from __future__ import annotations

from starlette.responses import Response

from sottovoce.models.names import DEFAULT
from sottovoce.server import served
from sottovoce.server.app_api.nouns_models import LoadNoun
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.served import Chosen

ONE = "/app/api/models/{name}"


async def load(visit: Visit[None]) -> LoadNoun | Response:
    """Have a model loaded; the answer comes once it is."""
    chosen = await _chosen(visit)
    await chosen.engine.ready()
    visit.house.changes.tell(What.MODELS)
    found = chosen.engine.load()
    return Response(status_code=204) if found is None else LoadNoun.of(found)


async def unload(visit: Visit[None]) -> Response:
    """Have a model unloaded as soon as nobody uses it. One that is not loaded stays as it is."""
    chosen = await _chosen(visit)
    if chosen.engine.load() is not None:
        chosen.engine.keep(0)
        visit.house.changes.tell(What.MODELS)
    return Response(status_code=204)


async def _chosen(visit: Visit[None]) -> Chosen:
    name = visit.request.path_params["name"]
    # By its own name also one that only makes vectors; the usual one is the one that answers.
    return await served.choose(visit.house.app, name, vectors=name != DEFAULT)


ENDPOINTS = (
    Endpoint("POST", f"{ONE}/load", load, Scope.PAGE, answer=LoadNoun),
    Endpoint("POST", f"{ONE}/unload", unload, Scope.PAGE),
)
