"""Models side by side on the real engine: who is loaded, and who has to go."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from gguf_samples import language_model

from sottovoce.core.errors import BadModelFile, Busy, NotEnoughMemory
from sottovoce.core.events import Finished
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine import memory
from sottovoce.engine.held import held
from sottovoce.engine.life import Life
from sottovoce.engine.llama import LlamaEngine
from sottovoce.engine.memory import Need
from sottovoce.engine.plan import Plan
from sottovoce.engine.room import Room
from sottovoce.engine.starting import Running, most_of, start

pytestmark = pytest.mark.model

ONE = memory.BUFFERS + (4 << 20)
"""More than one of the models here takes, and less than one and a half."""


async def unverified() -> str:
    return "d" * 64


class Side:
    """Models that share a room of a fixed size. What a child already has counts as promised to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.free = 2 * ONE
        self.room = Room(lambda: self.free, lambda _: 0)
        self.made: list[LlamaEngine] = []

    def make(self, name: str, **changes: object) -> LlamaEngine:
        path = language_model().write(self.folder / f"{name}.gguf")
        facts: dict[str, object] = {"window": 256, "threads": 1, "room": self.room, **changes}
        self.made.append(LlamaEngine(Plan(path, name, unverified, **facts)))  # type: ignore[arg-type]
        return self.made[-1]

    @property
    def loaded(self) -> list[str]:
        return [engine.plan.name for engine in self.made if engine.load() is not None]


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    side = Side(tmp_path)
    yield side
    for engine in side.made:
        await engine.close()


async def until(holds: object) -> None:
    async with asyncio.timeout(10):
        while not holds():  # type: ignore[operator]
            await asyncio.sleep(0.02)


