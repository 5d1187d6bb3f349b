"""A machine whose memory is a number, and models on it that take a given size and answer nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sottovoce.engine.life import Life
from sottovoce.engine.memory import Need
from sottovoce.engine.plan import Plan
from sottovoce.engine.protocol import ModelFacts
from sottovoce.engine.room import Room
from sottovoce.engine.starting import Enter, Running


class FakeChild:
    """A process that takes memory once it has been let in, and gives it back when it ends."""

    def __init__(self, machine: Machine, pid: int) -> None:
        self.machine = machine
        self.process = SimpleNamespace(pid=pid)
        self.is_alive = True

    async def stop(self) -> None:
        await asyncio.sleep(self.machine.stopping)
        self.is_alive = False
        self.machine.taken.pop(self.process.pid, None)


class Machine:
    def __init__(self, size: int, *, loading: float = 0.0, stopping: float = 0.0) -> None:
        self.size = size
        self.loading = loading
        self.stopping = stopping
        self.taken: dict[int, int] = {}
        self.room = Room(lambda: self.free, lambda pid: self.taken.get(pid, 0))
        self.lives: list[Life] = []
        self.loads: list[str] = []
        """The names of those that were loaded, in order."""
        self._pids = itertools.count(1)

    @property
    def free(self) -> int:
        return self.size - sum(self.taken.values())

    @property
    def loaded(self) -> set[str]:
        return {life.plan.name for life in self.lives if life.running is not None}

    def model(self, name: str, size: int, patience: float = 5.0) -> Life:
        async def begin(plan: Plan, enter: Enter) -> Running:
            return await self._begin(plan, size, enter)

        async def saved(_: Running) -> None:
            await asyncio.sleep(self.stopping)

        async def verified() -> str:
            return "d" * 64

        plan = Plan(Path(name), name, verified, queue_seconds=patience, room=self.room)
        self.lives.append(Life(plan, begin, saved))
        return self.lives[-1]

    async def close(self) -> None:
        for life in self.lives:
            await life.close()

    async def _begin(self, plan: Plan, size: int, enter: Enter) -> Running:
        child: Any = FakeChild(self, next(self._pids))
        nothing: Any = None
        try:
            await enter(Need(256, lambda _: size), child.process.pid)
            for part in (size // 3, size):
                self.taken[child.process.pid] = part
                assert self.free >= 0, "more was promised than there is"
                await asyncio.sleep(self.loading)
        except BaseException:
            await child.stop()
            raise
        self.loads.append(plan.name)
        facts = ModelFacts(plan.name, "d" * 64, 256, 256, can_embed=False)
        return Running(child, nothing, nothing, facts, size, 0, (), nothing, 0)


@asynccontextmanager
async def holding(life: Life) -> AsyncIterator[None]:
    let_go = await life.hold()
    try:
        yield
    finally:
        let_go()
