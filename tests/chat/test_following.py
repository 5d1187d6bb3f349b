"""An answer is looked at however it ends: when a person stops it or it breaks off, as at its own end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.guarded import Guards, Said, Stop
from sottovoce.chat.guarding.policy import REFUSED, WITHDRAWN, PolicyGuard
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import BadValue, EngineFailed, SottoError
from sottovoce.core.events import Event, Failed, Notice, Piece, Text, Whole
from sottovoce.core.messages import Conversation, State
from sottovoce.core.notices import FACT
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked
from sottovoce.guard.policy import FAMILY, OPEN, Profile
from sottovoce.guard.ruleset import built_in
from sottovoce.store import chats, going_on
from sottovoce.store.rows import StoredMessage

STEPS = "Step 1: to build a pipe bomb you will need these parts. "
TOLD = Notice("replaced", "It was replaced.")
End = Callable[[Parts], Awaitable[list[Event]]]


class Pausing(EchoEngine):
    """Says these words and no more: it goes on until it is stopped, or breaks."""

    def __init__(self, text: str, problem: SottoError | None = None) -> None:
        super().__init__()
        self._text, self._problem = text, problem

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        if self._text:
            yield Text(self._text)
        if self._problem is not None:
            raise self._problem
        await asyncio.Event().wait()


class Judge:
    """Objects to every answer, once it may."""

    def __init__(self, *, waits: bool = False) -> None:
        self.heard: list[str] = []
        self.asked, self.may = asyncio.Event(), asyncio.Event()
        if not waits:
            self.may.set()

    async def __call__(self, said: Said, text: str) -> Stop | None:
        self.heard.append(text)
        self.asked.set()
        await self.may.wait()
        return Stop(REFUSED, TOLD, "Not that.")


def ruled(parts: Parts, profile: Profile, engine: EchoEngine) -> Parts:
    policy = PolicyGuard(lambda: profile, lambda: "US", built_in)
    return replace(parts, engine=engine, guards=Guards((policy,), (policy.watch,)))


def judged(parts: Parts, judge: Judge, engine: EchoEngine) -> Parts:
    return replace(parts, engine=engine, guards=Guards(judges=(judge,)))


async def closed(parts: Parts) -> list[Event]:
    """Read up to the first word and leave."""
    heard: list[Event] = []
    async with aclosing(ask(parts, Question("tell me"))) as events:
        async for event in events:
            heard.append(event)
            if isinstance(event, Text):
                break
    return heard


async def cancelled(parts: Parts) -> list[Event]:
    """Have the reader cancelled once the first word has come."""
    task, heard = begun(parts)
    await first_word(heard)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    return heard


def begun(parts: Parts) -> tuple[asyncio.Task[None], list[Event]]:
    heard: list[Event] = []

    async def read() -> None:
        async with aclosing(ask(parts, Question("tell me"))) as events:
            async for event in events:
                heard.append(event)

    return asyncio.create_task(read()), heard


async def first_word(heard: list[Event]) -> None:
    while not any(isinstance(event, Text) for event in heard):
        await asyncio.sleep(0)


def kept(parts: Parts) -> StoredMessage:
    def work(conn: object) -> StoredMessage:
        (chat,) = chats.listed(conn, parts.owner)  # type: ignore[arg-type]
        return chats.messages(conn, parts.owner, chat.id)[-1]  # type: ignore[arg-type]

    return parts.database.look(work)


@pytest.mark.parametrize("end", [closed, cancelled])
async def test_what_was_written_up_to_a_stop_is_held_against_the_rules(parts: Parts, end: End) -> None:
    await end(ruled(parts, FAMILY, Pausing(STEPS)))
    answer = kept(parts)
    assert "pipe bomb" not in answer.text
    assert "weapons.steps" in answer.text
    assert (answer.state, answer.facts["reason"], answer.facts["replaced"]) == (State.COMPLETE, REFUSED, True)
    assert list(answer.facts[FACT]) == [WITHDRAWN]


@pytest.mark.parametrize("end", [closed, cancelled])
async def test_where_the_profile_allows_it_a_stopped_answer_stands_as_it_was(parts: Parts, end: End) -> None:
    await end(ruled(parts, OPEN, Pausing(STEPS)))
    assert (kept(parts).text, kept(parts).state) == (STEPS, State.STOPPED)


@pytest.mark.parametrize("end", [closed, cancelled])
async def test_a_guard_model_hears_what_was_written_up_to_a_stop(parts: Parts, end: End) -> None:
    judge = Judge()
    await end(judged(parts, judge, Pausing("Half an")))
    answer = kept(parts)
    assert judge.heard == ["Half an"]
    assert (answer.text, answer.state, answer.facts["reason"]) == ("Not that.", State.COMPLETE, REFUSED)
    assert answer.facts[FACT] == {TOLD.code: TOLD.text}


async def test_who_stops_twice_waits_for_the_judge_all_the_same(parts: Parts) -> None:
    judge = Judge(waits=True)
    task, heard = begun(judged(parts, judge, Pausing("Half an")))
    await first_word(heard)
    task.cancel()
    await judge.asked.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    judge.may.set()
    await asyncio.wait({task})
    assert (kept(parts).text, judge.heard) == ("Not that.", ["Half an"])


async def test_of_what_was_stopped_before_its_first_word_nobody_is_asked(parts: Parts) -> None:
    judge = Judge()
    task, _ = begun(judged(parts, judge, Pausing("")))
    while not parts.database.look(lambda conn: chats.listed(conn, parts.owner)):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert (kept(parts).state, judge.heard) == (State.STOPPED, [])


@pytest.mark.parametrize("guarded", [lambda parts, engine: ruled(parts, FAMILY, engine),
                                     lambda parts, engine: judged(parts, Judge(), engine)])  # fmt: skip
async def test_what_came_before_an_engine_broke_off_is_looked_at_and_not_gone_on_with(
    parts: Parts, guarded: Callable[[Parts, EchoEngine], Parts]
) -> None:
    engine = Pausing(STEPS, EngineFailed("It broke."))
    heard = [event async for event in ask(guarded(parts, engine), Question("tell me"))]
    whole, failed = heard[-2:]
    assert isinstance(whole, Whole)
    assert isinstance(failed, Failed)
    answer = kept(parts)
    assert "pipe bomb" not in answer.text + whole.text
    assert (answer.state, answer.text) == (State.INTERRUPTED, whole.text)
    with pytest.raises(BadValue):
        await parts.database.run(
            lambda conn: going_on.go_on(
                conn, parts.owner, answer.chat, answer.id, model="echo", writer="w", now=1.0
            )
        )
