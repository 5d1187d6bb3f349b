"""What is set for a chat holds in its turns: behind the question, before the program's defaults."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Done, Event, Notice
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import chats


async def turn(parts: Parts, question: Question) -> list[Event]:
    async with aclosing(ask(parts, question)) as events:
        return [event async for event in events]


async def told(parts: Parts, question: Question) -> Done:
    done = (await turn(parts, question))[-1]
    assert isinstance(done, Done)
    return done


def drawn(parts: Parts) -> Sampling:
    assert isinstance(parts.engine, EchoEngine)
    return parts.engine.samplings[-1]


def set_for(parts: Parts, chat: str, settings: ChatSettings) -> None:
    parts.database.call(lambda conn: chats.set_settings(conn, parts.owner, chat, settings))


async def test_the_question_wins_over_the_chat_and_the_chat_over_the_defaults(parts: Parts) -> None:
    parts = replace(parts, defaults=Sampling(temperature=0.1, top_p=0.1, min_p=0.1))
    set_for_chat = ChatSettings(temperature=0.5, top_p=0.5)
    done = await told(parts, Question("hello", settings=set_for_chat))
    assert (drawn(parts).temperature, drawn(parts).top_p, drawn(parts).min_p) == (0.5, 0.5, 0.1)
    await told(parts, Question("and now", chat=done.chat, sampling=Sampling(temperature=0.9)))
    assert (drawn(parts).temperature, drawn(parts).top_p, drawn(parts).min_p) == (0.9, 0.5, 0.1)


async def test_what_is_set_between_two_turns_holds_in_the_next(parts: Parts) -> None:
    done = await told(parts, Question("one two three four"))
    set_for(parts, done.chat, ChatSettings(max_tokens=2, seed=7))
    again = await told(parts, Question("one two three four", chat=done.chat))
    assert (again.text, again.reason, drawn(parts).seed) == ("one two", "length", 7)
    set_for(parts, done.chat, ChatSettings())
    last = await told(parts, Question("one two three four", chat=done.chat))
    assert (last.text, drawn(parts).seed) == ("one two three four", None)


async def test_a_chat_cannot_begin_with_settings_out_of_range(parts: Parts) -> None:
    with pytest.raises(BadValue) as problem:
        await turn(parts, Question("hello", settings=ChatSettings(temperature=9)))
    assert problem.value.field == "settings.temperature"
    assert parts.database.look(lambda conn: chats.listed(conn, parts.owner)) == []


async def test_no_more_of_a_chat_goes_to_the_model_than_its_context(parts: Parts) -> None:
    settings = ChatSettings(context=256)
    question = Question("word " * 60, settings=settings)
    notices = 0
    for _ in range(8):
        events = await turn(parts, question)
        notices += sum(isinstance(event, Notice) for event in events)
        done = events[-1]
        assert isinstance(done, Done)
        assert done.usage.prompt <= 256
        question = Question("word " * 60, chat=done.chat)
    assert notices >= 2


async def test_a_smaller_context_is_told_at_the_next_turn(parts: Parts) -> None:
    """What is left out is news although the last turn would have left it out as well, with this context."""
    done = await told(parts, Question("word " * 100))
    await told(parts, Question("word " * 100, chat=done.chat))
    set_for(parts, done.chat, ChatSettings(context=256))
    events = await turn(parts, Question("short", chat=done.chat))
    assert [event.code for event in events if isinstance(event, Notice)] == ["history_cut"]
    events = await turn(parts, Question("short", chat=done.chat))
    assert not [event for event in events if isinstance(event, Notice)]


async def test_an_answer_keeps_how_much_was_left_out_for_it(parts: Parts) -> None:
    done = await told(parts, Question("word " * 100))
    set_for(parts, done.chat, ChatSettings(context=256))
    await told(parts, Question("word " * 100, chat=done.chat))
    branch = parts.database.look(lambda conn: chats.branch(conn, parts.owner, done.chat))
    assert [one.facts.get("left_out") for one in branch[1::2]] == [0, 1]


async def test_the_newest_question_goes_however_small_the_context(parts: Parts) -> None:
    done = await told(parts, Question("word " * 400, settings=ChatSettings(context=256)))
    assert done.usage.answer == 400
