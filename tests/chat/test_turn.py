"""One turn, with the echo engine and a real database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.question import ROOT, Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import BadSchema, BadValue, NotFound, SchemaUnmet, TooLong
from sottovoce.core.events import Asked, Done, Event, Failed, Notice, Piece, Reading, Text
from sottovoce.core.messages import Conversation, Message, Role, State
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import chats
from sottovoce.store.rows import StoredMessage


async def turn(parts: Parts, text: str = "", **how: object) -> list[Event]:
    async with aclosing(ask(parts, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def stored(parts: Parts, chat: str) -> list[StoredMessage]:
    return parts.database.look(lambda conn: chats.messages(conn, parts.owner, chat))


def engine_of(parts: Parts) -> EchoEngine:
    assert isinstance(parts.engine, EchoEngine)
    return parts.engine


async def test_a_turn_yields_its_events_in_order(parts: Parts) -> None:
    events = await turn(parts, "one two three")
    assert [type(event) for event in events] == [Asked, Reading, Text, Text, Text, Done]
    done = events[-1]
    assert isinstance(done, Done)
    assert done.text == "one two three"
    assert done.usage.answer == 3


async def test_the_question_is_on_the_disk_before_the_engine_is_asked(parts: Parts) -> None:
    seen: list[str] = []

    class Watching(EchoEngine):
        async def count(self, messages: Sequence[Message]) -> int:
            seen.extend(message.text for message in stored(parts, chat))
            return await super().count(messages)

    chat = ""
    async with aclosing(ask(replace(parts, engine=Watching()), Question("keep me"))) as events:
        async for event in events:
            if isinstance(event, Asked):
                chat = event.chat
    assert seen[0] == "keep me"


async def test_what_was_said_is_stored_whole(parts: Parts) -> None:
    done = (await turn(parts, "hello there"))[-1]
    assert isinstance(done, Done)
    question, answer = stored(parts, done.chat)
    assert (question.role, question.text, question.state) == (Role.USER, "hello there", State.COMPLETE)
    assert (answer.role, answer.text, answer.state) == (Role.ASSISTANT, "hello there", State.COMPLETE)
    assert answer.parent == question.id
    assert answer.facts["usage"]["answer"] == 2
    assert answer.digest == engine_of(parts).facts.digest


async def test_the_second_turn_sees_the_first(parts: Parts) -> None:
    first = (await turn(parts, "my name is Ada"))[-1]
    assert isinstance(first, Done)
    await turn(parts, "who am I", chat=first.chat)
    assert [message.text for message in engine_of(parts).prompts[-1]] == [
        "my name is Ada",
        "my name is Ada",
        "who am I",
    ]


async def test_a_retry_is_a_second_answer_beside_the_first(parts: Parts) -> None:
    asked, *_, done = await turn(parts, "again please")
    assert isinstance(asked, Asked)
    assert isinstance(done, Done)
    await turn(parts, chat=asked.chat, again=asked.question)
    answers = [message for message in stored(parts, asked.chat) if message.role is Role.ASSISTANT]
    assert [answer.parent for answer in answers] == [asked.question] * 2
    assert len(engine_of(parts).prompts[-1]) == 1


async def test_an_edit_is_a_branch_and_the_old_one_stays(parts: Parts) -> None:
    asked, *_ = await turn(parts, "first version")
    assert isinstance(asked, Asked)
    await turn(parts, "second version", chat=asked.chat, parent=ROOT)
    questions = [message for message in stored(parts, asked.chat) if message.role is Role.USER]
    assert [(question.text, question.parent) for question in questions] == [
        ("first version", None),
        ("second version", None),
    ]
    assert [message.text for message in engine_of(parts).prompts[-1]] == ["second version"]


async def test_a_failure_keeps_what_was_written_and_marks_it(parts: Parts) -> None:
    asked, *_, failed = await turn(parts, "/fail two three four five")
    assert isinstance(asked, Asked)
    assert isinstance(failed, Failed)
    answer = stored(parts, asked.chat)[1]
    assert answer.state is State.INTERRUPTED
    assert answer.text == "/fail two three"
    assert answer.facts["error"]["code"] == "engine_failed"


async def test_closing_the_generator_stops_and_keeps(parts: Parts) -> None:
    heard = []
    async with aclosing(ask(parts, Question("/slow 1"))) as events:
        async for event in events:
            heard.append(event)
            if len(heard) == 8:
                break
    assert isinstance(heard[0], Asked)
    answer = stored(parts, heard[0].chat)[1]
    assert answer.state is State.STOPPED
    assert answer.text.startswith("word0 word1")


async def test_cancelling_the_task_stops_and_keeps(parts: Parts) -> None:
    asked: list[Asked] = []

    async def consume() -> None:
        async for event in ask(parts, Question("/slow 20")):
            if isinstance(event, Asked):
                asked.append(event)

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answer = stored(parts, asked[0].chat)[1]
    assert answer.state is State.STOPPED
    assert answer.text.startswith("word0")


async def test_a_long_answer_is_on_the_disk_before_it_ends(parts: Parts) -> None:
    asked: Asked | None = None
    words = 0
    async with aclosing(ask(parts, Question("/slow 2"))) as events:
        async for event in events:
            if isinstance(event, Asked):
                asked = event
            words += isinstance(event, Text)
            if words == 70:
                break
        assert asked is not None
        answer = stored(parts, asked.chat)[1]
        assert answer.state is State.WRITING
        assert len(answer.text.split()) >= 32


async def test_a_chat_longer_than_the_window_is_cut_and_says_so(parts: Parts) -> None:
    small = replace(parts, engine=EchoEngine(window=200))
    chat, notices, starts = None, [], []
    for at in range(12):
        events = await turn(small, f"q{at} " + "word " * 15, chat=chat)
        assert isinstance(events[0], Asked)
        assert isinstance(events[-1], Done)
        chat = events[0].chat
        notices.append(any(isinstance(event, Notice) for event in events))
        starts.append(engine_of(small).prompts[-1][0].text.split()[0])
    assert starts[0] == "q0"
    assert starts[-1] != "q0"
    moved = [starts[at] != starts[at - 1] for at in range(1, 12)]
    assert notices == [False, *moved]
    assert sum(moved) < 6


async def test_a_question_longer_than_the_window_is_kept_and_refused(parts: Parts) -> None:
    small = replace(parts, engine=EchoEngine(window=50))
    asked, failed = await turn(small, "word " * 100)
    assert isinstance(asked, Asked)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, TooLong)
    question, answer = stored(parts, asked.chat)
    assert question.text == "word " * 100
    assert answer.state is State.FAILED


async def test_a_question_that_cannot_fit_is_refused_without_talk_of_history(parts: Parts) -> None:
    small = replace(parts, engine=EchoEngine(window=50))
    asked, *_ = await turn(small, "hello there")
    assert isinstance(asked, Asked)
    _, failed = await turn(small, "word " * 100, chat=asked.chat)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, TooLong)


async def test_an_answer_that_failed_empty_is_not_shown_to_the_model(parts: Parts) -> None:
    class Broken(EchoEngine):
        async def answer(
            self, messages: Sequence[Message], sampling: Sampling, conversation: Conversation
        ) -> AsyncGenerator[Piece, None]:
            raise TooLong("no")
            yield Text("")

    asked, _ = await turn(replace(parts, engine=Broken()), "lost")
    assert isinstance(asked, Asked)
    await turn(parts, "next", chat=asked.chat)
    assert [message.text for message in engine_of(parts).prompts[-1]] == ["next"]


async def test_the_title_is_made_of_the_first_question(parts: Parts) -> None:
    asked, *_ = await turn(parts, "Why is the sky blue? I wonder.")
    assert isinstance(asked, Asked)
    await turn(parts, "Something else", chat=asked.chat)
    chat = parts.database.look(lambda conn: chats.get(conn, parts.owner, asked.chat))
    assert chat.title == "Why is the sky blue?"


async def test_a_system_prompt_comes_first_and_can_be_changed(parts: Parts) -> None:
    asked, *_ = await turn(replace(parts, system="Be brief."), "hello")
    assert isinstance(asked, Asked)
    assert engine_of(parts).prompts[-1][0] == Message(Role.SYSTEM, "Be brief.")
    await turn(parts, "hello", chat=asked.chat, system="Be long.")
    assert engine_of(parts).prompts[-1][0] == Message(Role.SYSTEM, "Be long.")


async def test_text_that_is_not_quite_unicode_is_made_so(parts: Parts) -> None:
    done = (await turn(parts, "broken \udce9 half"))[-1]
    assert isinstance(done, Done)
    assert stored(parts, done.chat)[0].text == "broken ? half"


async def test_an_answer_that_breaks_its_schema_fails_and_is_kept(parts: Parts) -> None:
    schema = '{"type": "object", "required": ["name"]}'
    asked, *_, failed = await turn(parts, "x", sampling=Sampling(schema=schema))
    assert isinstance(asked, Asked)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, SchemaUnmet)
    assert stored(parts, asked.chat)[1].text == "{}"


@pytest.mark.parametrize(
    ("text", "how", "error"),
    [
        ("", {}, BadValue),
        (" \n", {}, BadValue),
        ("x", {"chat": "nosuchchat"}, NotFound),
        ("x", {"sampling": Sampling(temperature=5)}, BadValue),
        ("x", {"sampling": Sampling(schema="{")}, BadSchema),
    ],
)
async def test_bad_input_is_refused_before_anything_is_written(
    parts: Parts, text: str, how: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await turn(parts, text, **how)
    assert parts.database.look(lambda conn: chats.listed(conn, parts.owner)) == []


async def test_an_answer_leaves_room_for_the_next_question_unless_a_length_is_asked(parts: Parts) -> None:
    small = replace(parts, engine=EchoEngine(window=400))
    done = (await turn(small, "/long 300"))[-1]
    assert isinstance(done, Done)
    assert (done.reason, done.usage.answer) == ("length", 100)
    done = (await turn(small, "/long 300", sampling=Sampling(max_tokens=200)))[-1]
    assert isinstance(done, Done)
    assert done.usage.answer == 200


async def test_cancelled_while_the_end_is_being_written_the_answer_is_kept_whole(parts: Parts) -> None:
    asked: list[Asked] = []

    async def consume() -> None:
        async for event in ask(parts, Question("some words to keep")):
            if isinstance(event, Asked):
                asked.append(event)
            if isinstance(event, Text) and event.text.endswith("keep"):
                # The disk is slow just now: the end waits behind this.
                blocked.append(asyncio.ensure_future(parts.database.run(lambda _: time.sleep(0.3))))

    blocked: list[asyncio.Future[None]] = []
    task = asyncio.create_task(consume())
    while not blocked:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answer = stored(parts, asked[0].chat)[1]
    assert answer.state is State.COMPLETE
    assert answer.text == "some words to keep"


async def test_cancelled_while_the_question_is_being_saved_its_answer_is_marked(parts: Parts) -> None:
    slow = asyncio.ensure_future(parts.database.run(lambda _: time.sleep(0.2)))
    asking = asyncio.create_task(turn(parts, "too late"))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await slow
    (chat,) = parts.database.look(lambda conn: chats.listed(conn, parts.owner))
    assert stored(parts, chat.id)[1].state is State.STOPPED
