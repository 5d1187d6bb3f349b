"""What every request finds: the open home and the server's own parts. Built once, in serve.py."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sottovoce.app import pen_of
from sottovoce.chat.temporary import Place, TemporaryChats
from sottovoce.core.errors import SottoError, StoreProblem
from sottovoce.core.messages import OWNER
from sottovoce.knowledge import embedding, passages
from sottovoce.knowledge.at_work import AtWork
from sottovoce.knowledge.mounting import Mountings
from sottovoce.models.pulls import Pulls
from sottovoce.server.bodies import Intake
from sottovoce.server.changes import Changes, Elsewhere, What
from sottovoce.store.db import open_in_memory

if TYPE_CHECKING:
    from sottovoce.app import App
    from sottovoce.chat.marks.pen import Pen
    from sottovoce.chat.runs import Runs
    from sottovoce.guard.provenance import Signer
    from sottovoce.knowledge.shelf import Shelf
    from sottovoce.server.doors import Doors
    from sottovoce.server.limits import Meter
    from sottovoce.server.metrics import Metrics


log = logging.getLogger(__name__)

LOADING = "loading"


@dataclass(slots=True)
class House:
    app: App
    doors: Doors
    meter: Meter
    metrics: Metrics
    runs: Runs
    intake: Intake = field(default_factory=Intake)
    changes: Changes = field(default_factory=Changes)
    elsewhere: Elsewhere | None = None
    ends: tuple[tuple[str, int], ...] = ()
    """The addresses and ports that are listened at."""
    problem: str = "The model is being loaded."
    """Why nothing can be answered yet, or any more; empty when all is well. For /readyz."""
    problem_code: str = LOADING
    """The same by its code: an error's, or LOADING."""
    stopping: bool = field(default=False)
    pulls: Pulls = field(init=False)
    at_work: AtWork = field(init=False)
    """The shelves that are being brought in step."""
    mountings: Mountings = field(init=False)
    """The encyclopaedias that are being checked."""
    temporary: TemporaryChats = field(init=False)
    imports: dict[str, list[threading.Event]] = field(default_factory=dict)
    """By owner, what stops the imports under way."""
    _pen: Pen | None = field(default=None, init=False)
    _labels: str = field(default="", init=False)
    """Those that the pen writes: a change of the setting holds at once."""
    measuring: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while this machine is measured: two at once would be in each other's way."""

    def __post_init__(self) -> None:
        self.pulls = Pulls(self.app.database, changed=lambda pull: self.changes.tell(What.PULL, pull, OWNER))
        self.at_work = AtWork(self._shelf_changed, self._vectors)
        self.mountings = Mountings(self.app.shelves, self._shelf_changed)
        self.runs.changed = self._tell
        self.temporary = TemporaryChats(
            lambda: self.app.parts(),
            lambda: open_in_memory(self.app.home),
            lambda conversation: self.app.engines.forget(conversation),
            changed=self._tell,
        )

    async def _vectors(self, shelf: Shelf) -> AsyncGenerator[embedding.Progress, None]:
        """Make the vectors that a shelf lacks, where a model for them is set; chats come first."""
        async with self.app.background() as engine:
            if engine is None:
                return
            busy = partial(embedding.is_answering, self.app.engines)
            async with aclosing(embedding.fill(shelf.file, engine, passages.told, busy=busy)) as steps:
                async for step in steps:
                    yield step

    async def take_up_shelves(self) -> None:
        """Keep those shelves in step that were kept so before. One that is damaged says so in the list."""
        with suppress(StoreProblem):
            for row in await self.app.shelves.listed(OWNER):
                with suppress(StoreProblem):
                    await self.at_work.take_up(await self.app.shelves.open(OWNER, row.id))

    async def finish_later(self) -> None:
        """Have what waits for models elsewhere answered; every window that is open hears of each."""
        await self.app.finish_later(lambda one: self._tell(one.question.owner, one.question.chat))

    def place(self, owner: str, chat: str) -> Place:
        """Return where a chat is: in memory where it is a temporary one, else, if anywhere, on the disk."""
        return self.temporary.find(owner, chat) or Place(self.app.parts(), self.runs)

    def pen(self) -> Pen:
        """Return what puts marks on what leaves this home. Raises StoreProblem, DiskFull or ReadOnly."""
        labels = self.app.standing().labels
        if self._pen is None or self._labels != labels:
            self._pen, told = pen_of(self.app.home, labels)
            self._labels = labels
            if told is not None:
                log.warning(told)
        return self._pen

    def signer(self) -> Signer | None:
        """Return what signs answers; None where there is no key to be had: then they go out without."""
        try:
            return self.pen().signer
        except SottoError as problem:
            log.error("Answers are not signed: %s", problem.sentence)
            return None

    def stop_imports(self, owner: str | None = None) -> None:
        """Stop the imports of this owner, or everybody's. Chats that have come in stay."""
        for whose, imports in self.imports.items():
            if owner in (None, whose):
                for stopped in list(imports):
                    stopped.set()

    def _shelf_changed(self, shelf: str) -> None:
        self.changes.tell(What.SHELF, shelf, OWNER)

    def _tell(self, owner: str, chat: str) -> None:
        self.changes.tell(What.CHAT, chat, owner)
