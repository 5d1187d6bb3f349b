"""Which model is served, in the shapes of the Messages API.

Its place, `/v1/models`, is OpenAI's as well; `is_meant` tells whose client asks.
"""

from __future__ import annotations

from starlette.requests import Request

from sottovoce.server import served
from sottovoce.server.anthropic_api.nouns import ModelInfo, ModelPage
from sottovoce.server.endpoint import Visit
from sottovoce.server.house import House

UNKNOWN = "1970-01-01T00:00:00Z"
"""What this API gives for a day that is not known."""


def is_meant(request: Request) -> bool:
    """Whether this is a client of the Messages API: it says which version of it."""
    return "anthropic-version" in request.headers


async def listed(visit: Visit[None]) -> ModelPage:
    """List the model that is served."""
    model = await _info(visit.house)
    return ModelPage(data=[model], first_id=model.id, last_id=model.id)


async def shown(visit: Visit[None]) -> ModelInfo:
    """Tell what is known of a model."""
    served.require(visit.house.app, visit.request.path_params["model"])
    return await _info(visit.house)


async def _info(house: House) -> ModelInfo:
    facts = await house.app.engine.ready()
    name = house.app.model.name
    return ModelInfo(
        id=name, display_name=name, created_at=UNKNOWN, max_input_tokens=facts.window, max_tokens=facts.window
    )
