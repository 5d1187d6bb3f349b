"""Who computes, who waits and how long: with a clock that stands still unless it is moved."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing

import pytest

from sottovoce.core.errors import Busy
from sottovoce.core.events import Finished, Text, Waiting
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.line import Line, Place


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def one(owner: str = "me", chat: str | None = None) -> Conversation:
    return Conversation(owner, chat)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_newcomer_of_another_owner_finds_a_place_at_once() -> None:
    line = Line(4)
    with line.place(one("light"), 10, 10):
        pass
    with ExitStack() as stay:
        greedy = [stay.enter_context(line.place(one("greedy"), 100, 100)) for _ in range(10)]
        assert sum(place.is_inside for place in greedy) == 3
        assert stay.enter_context(line.place(one("light"), 10, 10)).is_inside
        assert line.computing == 4
        assert line.waiting == 7
    assert line.is_idle


async def test_who_has_long_been_the_only_one_has_every_place() -> None:
    clock = Clock()
    line = Line(4, clock=clock)
    with line.place(one("other"), 1, 1):
        pass
    with ExitStack() as stay:
        only = [stay.enter_context(line.place(one("only"), 100, 100)) for _ in range(5)]
        assert sum(place.is_inside for place in only) == 3
        clock.now += 601
        line.let_in()
        assert sum(place.is_inside for place in only) == 4


async def test_who_was_here_a_moment_ago_still_has_a_place_kept() -> None:
    clock = Clock()
    line = Line(4, clock=clock)
    for name in ("a", "b"):
        with line.place(one(name), 1, 1):
            pass
    with ExitStack() as stay:
        greedy = [stay.enter_context(line.place(one("greedy"), 100, 100)) for _ in range(4)]
        assert sum(place.is_inside for place in greedy) == 2
        clock.now += 11
        line.let_in()
        assert sum(place.is_inside for place in greedy) == 3


async def test_it_knows_whether_others_still_read_much() -> None:
    line = Line(4)
    with line.place(one("a"), 600, 10) as mine:
        assert not line.others_read(mine, 120)
        with line.place(one("b"), 600, 10) as other:
            assert line.others_read(mine, 120)
            other.read = 480
            assert not line.others_read(mine, 120)


async def test_an_owners_long_prompts_are_read_one_after_another_and_keep_no_place_meanwhile() -> None:
    line = Line(8)
    with ExitStack() as stay:
        long = [stay.enter_context(line.place(one("heavy"), 3000, 20)) for _ in range(6)]
        short = stay.enter_context(line.place(one("heavy"), 40, 20))
        assert [place.is_inside for place in long] == [True] + [False] * 5
        assert short.is_inside
        lights = [stay.enter_context(line.place(one(f"light{at}"), 40, 20)) for at in range(6)]
        assert all(place.is_inside for place in lights)
        assert line.computing == 8
    line = Line(8)
    with ExitStack() as stay:
        first, second = (stay.enter_context(line.place(one("heavy"), 3000, 20)) for _ in range(2))
        first.read = 3000
        line.let_in()
        assert second.is_inside
    assert line.is_idle


@pytest.mark.parametrize("slots", [1, 2, 3, 8])
async def test_never_more_inside_than_slots_and_nobody_is_forgotten(slots: int) -> None:
    line = Line(slots)
    chance = random.Random(slots)
    most = 0
    done: Counter[str] = Counter()

    async def work(owner: str, alone: bool) -> None:
        nonlocal most
        chat = chance.choice([None, "x", "y"])
        with line.place(one(owner, chat), chance.randint(1, 500), 20, alone=alone) as place:
            async for _ in place.until_inside():
                pass
            most = max(most, line.computing)
            if alone:
                assert line.computing == 1
            for _ in range(chance.randint(1, 5)):
                await asyncio.sleep(0)
                if alone:
                    assert line.computing == 1
            done[owner] += 1

    owners = [chance.choice("abcde") for _ in range(200)]
    tasks = [asyncio.create_task(work(owner, chance.random() < 0.1)) for owner in owners]
    for task in chance.sample(tasks, 40):
        await asyncio.sleep(0)
        task.cancel()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
    assert not [problem for problem in ended if isinstance(problem, Exception)]
    assert sum(done.values()) == sum(1 for task in tasks if not task.cancelled())
    assert most == slots
    assert line.is_idle
    assert not line._fair._accounts


async def test_two_turns_of_one_chat_wait_for_each_other_and_hold_up_nobody() -> None:
    line = Line(4)
    with line.place(one("me", "x"), 10, 10) as first, line.place(one("me", "x"), 10, 10) as second:
        assert first.is_inside
        assert not second.is_inside
        with line.place(one("me", "y"), 10, 10) as third:
            assert third.is_inside
    with line.place(one("me", None), 1, 1) as first, line.place(one("me", None), 1, 1) as second:
        assert second.is_inside


async def test_one_that_must_be_alone_holds_newcomers_off_and_comes_in_when_all_have_ended() -> None:
    line = Line(4)
    with ExitStack() as others:
        others.enter_context(line.place(one("a"), 10, 10))
        others.enter_context(line.place(one("b"), 10, 10))
        with line.place(one("seed"), 10, 10, alone=True) as alone:
            assert not alone.is_inside
            assert alone.cost == 80
            with line.place(one("c"), 10, 10) as late:
                assert not late.is_inside
                others.close()
                assert alone.is_inside
                assert not late.is_inside
    assert line.is_idle


async def test_one_that_must_be_alone_and_gives_up_lets_the_others_in() -> None:
    line = Line(4)
    with line.place(one("a"), 10, 10), ExitStack() as alone, ExitStack() as late:
        alone.enter_context(line.place(one("seed"), 10, 10, alone=True))
        place = late.enter_context(line.place(one("c"), 10, 10))
        assert not place.is_inside
        alone.close()
        assert place.is_inside


async def test_whoever_waits_hears_it_at_once_and_is_woken_at_once() -> None:
    line = Line(1)
    heard: list[Waiting] = []
    took: list[float] = []

    async def wait() -> None:
        with line.place(one("b"), 10, 10) as place:
            async for waiting in place.until_inside():
                heard.append(waiting)
            took.append(time.monotonic())

    with line.place(one("a"), 10, 10):
        task = asyncio.create_task(wait())
        await settled()
        assert [waiting.before for waiting in heard] == [0]
        assert heard[0].seconds > 0
        ended = time.monotonic()
    await task
    assert took[0] - ended < 0.1


async def test_whoever_waits_hears_when_it_changes_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sottovoce.engine.line.TICK_SECONDS", 0.01)
    line = Line(1)
    with line.place(one("a"), 10, 100) as first, line.place(one("b"), 10, 10) as place:
        async with aclosing(place.until_inside()) as news:
            told = await anext(news)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await anext(news)
        first.written = 90
        async with aclosing(place.until_inside()) as news:
            assert (await anext(news)).seconds < told.seconds


async def test_nobody_waits_where_there_is_room() -> None:
    line = Line(1)
    with line.place(one(), 10, 10) as place:
        assert [waiting async for waiting in place.until_inside()] == []


async def test_the_outlook_follows_who_is_inside_and_who_waits() -> None:
    line = Line(1)
    line.pace.reading, line.pace.writing, line.pace.answer = 100.0, 10.0, 50.0
    assert line.queue("a").seconds == 0
    with line.place(one("a"), 100, 50) as first:
        assert line.queue("b").seconds == pytest.approx(1 + 5)
        first.read, first.written = 100, 30
        assert line.queue("b").seconds == pytest.approx(2)
        with line.place(one("c"), 100, 50):
            assert line.queue("c").seconds > line.queue("b").seconds > 2
            assert (line.queue("b").computing, line.queue("b").waiting, line.queue("b").slots) == (1, 1, 1)


async def test_a_newcomer_who_would_wait_too_long_is_refused_at_once() -> None:
    line = Line(1, limit=10)
    line.pace.reading, line.pace.writing = 100.0, 10.0
    with line.place(one("a"), 0, 90), line.place(one("b"), 0, 30):
        with pytest.raises(Busy) as caught, line.place(one("b"), 1, 1):
            pass
        assert caught.value.retry_after is not None
        assert caught.value.retry_after > 10
        assert "seconds" in caught.value.sentence
        with line.place(one("b"), 1, 1, refuse=False):
            assert line.waiting == 2
    assert line.is_idle


async def test_however_quick_the_answers_only_so_many_may_wait() -> None:
    line = Line(1)
    with ExitStack() as stay:
        for _ in range(1001):
            stay.enter_context(line.place(one("a"), 1, 1))
        with pytest.raises(Busy), line.place(one("b"), 1, 1):
            pass
    assert line.is_idle


async def test_asking_how_full_it_is_costs_next_to_nothing() -> None:
    line = Line(8)
    with ExitStack() as stay:
        for at in range(100):
            stay.enter_context(line.place(one(f"owner{at % 20}"), 10, 10))
        began = time.process_time()
        for _ in range(1000):
            line.queue("owner5")
        assert time.process_time() - began < 0.5  # a twentieth of this, on a quiet machine


async def test_beside_a_greedy_owner_light_ones_get_what_they_ask_for() -> None:
    """In simulated time: four slots, work done in turns; greedy asks for 32 long answers at once."""
    line = Line(4)
    now = 0
    waits: dict[str, list[int]] = {"light": [], "greedy": []}
    inside: list[tuple[Place, ExitStack]] = []
    queued: list[tuple[Place, ExitStack, int]] = []

    def ask(owner: str, cost: int) -> None:
        stack = ExitStack()
        queued.append((stack.enter_context(line.place(one(owner), cost, 0)), stack, now))

    for now in range(20_000):  # each step gives 16 tokens to one of those inside, in turn
        if now % 40 == 0:
            ask(f"light{now // 40 % 3}", 64)
        while (
            sum(place.owner == "greedy" for place, _ in inside)
            + sum(place.owner == "greedy" for place, _, _ in queued)
            < 32
        ):
            ask("greedy", 3000)
        for entry in list(queued):
            if entry[0].is_inside:
                queued.remove(entry)
                inside.append(entry[:2])
                waits["greedy" if entry[0].owner == "greedy" else "light"].append(now - entry[2])
        place, stack = inside.pop(0)
        place.read += 16
        if place.read >= place.prompt:
            stack.close()
        else:
            inside.append((place, stack))
    assert len(waits["light"]) >= 498
    assert sorted(waits["light"])[int(len(waits["light"]) * 0.99)] <= 16
    assert len(waits["greedy"]) > 50
    for _, stack, _ in queued:
        stack.close()
    for _, stack in inside:
        stack.close()
    assert line.is_idle


async def talk(engine: EchoEngine, owner: str, text: str, **how: object) -> list[object]:
    question = [Message(Role.USER, text)]
    pieces: AsyncGenerator[object, None] = engine.answer(question, Sampling(**how), one(owner))  # type: ignore[arg-type]
    return [piece async for piece in pieces]


async def test_a_thousand_aborts_leave_no_place_taken() -> None:
    engine = EchoEngine(slots=4)
    chance = random.Random(5)

    async def abort(at: int) -> None:
        how = Sampling(seed=1) if at % 50 == 0 else Sampling()
        question = [Message(Role.USER, "/slow 1")]
        async with aclosing(engine.answer(question, how, one(f"o{at % 7}"))) as pieces:
            left = chance.randint(0, 6)
            async for _ in pieces:
                left -= 1
                if left < 0:
                    return

    tasks = [asyncio.create_task(abort(at)) for at in range(800)]
    for task in tasks[::3]:
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 30)
    for at in range(200):
        async with aclosing(engine.answer([Message(Role.USER, "hi there")], Sampling(), one())) as pieces:
            if at % 2:
                await anext(pieces)
    assert engine.line.is_idle
    assert not engine.line._fair._accounts
    said = await talk(engine, "me", "still here")
    assert "".join(piece.text for piece in said if isinstance(piece, Text)) == "still here"
    assert isinstance(said[-1], Finished)


async def test_an_answer_that_breaks_gives_its_place_back() -> None:
    engine = EchoEngine(slots=1)
    with pytest.raises(Exception, match="asked to fail"):
        await talk(engine, "me", "/fail one two three four")
    assert engine.line.is_idle
    assert len(await talk(engine, "me", "again")) == 3


async def test_the_echo_refuses_when_its_line_is_too_long() -> None:
    engine = EchoEngine(slots=1, queue_seconds=1)
    slow = asyncio.create_task(talk(engine, "a", "/slow 20"))
    await settled()
    with pytest.raises(Busy):
        await talk(engine, "b", "hi")
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)
    assert len(await talk(engine, "b", "hi")) == 3
