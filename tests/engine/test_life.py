"""Who uses which model, and for how long, where memory is scarce: on a machine without an engine."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from machine import Machine, holding

from sottovoce.core.errors import Busy, NotEnoughMemory, StoreProblem
from sottovoce.engine.life import Life

Make = Callable[..., Machine]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[Machine] = []

    def make(size: int, **more: float) -> Machine:
        made.append(Machine(size, **more))
        return made[-1]

    yield make
    for machine in made:
        await machine.close()
        assert machine.room.free() == machine.size


async def asked(life: Life, seconds: float = 0.0) -> None:
    async with holding(life):
        await asyncio.sleep(seconds)


async def soon(waits: Awaitable[None]) -> None:
    await asyncio.wait_for(waits, 4)


async def still_waits(task: asyncio.Task[None]) -> bool:
    return not (await asyncio.wait({task}, timeout=0.1))[0]


async def test_one_that_fits_does_not_wait_behind_one_that_does_not(make: Make) -> None:
    machine = make(1000)
    used, large, small = machine.model("used", 600), machine.model("large", 900), machine.model("small", 300)
    async with holding(used):
        waiting = asyncio.create_task(asked(large))
        assert await still_waits(waiting)
        await soon(asked(small))
        assert machine.loaded == {"used", "small"}
    await soon(waiting)


async def test_steady_use_of_one_model_does_not_keep_another_away(make: Make) -> None:
    machine = make(1000)
    used, other = machine.model("used", 600), machine.model("other", 600)

    async def steadily() -> None:
        while True:
            await asked(used, 0.06)

    async with AsyncExitStack() as stack:
        for _ in range(2):  # there is never a moment when nobody uses it
            stack.callback(asyncio.create_task(steadily()).cancel)
            await asyncio.sleep(0.03)
        await soon(asked(other))
        await asyncio.sleep(0.2)
    assert machine.loads[:3] == ["used", "other", "used"]


async def test_steady_use_of_two_models_does_not_keep_one_away_that_needs_both_to_go(make: Make) -> None:
    machine = make(1000)
    lives = [machine.model(name, 400) for name in ("one", "two")]
    large = machine.model("large", 900)

    async def steadily(life: Life) -> None:
        while True:
            await asked(life, 0.05)

    async with AsyncExitStack() as stack:
        for life in lives * 2:
            stack.callback(asyncio.create_task(steadily(life)).cancel)
            await asyncio.sleep(0.02)
        await soon(asked(large))
    assert "large" in machine.loads


async def test_a_model_stays_for_the_one_it_was_loaded_for(make: Make) -> None:
    machine = make(1000)
    first, second = machine.model("first", 600), machine.model("second", 600)
    async with holding(first):
        waiting = asyncio.create_task(asked(second))
        assert await still_waits(waiting)
        for _ in range(3):  # who holds it is not sent to the end of the line
            async with first.use():
                pass
            assert await still_waits(waiting)
    await soon(waiting)
    assert machine.loads == ["first", "second"]


async def test_who_comes_later_comes_after_the_model_that_was_asked_for_before(make: Make) -> None:
    machine = make(1000)
    used, other = machine.model("used", 600), machine.model("other", 600)
    order: list[str] = []

    async def ask(life: Life) -> None:
        async with holding(life):
            order.append(life.plan.name)

    async with holding(used):
        first = asyncio.create_task(ask(other))
        assert await still_waits(first)
        later = asyncio.create_task(ask(used))
        assert await still_waits(later)
        assert used.waiting == 1
    await soon(later)
    await first
    assert order == ["other", "used"]


async def test_who_has_to_make_way_is_refused_after_its_own_time(make: Make) -> None:
    machine = make(1000)
    used, other = machine.model("used", 600, patience=0.3), machine.model("other", 600)
    async with holding(used):
        first = asyncio.create_task(asked(other))
        assert await still_waits(first)
        began = time.monotonic()
        with pytest.raises(Busy, match="used has to make way for other") as caught:
            await asked(used)
        assert 0.29 < time.monotonic() - began < 2
        assert caught.value.hint == "Ask again in a moment, or ask other"
        assert used.waiting == 0
    await soon(first)


async def test_a_model_that_is_given_up_at_the_door_holds_up_nobody(make: Make) -> None:
    machine = make(1000)
    used, other = machine.model("used", 600), machine.model("other", 600)
    async with holding(used):
        first = asyncio.create_task(asked(other))
        assert await still_waits(first)
        later = asyncio.create_task(asked(used))
        assert await still_waits(later)
        first.cancel()
        await soon(later)
    assert machine.loads == ["used"]


async def test_nobody_takes_what_is_given_back_for_another(make: Make) -> None:
    machine = make(1000, stopping=0.1)
    resting, first = machine.model("resting", 800), machine.model("first", 900)
    second = machine.model("second", 700)
    await asked(resting)
    async with holding(resting):
        waiting = asyncio.create_task(asked(first, 0.2))
        assert await still_waits(waiting)
    await asyncio.sleep(0.05)
    await soon(asked(second))
    assert machine.loads == ["resting", "first", "second"]
    await waiting


async def test_a_small_model_need_not_go_where_a_large_one_has_to(make: Make) -> None:
    machine = make(1000)
    small, used = machine.model("small", 100), machine.model("used", 600)
    other = machine.model("other", 800)
    await asked(small)
    async with holding(used):
        waiting = asyncio.create_task(asked(other))
        assert await still_waits(waiting)
        await soon(asked(small))
    await soon(waiting)
    assert machine.loaded == {"small", "other"}


async def test_what_goes_wrong_at_anothers_rest_is_not_the_askers_affair(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    machine = make(1000)
    resting, other = machine.model("resting", 600), machine.model("other", 600)
    await asked(resting)

    async def broken(_: object) -> None:
        raise StoreProblem("The disk is gone.")

    resting._save = broken
    await soon(asked(other))
    assert machine.loaded == {"other"}
    assert "resting was not put to rest in good order" in caplog.text


@pytest.mark.parametrize("seed", range(8))
async def test_many_models_and_many_users_all_come_to_an_end(make: Make, seed: int) -> None:
    """Each is answered by a model that stays until it is done, or told in time; nothing is promised twice."""
    chance = random.Random(seed)
    patience = 0.6
    machine = make(1000, loading=0.005, stopping=0.005)
    sizes = [chance.choice([100, 300, 500, 700, 900, 1000]) for _ in range(8)]
    lives = [machine.model(f"m{at}", size, patience) for at, size in enumerate(sizes)]
    too_large = machine.model("too large", 1001, patience)
    ends: list[str] = []

    async def one(life: Life) -> None:
        began = time.monotonic()
        try:
            async with holding(life):
                ends.append("answered")
                for _ in range(3):
                    async with life.use() as running:
                        await asyncio.sleep(chance.random() * 0.01)
                        assert running.child.is_alive
                    assert life.running is running, "it was put to rest before the end"
        except Busy:
            ends.append("refused")
        except NotEnoughMemory:
            assert life is too_large
            ends.append("refused")
        except asyncio.CancelledError:
            ends.append("left")
            raise
        assert time.monotonic() - began < patience + 2

    users = []
    for _ in range(150):
        users.append(asyncio.create_task(one(chance.choice([*lives, too_large]))))
        if chance.random() < 0.15:
            chance.choice(users).cancel()
        await asyncio.sleep(chance.random() * 0.01)
    done, late = await asyncio.wait(users, timeout=30)
    assert not late
    assert not [user for user in done if not user.cancelled() and user.exception()]
    assert ends.count("answered") > 40
    for life in lives:  # whoever comes when all is quiet is answered
        await soon(asked(life))
