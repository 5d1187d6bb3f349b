"""`/v1/models`: the models that may be asked for.

Clients of the Messages API ask at the same address, and are answered in their own shape.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import BaseModel

from sottovoce.models.shelf import ModelFile
from sottovoce.server import served
from sottovoce.server.anthropic_api import models as messages_models
from sottovoce.server.endpoint import Visit
from sottovoce.server.openai_api.nouns import Model, ModelList


async def listed(visit: Visit[None]) -> BaseModel:
    """List the models that may be asked for, the usual one first."""
    if messages_models.is_meant(visit.request):
        return await messages_models.listed(visit)
    return ModelList(data=[await _model(model) for model in await served.models(visit.house.app)])


async def shown(visit: Visit[None]) -> BaseModel:
    """Tell of a model, by any of its names."""
    if messages_models.is_meant(visit.request):
        return await messages_models.shown(visit)
    return await _model(await served.find(visit.house.app, visit.request.path_params["model"]))


async def _model(model: ModelFile) -> Model:
    return Model(id=model.name, created=await asyncio.to_thread(_written, model.path))


def _written(path: Path) -> int:
    try:
        return int(path.stat().st_mtime)
    except OSError:  # it runs from memory; when the file was written is no longer known
        return 0
