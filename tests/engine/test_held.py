from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from sottovoce.core.errors import ModelProblem
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.held import held
from sottovoce.engine.protocol import ModelFacts


async def test_one_asker_holds_the_model_once_from_the_first_call_to_the_end() -> None:
    engine = EchoEngine()
    with held(engine) as asker:
        assert engine.holders == 0
        assert asker.load() is not None
        assert engine.holders == 0, "looking holds nothing"
        await asker.count("one two")
        await asyncio.gather(asker.ready(), asker.weigh(["one"]))
        assert engine.holders == 1
        async with aclosing(asker.answer("one two", Sampling(), Conversation("me"))) as pieces:
            _ = [piece async for piece in pieces]
        assert engine.holders == 1
    assert engine.holders == 0
    await asker.ready()
    assert engine.holders == 0


async def test_two_askers_hold_it_each_for_itself() -> None:
    engine = EchoEngine()
    with held(engine) as first:
        await first.ready()
        with held(engine) as second:
            await second.ready()
            assert engine.holders == 2
        assert engine.holders == 1


async def test_the_model_is_given_back_before_vectors_are_made() -> None:
    class Vectors(EchoEngine):
        async def embed(self, texts: object, owner: str = "") -> list[list[float]]:
            assert self.holders == 0
            return [[1.0]]

    with held(Vectors(can_embed=True)) as asker:
        await asker.ready()
        assert await asker.embed(["one"]) == [[1.0]]


async def test_the_model_is_given_back_before_texts_are_ranked() -> None:
    class Ranks(EchoEngine):
        async def rank(self, question: str, texts: object, owner: str = "") -> list[float]:
            assert self.holders == 0
            return [1.0]

    with held(Ranks()) as asker:
        await asker.ready()
        assert await asker.rank("one", ["two"]) == [1.0]


@pytest.mark.parametrize("leaves", [True, False])
async def test_who_goes_while_it_is_loaded_holds_nothing(leaves: bool) -> None:
    go_on = asyncio.Event()

    class Slow(EchoEngine):
        async def ready(self) -> ModelFacts:
            await go_on.wait()
            return await super().ready()

    engine = Slow()
    with held(engine) as asker:
        waiting = asyncio.create_task(asker.ready())
        await asyncio.sleep(0)
        if leaves:
            waiting.cancel()
            await asyncio.wait({waiting})
    go_on.set()
    await asyncio.wait({waiting})
    assert engine.holders == 0


async def test_a_load_that_fails_holds_nothing_and_may_be_tried_again() -> None:
    class Broken(EchoEngine):
        broken = True

        async def ready(self) -> ModelFacts:
            if self.broken:
                raise ModelProblem("It is broken.", hint="Mend it")
            return await super().ready()

    engine = Broken()
    with held(engine) as asker:
        with pytest.raises(ModelProblem):
            await asker.ready()
        assert engine.holders == 0
        engine.broken = False
        await asker.ready()
        assert engine.holders == 1
