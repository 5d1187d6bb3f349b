"""The models that may be asked for, in the shapes of the Messages API.

Its place, `/v1/models`, is OpenAI's as well; `is_meant` tells whose client asks.
"""

from __future__ import annotations

from starlette.requests import Request

from sottovoce.app import App
from sottovoce.engine.plan import window_of
from sottovoce.models.shelf import ModelFile
from sottovoce.server import served
from sottovoce.server.anthropic_api.nouns import ModelInfo, ModelPage
from sottovoce.server.endpoint import Visit

UNKNOWN = "1970-01-01T00:00:00Z"
"""What this API gives for a day that is not known."""


def is_meant(request: Request) -> bool:
    """Whether this is a client of the Messages API: it says which version of it."""
    return "anthropic-version" in request.headers


async def listed(visit: Visit[None]) -> ModelPage:
    """List the models that may be asked for, the usual one first."""
    app = visit.house.app
    found = [await _info(app, model) for model in await served.models(app)]
    return ModelPage(data=found, first_id=found[0].id, last_id=found[-1].id)


async def shown(visit: Visit[None]) -> ModelInfo:
    """Tell what is known of a model."""
    app = visit.house.app
    return await _info(app, await served.find(app, visit.request.path_params["model"]))


async def _info(app: App, model: ModelFile) -> ModelInfo:
    """Asking the engine would load the model, and looking must not change anything."""
    window = window_of(await served.header(model), app.settings.context)
    return ModelInfo(
        id=model.name,
        display_name=model.name,
        created_at=UNKNOWN,
        max_input_tokens=window,
        max_tokens=window,
    )
