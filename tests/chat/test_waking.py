from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from sottovoce.chat import waking
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import NotEnoughMemory
from sottovoce.core.events import Asked, Done, Event, Failed, Waiting
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import ModelFacts


class Asleep(EchoEngine):
    """Is loaded once it is told to go on, or breaks."""

    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__()
        self.loaded = False
        self.problem = problem
        self.go_on = asyncio.Event()
        self.given_up = False

    async def ready(self) -> ModelFacts:
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.given_up = True
            raise
        if self.problem is not None:
            raise self.problem
        return await super().ready()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "QUICK_SECONDS", 0.01)


async def test_who_waits_hears_of_it_until_the_model_is_loaded() -> None:
    engine, told = Asleep(), 0
    async for waiting in waking.awake(engine):
        assert waiting == Waiting(0, 0.0, loading=True)
        told += 1
        if told == 3:
            engine.go_on.set()
    assert told == 3
    assert engine.loaded
    assert [waiting async for waiting in waking.awake(engine)] == []


async def test_who_goes_away_gives_the_load_up() -> None:
    engine = Asleep()
    waits = waking.awake(engine)
    await anext(waits)
    await waits.aclose()
    assert engine.given_up


async def test_a_load_that_fails_says_why() -> None:
    engine = Asleep(NotEnoughMemory("It is too large."))
    engine.go_on.set()
    with pytest.raises(NotEnoughMemory, match="too large"):
        _ = [waiting async for waiting in waking.awake(engine)]


async def test_a_load_beside_other_work_ends_with_it() -> None:
    engine = Asleep()
    async with waking.waking(engine):
        await asyncio.sleep(0)
        assert not engine.given_up
    assert engine.given_up
    engine = Asleep()
    engine.go_on.set()
    async with waking.waking(engine):
        await engine.ready()
    assert engine.loaded


async def test_a_load_beside_other_work_that_fails_leaves_it_be() -> None:
    engine = Asleep(NotEnoughMemory("It is too large."))
    engine.go_on.set()
    async with waking.waking(engine):
        await asyncio.sleep(0.01)
        with pytest.raises(NotEnoughMemory, match="too large"):
            await engine.ready()


@pytest.mark.parametrize("problem", [None, NotEnoughMemory("It is too large.")])
async def test_a_turn_tells_of_the_load_behind_the_question(parts: Parts, problem: Exception | None) -> None:
    engine = Asleep(problem)
    events: list[Event] = []
    async for event in ask(replace(parts, engine=engine), Question("hello")):
        events.append(event)
        if isinstance(event, Waiting):
            engine.go_on.set()
    assert isinstance(events[0], Asked)
    assert events[1] == Waiting(0, 0.0, loading=True)
    assert isinstance(events[-1], Done if problem is None else Failed)
