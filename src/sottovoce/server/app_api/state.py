"""What runs here, and how long the line is. Counts only: nobody learns what others ask."""

from __future__ import annotations

import asyncio
import math

from sottovoce import __version__
from sottovoce.core.settings import read_environment
from sottovoce.models import getting
from sottovoce.server import served
from sottovoce.server.app_api.nouns import QueueNoun, StatusNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit


async def queue(visit: Visit[None]) -> QueueNoun:
    """Tell how full the engines are, as a newcomer would find it."""
    found = served.queue(visit.house.app, visit.caller.owner)
    return QueueNoun(
        slots=found.slots,
        computing=found.computing,
        waiting=found.waiting,
        seconds=found.seconds,
        limit=found.limit if math.isfinite(found.limit) else None,
    )


async def status(visit: Visit[None]) -> StatusNoun:
    """Tell which model answers, and whether anything may leave this machine."""
    app = visit.house.app
    model = app.model
    means = await asyncio.to_thread(getting.means, app.home, read_environment(), {})
    return StatusNoun(
        version=__version__,
        model=model.name,
        licence=model.licence,
        languages=model.languages,
        note=model.note,
        # Asking the engine would load the model, and looking must not change anything.
        window=app.settings.context or None,
        network=means.network(),
        hub=means.hub,
        problem=visit.house.problem,
        problem_code=visit.house.problem_code if visit.house.problem else "",
    )


ENDPOINTS = (
    Endpoint("GET", "/app/api/queue", queue, Scope.CHAT, answer=QueueNoun),
    Endpoint("GET", "/app/api/status", status, Scope.PAGE, answer=StatusNoun),
)
