"""Turns that outlive their reader, on the echo engine and a real database."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.question import Question
from sottovoce.chat.runs import MOST_RUNNING, Numbered, Run, RunEvent, Runs, Stopped, Whole
from sottovoce.chat.turn import Parts
from sottovoce.core.errors import BadInput, BadValue, Busy, EngineFailed, NotFound, SottoError, Stopping
from sottovoce.core.events import Asked, Done, Failed, Reading, Text
from sottovoce.core.messages import State
from sottovoce.store import chats
from sottovoce.store.rows import StoredMessage

ME, OTHER = "me", "key-other"


@pytest.fixture
async def runs(parts: Parts) -> AsyncIterator[Runs]:
    opened = Runs(parts)
    yield opened
    await opened.close()


async def follow(runs: Runs, asked: Asked, after: int = 0, owner: str = ME) -> list[Numbered]:
    async with aclosing(runs.follow(owner, asked.chat, asked.answer, after)) as events:
        return [event async for event in events]


def events(heard: list[Numbered]) -> list[RunEvent]:
    return [numbered.event for numbered in heard]


def text_of(heard: list[Numbered]) -> str:
    return "".join(event.text for event in events(heard) if isinstance(event, Text))


def stored(parts: Parts, asked: Asked) -> StoredMessage:
    return parts.database.look(lambda conn: chats.messages(conn, parts.owner, asked.chat))[-1]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


async def test_a_run_is_the_turn_with_its_events_numbered_from_one(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("one two three"))
    heard = await follow(runs, asked)
    assert [numbered.number for numbered in heard] == [1, 2, 3, 4, 5, 6]
    assert [type(event) for event in events(heard)] == [Asked, Reading, Text, Text, Text, Done]
    assert stored(parts, asked).text == "one two three"


async def test_three_readers_from_different_events_hear_the_same_and_one_who_leaves_stops_nothing(
    runs: Runs, parts: Parts
) -> None:
    asked = await runs.start(ME, Question("/slow 3"))
    first = asyncio.create_task(follow(runs, asked))
    left = 0
    async with aclosing(runs.follow(ME, asked.chat, asked.answer)) as leaving:
        async for numbered in leaving:
            left = numbered.number
            if left == 20:
                break
    second = asyncio.create_task(follow(runs, asked, after=left))
    whole, rest = await first, await second
    late = await follow(runs, asked, after=40)
    assert whole[left:] == rest
    assert whole[40:] == late
    assert [numbered.number for numbered in whole] == list(range(1, len(whole) + 1))
    assert text_of(whole) == stored(parts, asked).text
    assert stored(parts, asked).state is State.COMPLETE


async def test_a_run_goes_on_when_nobody_reads_it(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("/slow 1"))
    await until(lambda: not runs.running(ME))
    assert stored(parts, asked).state is State.COMPLETE


async def test_a_run_goes_on_when_its_starter_is_cancelled_while_the_question_is_saved(
    runs: Runs, parts: Parts
) -> None:
    starting = asyncio.create_task(runs.start(ME, Question("hello there")))
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await until(lambda: not runs._unnamed and not runs.running(ME))
    (chat,) = parts.database.look(lambda conn: chats.listed(conn, ME))
    answer = parts.database.look(lambda conn: chats.messages(conn, ME, chat.id))[-1]
    assert (answer.text, answer.state) == ("hello there", State.COMPLETE)


async def test_a_slow_reader_is_no_brake_and_misses_nothing(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("/long 500"))
    heard = []
    async with aclosing(runs.follow(ME, asked.chat, asked.answer)) as slow:
        async for numbered in slow:
            if not heard:
                await until(lambda: not runs.running(ME))
            heard.append(numbered)
    assert text_of(heard) == stored(parts, asked).text


async def test_a_stopped_run_is_kept_and_its_readers_are_told(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("/slow 5"))
    reader = asyncio.create_task(follow(runs, asked))
    await until(lambda: len(runs._runs[asked.answer].events) > 5)
    await runs.stop(ME, asked.chat, asked.answer)
    heard = await reader
    assert isinstance(heard[-1].event, Stopped)
    assert stored(parts, asked).state is State.STOPPED
    assert stored(parts, asked).text == text_of(heard)
    await runs.stop(ME, asked.chat, asked.answer)
    assert await follow(runs, asked) == heard


async def test_a_failure_is_the_last_event(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("/fail two three four"))
    last = (await follow(runs, asked))[-1].event
    assert isinstance(last, Failed)
    assert isinstance(last.error, EngineFailed)
    assert stored(parts, asked).state is State.INTERRUPTED


async def test_what_is_wrong_with_a_question_is_raised_and_leaves_nothing(runs: Runs, parts: Parts) -> None:
    with pytest.raises(BadValue):
        await runs.start(ME, Question("  "))
    with pytest.raises(NotFound):
        await runs.start(ME, Question("hello", chat="aaaaaaaaaaaaaaaa"))
    assert not runs.running(ME)
    assert not runs._runs
    assert not runs._unnamed
    assert not runs.running(ME)
    assert parts.database.look(lambda conn: chats.listed(conn, ME)) == []


ENDINGS: list[tuple[str, State, type[RunEvent]]] = [
    ("one two three", State.COMPLETE, Done),
    ("/fail two three four", State.INTERRUPTED, Failed),
]


@pytest.mark.parametrize(("text", "state", "ending"), ENDINGS)
async def test_a_forgotten_run_is_told_from_the_disk(
    runs: Runs, parts: Parts, text: str, state: State, ending: type[RunEvent]
) -> None:
    asked = await runs.start(ME, Question(text))
    remembered = await follow(runs, asked)
    after_restart = Runs(parts)
    told = await follow(after_restart, asked, after=3)
    assert told == [Numbered(4, Whole(text_of(remembered))), Numbered(5, told[1].event)]
    end, before = told[1].event, remembered[-1].event
    assert isinstance(end, ending)
    if isinstance(end, Failed) and isinstance(before, Failed):
        assert type(end.error) is type(before.error)
        assert end.error.sentence == before.error.sentence
    else:
        assert end == before
    assert stored(parts, asked).state is state


async def test_who_stops_it_once_more_waits_as_well_until_the_answer_is_kept(
    runs: Runs, parts: Parts
) -> None:
    asked = await runs.start(ME, Question("/slow 1000 a b c"))
    free = threading.Event()
    disk = asyncio.ensure_future(parts.database.run(lambda _: free.wait()))
    stops = []
    for _ in range(2):
        stops.append(asyncio.ensure_future(runs.forget(ME, asked.chat)))
        for _ in range(20):
            await asyncio.sleep(0)
    waits = [not stop.done() for stop in stops]
    free.set()
    await asyncio.gather(disk, *stops)
    assert waits == [True, True]
    assert stored(parts, asked).state is State.STOPPED


async def test_who_asks_in_a_chat_that_is_just_deleted_is_told_so(runs: Runs) -> None:
    asked = await runs.start(ME, Question("one"))
    await follow(runs, asked)
    asking = asyncio.ensure_future(runs.start(ME, Question("two", asked.chat)))
    await asyncio.sleep(0)
    await runs.forget(ME, asked.chat)
    with pytest.raises(NotFound, match="deleted"):
        await asking


async def test_a_forgotten_stopped_run_says_that_it_was_stopped(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("/slow 5"))
    await runs.stop(ME, asked.chat, asked.answer)
    assert isinstance((await follow(Runs(parts), asked))[-1].event, Stopped)


async def test_an_answer_that_another_program_writes_is_shown_as_far_as_it_is(
    runs: Runs, parts: Parts
) -> None:
    asked = await runs.start(ME, Question("/slow 5"))
    whole, end = events(await follow(Runs(parts), asked))
    assert isinstance(whole, Whole)
    assert isinstance(end, Failed)
    assert "Another program" in end.error.sentence


async def test_an_ended_run_is_remembered_for_a_while_only(parts: Parts) -> None:
    runs = Runs(parts, kept_seconds=0.05)
    asked = await runs.start(ME, Question("hello"))
    assert isinstance((await follow(runs, asked))[0].event, Asked)
    await until(lambda: asked.answer not in runs._runs)
    assert isinstance((await follow(runs, asked))[0].event, Whole)


async def test_many_ended_runs_do_not_pile_up(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sottovoce.chat.runs.MOST_KEPT", 3)
    for at in range(8):
        await follow(runs, await runs.start(ME, Question(f"number {at}")))
    assert len(runs._runs) == 3
    gc.collect()
    assert sum(isinstance(one, Run) and one.owner == ME for one in gc.get_objects()) <= 4


async def test_another_owner_finds_nothing_of_a_run(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("/slow 2"))
    missing = Asked(asked.chat, asked.question, "aaaaaaaaaaaaaaaa")

    acts = {
        "follow": lambda owner, of: follow(runs, of, owner=owner),
        "left": lambda owner, of: runs.left(owner, of.chat, of.answer, 0),
        "stop": lambda owner, of: runs.stop(owner, of.chat, of.answer),
    }

    async def sentence(owner: str, of: Asked, act: str) -> str:
        with pytest.raises(NotFound) as problem:
            await acts[act](owner, of)
        return problem.value.sentence

    for act in acts:
        assert await sentence(OTHER, asked, act) == await sentence(ME, missing, act)
    assert runs.running(OTHER) == []
    assert runs.running(ME) == [asked]
    with pytest.raises(NotFound):
        await runs.start(OTHER, Question("me too", chat=asked.chat))
    assert isinstance((await follow(runs, asked))[-1].event, Done)


async def test_a_question_is_no_run(runs: Runs) -> None:
    asked = await runs.start(ME, Question("hello"))
    with pytest.raises(NotFound):
        await follow(runs, replace(asked, answer=asked.question))


async def test_runs_of_one_owner_go_side_by_side_but_one_at_a_time_in_a_chat(
    runs: Runs, parts: Parts
) -> None:
    one = await runs.start(ME, Question("/slow 3"))
    two = await runs.start(ME, Question("/slow 3"))
    assert runs.running(ME) == [one, two]
    assert runs.running(ME, one.chat) == [one]
    with pytest.raises(BadInput, match="is being written in this chat"):
        await runs.start(ME, Question("and?", chat=one.chat))
    await follow(runs, one)
    third = await runs.start(ME, Question("and?", chat=one.chat))
    assert isinstance((await follow(runs, third))[-1].event, Done)
    assert isinstance((await follow(runs, two))[-1].event, Done)


async def test_two_questions_at_the_same_instant_in_one_chat_are_one(runs: Runs) -> None:
    chat = (await runs.start(ME, Question("hello"))).chat
    await until(lambda: not runs.running(ME))
    both = await asyncio.gather(
        *(runs.start(ME, Question("/slow 1", chat=chat)) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in both) == ["Asked", "BadInput"]


async def test_answers_to_one_question_are_written_side_by_side_and_the_reader_stays_at_the_first(
    runs: Runs, parts: Parts
) -> None:
    one = await runs.start(ME, Question("/slow 3"))
    two = await runs.start(ME, Question(chat=one.chat, again=one.question, beside=True))
    assert runs.running(ME, one.chat) == [one, two]
    assert parts.database.look(lambda conn: chats.get(conn, ME, one.chat)).leaf == one.answer
    for question in (Question("and?", chat=one.chat), Question(chat=one.chat, again=one.answer)):
        with pytest.raises(BadInput, match="is being written in this chat"):
            await runs.start(ME, question)
    for asked in (one, two):
        end = (await follow(runs, asked))[-1].event
        assert isinstance(end, Done)
        assert end.text.endswith("word99")
    await until(lambda: not runs.running(ME))
    assert parts.database.look(lambda conn: chats.get(conn, ME, one.chat)).leaf == one.answer
    other = await runs.start(ME, Question(chat=one.chat, again=one.question))
    assert parts.database.look(lambda conn: chats.get(conn, ME, one.chat)).leaf == other.answer


async def test_each_answer_to_a_question_is_stopped_alone(runs: Runs, parts: Parts) -> None:
    one = await runs.start(ME, Question("/slow 1000"))
    two = await runs.start(ME, Question(chat=one.chat, again=one.question, beside=True))
    await runs.stop(ME, one.chat, two.answer)
    assert runs.running(ME, one.chat) == [one]
    await runs.forget(ME, one.chat)
    assert not runs.running(ME)


async def test_too_many_at_once_are_refused_before_anything_is_saved(runs: Runs, parts: Parts) -> None:
    for _ in range(MOST_RUNNING):
        await runs.start(ME, Question("/slow 1000"))
    with pytest.raises(Busy):
        await runs.start(ME, Question("one too many"))
    assert len(parts.database.look(lambda conn: chats.listed(conn, ME))) == MOST_RUNNING


async def test_closing_cuts_keeps_and_tells(parts: Parts) -> None:
    runs = Runs(parts)
    asked = await runs.start(ME, Question("/slow 5"))
    reader = asyncio.create_task(follow(runs, asked))
    await until(lambda: len(runs._runs[asked.answer].events) > 5)
    await runs.close()
    heard = await reader
    end = heard[-1].event
    assert isinstance(end, Failed)
    assert isinstance(end.error, Stopping)
    assert stored(parts, asked).state is State.STOPPED
    assert stored(parts, asked).text == text_of(heard)
    with pytest.raises(Stopping):
        await runs.start(ME, Question("late"))


async def test_nothing_is_remembered_of_a_chat_about_to_be_deleted(runs: Runs, parts: Parts) -> None:
    chat = (await runs.start(ME, Question("first"))).chat
    await until(lambda: not runs.running(ME))
    asked = await runs.start(ME, Question("/slow 5", chat=chat))
    reader = asyncio.create_task(follow(runs, asked))
    await until(lambda: len(runs._runs[asked.answer].events) > 5)
    await runs.forget(ME, chat)
    assert isinstance((await reader)[-1].event, Stopped)
    assert not runs._runs


async def test_a_chat_deleted_by_another_program_ends_its_run_and_is_followed_no_more(
    runs: Runs, parts: Parts
) -> None:
    asked = await runs.start(ME, Question("/slow 5"))
    reader = asyncio.create_task(follow(runs, asked))
    await until(lambda: len(runs._runs[asked.answer].events) > 5)
    parts.database.call(lambda conn: chats.delete(conn, ME, asked.chat))
    end = (await reader)[-1].event
    assert isinstance(end, Failed)
    assert isinstance(end.error, NotFound)
    with pytest.raises(NotFound):
        await follow(runs, asked)


async def test_whoever_listens_to_a_run_hears_every_event_once(runs: Runs) -> None:
    heard: list[RunEvent] = []
    asked = await runs.start(ME, Question("one two"), heard.append)
    assert heard == events(await follow(runs, asked))


async def test_an_end_beyond_what_there_is_yields_nothing_more(runs: Runs) -> None:
    asked = await runs.start(ME, Question("one two"))
    last = (await follow(runs, asked))[-1].number
    assert await runs.left(ME, asked.chat, asked.answer, last - 1)
    assert not await runs.left(ME, asked.chat, asked.answer, last)
    assert await follow(runs, asked, after=last + 100) == []


async def test_a_listener_that_breaks_ends_the_run_with_a_sentence(
    runs: Runs, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: RunEvent) -> None:
        if isinstance(event, Text):
            raise ZeroDivisionError

    asked = await runs.start(ME, Question("one two"), broken)
    end = (await follow(runs, asked))[-1].event
    assert isinstance(end, Failed)
    assert isinstance(end.error, SottoError)
    assert "unforeseen" in caplog.text
    assert stored(parts, asked).state is State.STOPPED
