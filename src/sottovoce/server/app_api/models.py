"""The models at hand, for a page: what they are, which are loaded, and how to have one loaded or unloaded."""

from __future__ import annotations

import asyncio
import math

from starlette.responses import Response

from sottovoce.app import App
from sottovoce.engine.protocol import Load
from sottovoce.models.kinds import LANGUAGE
from sottovoce.models.shelf import ModelFile
from sottovoce.server import served
from sottovoce.server.app_api.nouns import LoadNoun, ModelList, ModelNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.served import Chosen

MODELS = "/app/api/models"
ONE = f"{MODELS}/{{model}}"


async def listed(visit: Visit[None]) -> ModelList:
    """List the models that may be asked for, the usual one first. Looking loads nothing."""
    app = visit.house.app
    loads = {chosen.model.path: chosen.engine.load() for chosen in served.loaded(app)}
    found = [await _noun(app, model, loads.get(model.path)) for model in await served.models(app)]
    return ModelList(models=found)


async def load(visit: Visit[None]) -> ModelNoun:
    """Have a model loaded; the answer comes once it is."""
    chosen = await _chosen(visit)
    await chosen.engine.ready()
    return await _noun(visit.house.app, chosen.model, chosen.engine.load())


async def unload(visit: Visit[None]) -> Response:
    """Have a model unloaded as soon as nobody uses it. One that is not loaded stays as it is."""
    chosen = await _chosen(visit)
    if chosen.engine.load() is not None:
        chosen.engine.keep(0)
    return Response(status_code=204)


async def _chosen(visit: Visit[None]) -> Chosen:
    return await served.choose(visit.house.app, visit.request.path_params["model"], vectors=True)


async def _noun(app: App, model: ModelFile, load: Load | None) -> ModelNoun:
    return ModelNoun(
        name=model.name,
        usual=model.path == app.model.path,
        answers=model.kind == LANGUAGE,
        bytes=await asyncio.to_thread(_size, model),
        licence=model.licence,
        languages=model.languages,
        note=model.note,
        loaded=None if load is None else _loaded(load),
    )


def _size(model: ModelFile) -> int:
    try:
        return model.path.stat().st_size
    except OSError:  # gone since it was listed; it may run from memory
        return 0


def _loaded(load: Load) -> LoadNoun:
    left = load.left if math.isfinite(load.left) else None
    return LoadNoun(bytes=load.bytes, window=load.window, left=left)


ENDPOINTS = (
    Endpoint("GET", MODELS, listed, Scope.PAGE, answer=ModelList),
    Endpoint("POST", f"{ONE}/load", load, Scope.PAGE, answer=ModelNoun),
    Endpoint("POST", f"{ONE}/unload", unload, Scope.PAGE),
)
