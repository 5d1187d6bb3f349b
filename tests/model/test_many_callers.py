"""The real engine with many callers: fair turns, no state across owners, stops at every stage, a death."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import time
from contextlib import aclosing
from typing import Any

import psutil
import pytest

from sottovoce.core.errors import Busy, EngineFailed
from sottovoce.core.events import Finished, Piece, Reading, Text, Waiting
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine
from sottovoce.engine.slots import Slot

pytestmark = pytest.mark.model

STORY = "Once upon a time a small grey cat lived in a house by the sea. "


def user(text: str) -> list[Message]:
    return [Message(Role.USER, text)]


async def ask(engine: LlamaEngine, owner: str, text: str, chat: str | None = None, **how: Any) -> Finished:
    last: Piece | None = None
    async with aclosing(engine.answer(user(text), Sampling(**how), Conversation(owner, chat))) as pieces:
        async for piece in pieces:
            last = piece
    assert isinstance(last, Finished)
    return last


def child(engine: LlamaEngine) -> psutil.Process:
    assert engine._life.running is not None
    return psutil.Process(engine._life.running.child.process.pid)


async def reuse_across_owners(engine: LlamaEngine, rounds: int) -> list[tuple[str, int]]:
    """Let many owners ask the same of few slots, and return who was spared reading on a first question."""
    chance = random.Random(7)
    asked: set[tuple[str, str | None]] = set()
    spared: list[tuple[str, int]] = []

    async def one(at: int) -> None:
        owner, chat = f"owner{at}", chance.choice([None, "c"])
        asked.add((owner, chat))
        end = await ask(engine, owner, STORY * 8 + "Who?", chat, max_tokens=2)
        if end.usage.reused:
            spared.append((owner, end.usage.reused))

    for start in range(0, rounds, 3):
        await asyncio.gather(*(one(start + at) for at in range(3)))
    return spared


async def test_no_owner_is_ever_spared_reading_what_another_said(make: Any) -> None:
    assert await reuse_across_owners(make(slots=2, window=1024), 12) == []


async def test_without_the_safeguard_that_test_would_fail(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: Slot) -> None:
        self.conversation = None

    monkeypatch.setattr(Slot, "empty", careless)
    assert await reuse_across_owners(make(slots=2, window=1024), 6) != []


async def test_a_call_without_a_chat_goes_on_from_what_its_owner_said_last(make: Any) -> None:
    engine = make(slots=3, window=1024)
    for other in ("x", "y"):
        await ask(engine, other, "Name three colours.", max_tokens=2)
    first = await ask(engine, "me", STORY * 8 + "Who?", max_tokens=8)
    again = await ask(engine, "me", STORY * 8 + "Where?", max_tokens=8)
    assert first.usage.reused == 0
    assert again.usage.reused > first.usage.prompt * 0.8


async def test_a_slots_owner_may_change_where_no_states_are_kept(plan: Any) -> None:
    engine = LlamaEngine(plan(slots=1, window=512))
    try:
        for owner in ("a", "b", "a"):
            end = await ask(engine, owner, STORY * 3 + "Who?", "chat", max_tokens=4)
            assert end.usage.reused == 0
        await engine.forget(Conversation("a", "chat"))
        assert (await ask(engine, "a", STORY * 3 + "Who?", "chat", max_tokens=4)).usage.reused == 0
    finally:
        await engine.close()


async def test_a_short_question_is_answered_while_a_long_prompt_is_being_read(make: Any) -> None:
    engine = make(slots=2)
    await engine.ready()
    order: list[str] = []
    reading = asyncio.Event()

    async def heavy() -> None:
        question = user(STORY * 45)
        async for piece in engine.answer(question, Sampling(max_tokens=2), Conversation("heavy")):
            if isinstance(piece, Reading) and piece.read < piece.total:
                reading.set()
            elif isinstance(piece, Reading):
                order.append("heavy was read")

    task = asyncio.create_task(heavy())
    await reading.wait()
    await ask(engine, "light", "Why is the sky blue?", max_tokens=8)
    order.append("light was answered")
    await task
    assert order == ["light was answered", "heavy was read"]


async def test_alone_a_prompt_is_read_in_long_pieces_and_beside_others_in_short_ones(make: Any) -> None:
    engine = make(slots=3)

    async def steps(first: str) -> list[int]:
        question = user(first + STORY * 40)
        found = []
        async for piece in engine.answer(question, Sampling(max_tokens=2), Conversation("heavy")):
            if isinstance(piece, Reading):
                found.append(piece.read)
        return [later - sooner for sooner, later in itertools.pairwise(found)]

    assert (await steps("One. "))[0] == 512
    await ask(engine, "light", "Hi.", max_tokens=2)
    assert set((await steps("Two. "))[:-1]) == {60}


async def test_sixteen_at_once_are_all_answered_and_counting_goes_on_beside_them(make: Any) -> None:
    engine = make(slots=16, window=256)
    answers = [ask(engine, f"o{at}", f"Name {at} things.", max_tokens=12) for at in range(24)]
    streaming = asyncio.gather(*answers)
    await asyncio.sleep(0.5)
    assert not streaming.done()
    counts = await asyncio.gather(*(engine.count(user(f"Count this, {at}.")) for at in range(40)))
    assert not streaming.done(), "counting waited for the answers"
    assert len(counts) == 40
    assert len(await streaming) == 24
    assert engine.line.is_idle


async def test_whoever_waits_is_told_and_then_answered(make: Any) -> None:
    engine = make(slots=1)
    first = asyncio.create_task(ask(engine, "a", "Count to a hundred.", max_tokens=60))
    await asyncio.sleep(0)
    kinds = []
    async for piece in engine.answer(user("Hi."), Sampling(max_tokens=4), Conversation("b")):
        kinds.append(type(piece))
    await first
    assert kinds[0] is Waiting
    assert Text in kinds
    assert kinds[-1] is Finished
    assert engine.line.is_idle


async def test_a_newcomer_who_would_wait_too_long_is_refused(make: Any) -> None:
    engine = make(slots=1, queue_seconds=0.5)
    first = asyncio.create_task(ask(engine, "a", "Count to a hundred.", max_tokens=200))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await ask(engine, "b", "Hi.")
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await ask(engine, "b", "Hi.", max_tokens=2)


async def test_stops_at_every_stage_leave_nothing_busy(make: Any) -> None:
    engine = make(slots=3, window=2048)
    await ask(engine, "warm", "Hi.", max_tokens=2)
    process, ours = child(engine), psutil.Process()
    before = (process.num_fds(), ours.num_fds(), len(asyncio.all_tasks()))
    chance = random.Random(13)

    async def abort(at: int) -> None:
        stage = ["waiting", "reading", "first word", "some words"][at % 4]
        text = STORY * (60 if stage == "reading" else 2) + str(at)
        how = Sampling(max_tokens=200, seed=at if at % 10 == 0 else None)
        conversation = Conversation(f"o{at % 6}", chance.choice([None, "c"]))
        async with aclosing(engine.answer(user(text), how, conversation)) as pieces:
            words = 0
            async for piece in pieces:
                words += isinstance(piece, Text)
                if stage == "waiting" or (stage == "reading" and isinstance(piece, Reading)):
                    return
                if words > (0 if stage == "first word" else 5):
                    return

    tasks = [asyncio.create_task(abort(at)) for at in range(40)]
    await asyncio.sleep(0.5)
    for task in tasks[::5]:
        task.cancel()
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 120)
    assert engine.line.is_idle
    assert engine._batch.is_idle
    assert engine._seats.slots.is_idle
    assert (await asyncio.wait_for(ask(engine, "me", "Hi.", max_tokens=4), 20)).usage.answer > 0
    for _ in range(50):
        after = (process.num_fds(), ours.num_fds(), len(asyncio.all_tasks()))
        if after <= before:
            break
        await asyncio.sleep(0.1)
    assert after <= before


async def test_a_stop_while_the_model_is_loaded_leaves_no_place_taken(make: Any) -> None:
    engine = make(slots=2, window=512)
    loading = asyncio.create_task(ask(engine, "a", "Hi."))
    waiting = asyncio.create_task(ask(engine, "b", "Hi.", max_tokens=2))
    await asyncio.sleep(0.1)
    assert engine._life.running is None
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    assert engine.line.computing == 1
    assert (await waiting).usage.answer > 0
    assert engine.line.is_idle


async def test_when_the_engine_dies_every_answer_says_so_and_the_next_works(make: Any) -> None:
    engine = make(slots=4, window=512)
    await engine.ready()
    heard = [0, 0, 0]
    problems: list[EngineFailed] = []

    async def stream(at: int) -> None:
        try:
            question = user(f"Count to a thousand, {at}.")
            async for piece in engine.answer(question, Sampling(max_tokens=400), Conversation(f"o{at}")):
                heard[at] += isinstance(piece, Text)
                if min(heard) >= 2:
                    os.kill(child(engine).pid, signal.SIGKILL)
        except EngineFailed as problem:
            problems.append(problem)

    await asyncio.wait_for(asyncio.gather(*(stream(at) for at in range(3))), 60)
    assert len(problems) == 3
    assert len(set(map(id, problems))) == 3
    assert all("killed" in problem.sentence and problem.hint for problem in problems)
    assert engine.line.is_idle
    ends = await asyncio.gather(*(ask(engine, f"o{at}", "Hi.", max_tokens=4) for at in range(3)))
    assert all(end.usage.reused == 0 for end in ends)


async def test_two_chats_beside_each_other_keep_apart_and_both_come_back(make: Any) -> None:
    engine = make(slots=2, window=1024)
    texts = {"one": STORY * 8 + "Who?", "two": "Name three colours. " * 20}
    for _ in range(2):
        ends = await asyncio.gather(
            *(ask(engine, "me", text, chat, max_tokens=4) for chat, text in texts.items())
        )
    assert all(end.usage.reused >= end.usage.prompt - 1 for end in ends)


async def test_a_text_far_too_long_is_refused_without_being_counted(make: Any) -> None:
    engine = make(slots=1)
    await engine.ready()
    began = time.monotonic()
    with pytest.raises(Exception, match="10,000,000 characters"):
        await ask(engine, "me", "a" * 10_000_000)
    assert time.monotonic() - began < 1.0  # counting takes the engine some six seconds
