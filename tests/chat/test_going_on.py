"""A cut answer is gone on with where it ended, in the same message; on the echo engine."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.question import Question
from sottovoce.chat.runs import Numbered, Runs
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Asked, Done, Event, Failed, Notice, Reading, Text, Whole
from sottovoce.core.messages import Message, Role, State
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import chats
from sottovoce.store.rows import StoredMessage

ME = "me"


async def turn(parts: Parts, question: Question) -> list[Event]:
    async with aclosing(ask(parts, question)) as events:
        return [event async for event in events]


async def cut(
    parts: Parts, text: str = "one two three four", words: int = 2, chat: str | None = None
) -> Asked:
    """Ask for more words than the answer may have."""
    asked = (await turn(parts, Question(text, chat, sampling=Sampling(max_tokens=words))))[0]
    assert isinstance(asked, Asked)
    return asked


def on(asked: Asked, **how: object) -> Question:
    return Question(chat=asked.chat, go_on=asked.answer, **how)  # type: ignore[arg-type]


def stored(parts: Parts, asked: Asked) -> StoredMessage:
    return parts.database.look(lambda conn: chats.get_message(conn, ME, asked.chat, asked.answer))


async def test_it_goes_on_where_it_ended_in_the_same_message(parts: Parts, echo: EchoEngine) -> None:
    asked = await cut(parts)
    events = await turn(parts, on(asked))
    assert [type(event) for event in events] == [Asked, Whole, Reading, Text, Text, Done]
    assert events[:2] == [asked, Whole("one two")]
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.text, done.reason, done.usage.answer) == ("one two three four", "stop", 2)
    kept = stored(parts, asked)
    assert (kept.text, kept.state, kept.facts["usage"]["answer"]) == (done.text, State.COMPLETE, 2)
    # The engine is given the beginning of the answer, and no new question.
    assert echo.prompts[-1] == (Message(Role.USER, "one two three four"), Message(Role.ASSISTANT, "one two"))
    assert echo.samplings[-1].thinking is False


async def test_it_can_be_cut_and_gone_on_with_again(parts: Parts) -> None:
    asked = await cut(parts, "a b c d e")
    await turn(parts, on(asked, sampling=Sampling(max_tokens=2)))
    assert stored(parts, asked).text == "a b c d"
    await turn(parts, on(asked))
    assert stored(parts, asked).text == "a b c d e"


async def test_stopped_again_it_keeps_all_its_text(parts: Parts) -> None:
    asked = await cut(parts, "/slow 5")
    async with aclosing(ask(parts, on(asked))) as events:
        async for event in events:
            if isinstance(event, Text):
                break
    kept = stored(parts, asked)
    assert (kept.state, kept.text) == (State.STOPPED, "word0 word1 word2")


async def test_stopped_before_the_first_new_word_it_loses_nothing(parts: Parts) -> None:
    asked = await cut(parts)
    async with aclosing(ask(parts, on(asked))) as events:
        await anext(events)
    assert (stored(parts, asked).state, stored(parts, asked).text) == (State.STOPPED, "one two")


async def only_thought(parts: Parts) -> Asked:
    """Return an answer that was stopped while the model was thinking."""
    asked = await cut(parts)
    parts.database.call(
        lambda conn: conn.execute(
            """UPDATE messages SET text = '', reasoning = 'hm, well', state = 'stopped',
               facts = '{"thought": 1.5}' WHERE id = ?""",
            (asked.answer,),
        )
    )
    return asked


async def test_what_was_thought_stays_until_it_is_thought_anew(parts: Parts) -> None:
    asked = await only_thought(parts)
    async with aclosing(ask(parts, on(asked))) as events:
        await anext(events)
    kept = stored(parts, asked)
    assert (kept.state, kept.reasoning, kept.facts["thought"]) == (State.STOPPED, "hm, well", 1.5)
    await turn(replace(parts, engine=EchoEngine(window=3)), on(asked))
    kept = stored(parts, asked)
    assert (kept.state, kept.reasoning, kept.facts["thought"]) == (State.INTERRUPTED, "hm, well", 1.5)
    await turn(parts, on(asked))
    kept = stored(parts, asked)
    assert (kept.state, kept.text, kept.reasoning) == (State.COMPLETE, "one two three four", "")
    assert "thought" not in kept.facts


async def test_where_the_engine_fails_the_text_stays_and_it_is_interrupted(parts: Parts) -> None:
    asked = await cut(parts)
    last = (await turn(replace(parts, engine=EchoEngine(window=3)), on(asked)))[-1]
    assert isinstance(last, Failed)
    assert (stored(parts, asked).state, stored(parts, asked).text) == (State.INTERRUPTED, "one two")


async def test_a_blank_at_the_end_is_not_doubled(parts: Parts) -> None:
    asked = await cut(parts)
    parts.database.call(
        lambda conn: conn.execute("UPDATE messages SET text = 'one two ' WHERE text = 'one two'")
    )
    done = (await turn(parts, on(asked)))[-1]
    assert isinstance(done, Done)
    assert done.text == "one two three four"


async def test_old_exchanges_make_room_for_what_there_is_of_the_answer(parts: Parts) -> None:
    small = replace(parts, engine=EchoEngine(window=120))
    asked = await cut(small, "/long 30", 30)
    for _ in range(2):
        asked = await cut(small, "/long 40", 35, asked.chat)
    events = await turn(small, on(asked))
    assert not any(isinstance(event, Failed) for event in events)
    assert stored(small, asked).text.endswith("word39")


async def test_no_notice_is_given_twice_for_the_same_history(parts: Parts) -> None:
    small = replace(parts, engine=EchoEngine(window=60))
    asked = await cut(small, "/long 20", 20)
    asked = await cut(small, "/long 20", 18, asked.chat)
    third = await turn(small, Question("/long 9", asked.chat, sampling=Sampling(max_tokens=8)))
    assert any(isinstance(event, Notice) for event in third)
    assert isinstance(third[0], Asked)
    assert not any(isinstance(event, Notice) for event in await turn(small, on(third[0])))


async def test_json_is_not_gone_on_with(parts: Parts) -> None:
    asked = await cut(parts)
    with pytest.raises(BadValue, match="follows a schema"):
        await turn(parts, on(asked, sampling=Sampling(schema="{}")))
    assert stored(parts, asked).state is State.COMPLETE


# ---- as a run ----


@pytest.fixture
async def runs(parts: Parts) -> Runs:
    return Runs(parts, kept_seconds=0.01)


async def follow(runs: Runs, asked: Asked, after: int = 0) -> list[Numbered]:
    async with aclosing(runs.follow(ME, asked.chat, asked.answer, after)) as events:
        return [event async for event in events]


async def test_its_events_begin_with_the_whole_text_and_are_numbered_behind_the_earlier_ones(
    parts: Parts,
) -> None:
    runs = Runs(parts)
    asked = await runs.start(ME, Question("one two three four", sampling=Sampling(max_tokens=2)))
    before = await follow(runs, asked)
    assert await runs.start(ME, on(asked)) == asked
    # A page that lost its connection in the middle of the first run comes back.
    heard = await follow(runs, asked, after=2)
    assert heard[0].number == before[-1].number + 1
    assert [numbered.event for numbered in heard][:2] == [asked, Whole("one two")]
    assert stored(parts, asked).text == "one two three four"
    await runs.close()


async def test_the_end_of_the_earlier_run_does_not_make_it_forgotten(runs: Runs, parts: Parts) -> None:
    asked = await runs.start(ME, Question("/slow 2", sampling=Sampling(max_tokens=2)))
    await follow(runs, asked)
    await runs.start(ME, on(asked))
    heard = await follow(runs, asked)  # lasts longer than ended runs are remembered
    assert isinstance(heard[-1].event, Done)
    assert len(heard) > 90
    assert runs.running(ME) == []
    await runs.close()


async def test_a_deleted_answer_is_not_remembered(parts: Parts) -> None:
    runs = Runs(parts)
    asked = await runs.start(ME, Question("one"))
    await follow(runs, asked)
    runs.forget_answers([asked.answer, "aaaaaaaaaaaaaaaa"])
    assert [type(numbered.event) for numbered in await follow(runs, asked)] == [Whole, Done]
    await asyncio.sleep(0)
    await runs.close()
