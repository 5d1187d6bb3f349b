"""What every request finds: the open home and the server's own parts. Built once, in serve.py."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sottovoce.models.pulls import Pulls
from sottovoce.server.bodies import Intake

if TYPE_CHECKING:
    from sottovoce.app import App
    from sottovoce.chat.runs import Runs
    from sottovoce.server.doors import Doors
    from sottovoce.server.limits import Meter
    from sottovoce.server.metrics import Metrics


@dataclass(slots=True)
class House:
    app: App
    doors: Doors
    meter: Meter
    metrics: Metrics
    runs: Runs
    intake: Intake = field(default_factory=Intake)
    ends: tuple[tuple[str, int], ...] = ()
    """The addresses and ports that are listened at."""
    problem: str = "The model is being loaded."
    """Why nothing can be answered yet, or any more; empty when all is well. For /readyz."""
    problem_code: str = "loading"
    """The same for programs: loading, or the code of the error that keeps it from being loaded."""
    stopping: bool = field(default=False)
    pulls: Pulls = field(init=False)
    measuring: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while this machine is measured: two at once would be in each other's way."""

    def __post_init__(self) -> None:
        self.pulls = Pulls(self.app.database)
