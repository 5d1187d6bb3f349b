"""What every request finds: the open home and the server's own parts. Built once, in serve.py."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sottovoce.chat.temporary import Place, TemporaryChats
from sottovoce.models.pulls import Pulls
from sottovoce.server.bodies import Intake
from sottovoce.store.db import open_in_memory

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
    temporary: TemporaryChats = field(init=False)
    imports: dict[str, list[threading.Event]] = field(default_factory=dict)
    """By owner, what stops the imports under way."""
    measuring: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while this machine is measured: two at once would be in each other's way."""

    def __post_init__(self) -> None:
        self.pulls = Pulls(self.app.database)
        self.temporary = TemporaryChats(
            lambda: self.app.parts(),
            lambda: open_in_memory(self.app.home),
            lambda conversation: self.app.engines.forget(conversation),
        )

    def place(self, owner: str, chat: str) -> Place:
        """Return where a chat is: in memory where it is a temporary one, else, if anywhere, on the disk."""
        return self.temporary.find(owner, chat) or Place(self.app.parts(), self.runs)
