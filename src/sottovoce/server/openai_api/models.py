"""`/v1/models`: the model that runs, of which there is one at a time.

Clients of the Messages API ask at the same address, and are answered in their own shape.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import BaseModel

from sottovoce.app import App
from sottovoce.server.anthropic_api import models as messages_models
from sottovoce.server.endpoint import Visit
from sottovoce.server.openai_api.nouns import Model, ModelList
from sottovoce.server.served import require as require


async def listed(visit: Visit[None]) -> BaseModel:
    """List the model that runs."""
    if messages_models.is_meant(visit.request):
        return await messages_models.listed(visit)
    return ModelList(data=[await _model(visit.house.app)])


async def shown(visit: Visit[None]) -> BaseModel:
    """Tell of the model that runs, by any of its names."""
    if messages_models.is_meant(visit.request):
        return await messages_models.shown(visit)
    require(visit.house.app, visit.request.path_params["model"])
    return await _model(visit.house.app)


async def _model(app: App) -> Model:
    return Model(id=app.model.name, created=await asyncio.to_thread(_written, app.model.path))


def _written(path: Path) -> int:
    try:
        return int(path.stat().st_mtime)
    except OSError:  # it runs from memory; when the file was written is no longer known
        return 0