class Guests:
    """Models about to be loaded, without a process; what each has taken is written here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.free = 1000
        self.taken: dict[int, int] = {}
        self.room = Room(lambda: self.free, lambda pid: self.taken[pid])

    async def enter(self, pid: int, size: int) -> Life:
        plan = Plan(self.folder / "none.gguf", str(pid), unverified, room=self.room)
        life = Life(plan, start, nothing_to_save)
        self.taken.setdefault(pid, 0)
        await self.room.enter(life, Need(256, lambda _: size), pid)
        return life


async def nothing_to_save(_: Running) -> None:
    pass


async def test_what_a_model_takes_while_it_is_loaded_is_not_counted_twice(tmp_path: Path) -> None:
    guests = Guests(tmp_path)
    await guests.enter(1, 600)
    assert guests.room.free() == 400
    guests.free, guests.taken[1] = 450, 550
    assert guests.room.free() == 400
    with pytest.raises(TimeoutError):  # and not that it could never fit
        await asyncio.wait_for(guests.enter(2, 800), 0.05)


async def test_what_models_have_can_be_had_in_their_place(tmp_path: Path) -> None:
    guests = Guests(tmp_path)
    assert guests.room.taken() == 0
    await guests.enter(1, 600)
    await guests.enter(2, 300)
    guests.taken |= {1: 200, 2: 30}
    assert guests.room.taken() == 230
    assert guests.room.pids == [1, 2]


async def test_a_model_may_leave_while_a_thread_asks_what_is_free(tmp_path: Path) -> None:
    leaving: list[Life] = []

    def taken(_: int) -> int:
        while leaving:
            guests.room.leave(leaving.pop())
        return 0

    guests = Guests(tmp_path)
    guests.room = Room(lambda: 1000, taken)
    leaving += [await guests.enter(pid, 100) for pid in (1, 2)]
    assert guests.room.free() == 800
    assert guests.room.free() == 1000


async def test_models_stay_loaded_side_by_side_while_there_is_memory(side: Side) -> None:
    one, two = side.make("one"), side.make("two")
    await one.ready()
    await two.ready()
    assert side.loaded == ["one", "two"]
    assert side.room.free() < ONE
    load = two.load()
    assert load is not None
    assert memory.BUFFERS < load.bytes < ONE
    assert (load.window, round(load.left, -2)) == (256, 600)


async def test_the_model_used_longest_ago_makes_room(side: Side) -> None:
    one, two, three = (side.make(name) for name in ("one", "two", "three"))
    for engine in (one, two, one, three):
        await engine.ready()
    assert side.loaded == ["one", "three"]
    await two.ready()
    assert side.loaded == ["two", "three"]


async def test_one_that_fits_beside_nobody_sends_nobody_away(side: Side) -> None:
    one, large = side.make("one"), side.make("large", slots=40_000)
    await one.ready()
    with pytest.raises(NotEnoughMemory, match=r"large needs [\d.]+ GB of memory; 0.2 GB are free"):
        await large.ready()
    assert side.loaded == ["one"]


async def test_a_window_that_would_fit_is_proposed(side: Side) -> None:
    side.free = ONE
    path = language_model().set("llama.context_length", "uint32", 1 << 20).write(side.folder / "wide.gguf")
    wide = LlamaEngine(Plan(path, "wide", unverified, window=1 << 20, threads=1, room=side.room))
    with pytest.raises(NotEnoughMemory) as caught:
        await wide.ready()
    found = int(str(caught.value.hint).rpartition(" ")[2])
    assert found % memory.STEP == 0
    narrow = LlamaEngine(Plan(path, "wide", unverified, window=found, threads=1, room=side.room))
    side.made.append(narrow)
    await narrow.ready()


async def test_a_model_in_use_is_waited_for_and_never_sent_away(side: Side) -> None:
    side.free = ONE
    one, two = side.make("one"), side.make("two")
    order: list[str] = []

    async def ask(engine: LlamaEngine) -> None:
        asked = engine.answer("hello", Sampling(max_tokens=200), Conversation("me"))
        async with aclosing(asked) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finished):
                    order.append(engine.plan.name)

    first = asyncio.create_task(ask(one))
    await until(lambda: one.load() is not None)
    await ask(two)
    await first
    assert order == ["one", "two"]
    assert side.loaded == ["two"]


async def test_who_would_wait_too_long_for_memory_is_refused(side: Side) -> None:
    side.free = ONE
    one, hurried, patient = side.make("one"), side.make("two", queue_seconds=0.2), side.make("three")
    async with one._life.use():
        with pytest.raises(Busy, match="no memory for two while one is in use"):
            await hurried.ready()
    assert side.loaded == ["one"]
    await patient.ready()
    assert side.loaded == ["three"]


async def test_all_who_wait_for_memory_are_refused_after_their_own_time(side: Side) -> None:
    side.free = ONE
    one, two = side.make("one"), side.make("two", queue_seconds=0.4)

    async def refused_after() -> float:
        began = time.monotonic()
        with pytest.raises(Busy):
            await two.ready()
        return time.monotonic() - began

    async with one._life.use():
        first = [asyncio.create_task(refused_after()) for _ in range(4)]
        await asyncio.sleep(0.2)
        assert two.queue("me").waiting == 4
        last = await refused_after()
        took = [*await asyncio.gather(*first), last]
    assert min(took) > 0.39
    assert max(took) < 5  # and not as long as the model is in use
    assert two.queue("me").waiting == 0
    await two.ready()


async def test_who_leaves_does_not_end_the_load_that_others_wait_for(side: Side) -> None:
    going_on, begun = asyncio.Event(), 0

    async def slow() -> str:
        nonlocal begun
        begun += 1
        await going_on.wait()
        return await unverified()

    one = side.make("one")
    shared = LlamaEngine(replace(one.plan, verify=slow))
    side.made.append(shared)
    first, second = (asyncio.create_task(shared.ready()) for _ in range(2))
    await until(lambda: begun)
    first.cancel()
    await asyncio.wait({first})
    going_on.set()
    assert (await second).name == "one"
    assert begun == 1


async def test_a_load_that_nobody_waits_for_any_more_is_given_up(side: Side) -> None:
    begun: list[int] = []

    async def endless() -> str:
        begun.append(1)
        await asyncio.Event().wait()
        return ""

    one = side.make("one")
    endlessly = LlamaEngine(replace(one.plan, verify=endless))
    side.made.append(endlessly)
    both = [asyncio.create_task(endlessly.ready()) for _ in range(2)]
    await until(lambda: begun)
    for task in both:
        task.cancel()
    await asyncio.wait(both)
    assert side.room.pids == []
    assert begun == [1]


async def test_a_load_that_fails_gives_its_room_back(side: Side) -> None:
    one = side.make("one")

    async def differs() -> str:
        raise BadModelFile("It is not what it was.")

    bad = LlamaEngine(Plan(one.plan.path, "bad", differs, window=256, threads=1, room=side.room))
    before = side.room.free()
    with pytest.raises(BadModelFile):
        await bad.ready()
    assert side.room.free() == before


async def test_a_model_is_kept_as_long_as_was_asked(side: Side) -> None:
    short, long = side.make("short"), side.make("long", idle_seconds=0.1)
    for engine in (short, long):
        await engine.ready()
    long.keep(math.inf)
    short.keep(0)
    await until(lambda: side.loaded == ["long"])
    await asyncio.sleep(0.3)
    load = long.load()
    assert load is not None
    assert load.left == math.inf
    long.keep(None)
    await until(lambda: not side.loaded)
    await short.ready()
    await asyncio.sleep(0.3)
    assert side.loaded == ["short"], "what was asked holds until it is unloaded"


async def test_what_is_said_of_a_model_that_is_not_loaded_does_not_hold_for_the_next_load(side: Side) -> None:
    one = side.make("one")
    one.keep(0)
    await one.ready()
    await asyncio.sleep(0.2)
    assert side.loaded == ["one"]


async def test_who_makes_room_does_not_wait_for_a_load(side: Side) -> None:
    one = side.make("one")
    await one.ready()
    async with one._life._changing:
        await asyncio.wait_for(one._life.rest(), 0.5)
    assert side.loaded == ["one"]
    await one._life.rest()
    assert side.loaded == []


def test_a_small_model_may_have_a_thread_for_each_of_many_cores() -> None:
    stacks = 192 * (8 << 20)
    assert most_of(200 << 20, 192) - (200 << 20) - stacks > 1 << 30
    assert most_of(8 << 30, 4) < 13 << 30


async def test_the_second_child_for_vectors_counts(side: Side) -> None:
    one = side.make("one")
    await one.ready()
    load = one.load()
    await one.embed(["hello"])
    both = one.load()
    assert load is not None
    assert both is not None
    assert both.bytes > load.bytes + memory.BUFFERS
    assert one._embedder is not None
    one.keep(math.inf)
    second = one._embedder.life.load()
    assert second is not None
    assert second.left < math.inf, "the model a second time is not kept for ever"
    await side.make("two").ready()
    left = one.load()
    assert left is not None
    assert left.bytes < both.bytes, "one of the two has made room"


async def test_vectors_may_take_the_place_of_the_model_that_was_asked_for_them(side: Side) -> None:
    side.free = ONE
    one = side.make("one", queue_seconds=3.0)
    with held(one) as asker:
        await asker.ready()
        assert len(await asker.embed(["hello"])) == 1
    assert one._life.running is None


async def test_what_a_child_has_taken_is_not_promised_twice(side: Side) -> None:
    """With the system's own numbers: the room left is what was free, less what the model needs."""
    room = Room()
    path = language_model().write(side.folder / "real.gguf")
    engine = LlamaEngine(Plan(path, "real", unverified, window=256, threads=1, room=room))
    side.made.append(engine)
    await engine.ready()
    running = engine._life.running
    assert running is not None
    taken = memory.private(running.child.process.pid)
    load = engine.load()
    assert load is not None
    assert 10 << 20 < taken < load.bytes
    assert abs(memory.available() - (load.bytes - taken) - room.free()) < 64 << 20
