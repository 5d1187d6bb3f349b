"""An answer that goes round is ended, cut to what was said once, and can be gone on with."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.guarded import Guards, Said, Stop
from sottovoce.chat.guarding import repetition
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core import notices
from sottovoce.core.events import Done, Event, Notice, Text, Whole
from sottovoce.store import chats
from sottovoce.store.going_on import is_cut
from sottovoce.store.rows import StoredMessage

ROUND = "I am here to help you. "
LOOP = "Hello. " + ROUND * 30
ONCE = "Hello. I am here to help you."


async def turn(parts: Parts, text: str = "", **how: object) -> list[Event]:
    guarded = replace(parts, guards=Guards(watches=(repetition.watch,)))
    async with aclosing(ask(guarded, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def kept(parts: Parts, chat: str) -> StoredMessage:
    return parts.database.look(lambda conn: chats.messages(conn, parts.owner, chat))[-1]


@pytest.mark.parametrize(
    ("loop", "once", "sentence"),
    [
        (LOOP, ONCE, repetition.SENTENCE),
        ("你好。" + "我是一个助手。" * 40, "你好。我是一个助手。", repetition.CHINESE),
    ],
)
async def test_a_loop_ends_the_answer_where_it_was_said_once(
    parts: Parts, loop: str, once: str, sentence: str
) -> None:
    events = await turn(parts, loop)  # the echo says what it is asked
    assert Notice("repeats", sentence) in events
    told = [event for event in events if isinstance(event, Text | Whole)]
    assert told[-1].text == once
    assert isinstance(told[-1], Whole) == (len(told) > 1)  # text, where nothing was shown before
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.text, done.reason) == (once, "repeats")
    answer = kept(parts, done.chat)
    assert "replaced" not in answer.facts, "what is left is the model's own"
    assert (answer.text, answer.facts["reason"]) == (once, "repeats")
    assert [one.code for one in notices.kept(answer.facts)] == ["repeats"]
    said = "".join(event.text for event in events if isinstance(event, Text))
    assert len(said) < len(loop) / 2


async def test_it_can_be_gone_on_with_and_is_then_told_of_no_more(parts: Parts) -> None:
    first = (await turn(parts, LOOP))[-1]
    assert isinstance(first, Done)
    assert is_cut(kept(parts, first.chat))
    events = await turn(parts, chat=first.chat, go_on=first.answer)
    done = events[-1]
    assert isinstance(done, Done)
    # The echo begins anew: what it repeats of the answer so far is noticed as well.
    assert done.reason == "repeats"
    assert done.text.startswith(ONCE)
    assert len(done.text) < len(LOOP)


async def test_going_on_to_a_good_end_leaves_no_word_of_the_loop(parts: Parts) -> None:
    first = (await turn(parts, LOOP))[-1]
    assert isinstance(first, Done)
    async with aclosing(ask(parts, Question(chat=first.chat, go_on=first.answer))) as events:
        *_, done = [event async for event in events]
    assert isinstance(done, Done)
    answer = kept(parts, first.chat)
    assert answer.facts["reason"] == "stop"
    assert notices.kept(answer.facts) == ()


async def test_what_is_kept_of_it_is_judged_like_any_answer(parts: Parts) -> None:
    heard: list[str] = []

    async def judge(_: Said, answer: str) -> Stop | None:
        heard.append(answer)
        return Stop("refused", Notice("refused", "No."), "Not that.")

    guarded = replace(parts, guards=Guards(watches=(repetition.watch,), judges=(judge,)))
    async with aclosing(ask(guarded, Question(LOOP))) as events:
        *_, done = [event async for event in events]
    assert heard == [ONCE]
    assert isinstance(done, Done)
    assert (done.text, done.reason) == ("Not that.", "refused")


async def test_what_was_to_be_repeated_is_let_be(parts: Parts) -> None:
    done = (await turn(parts, "Repeat: " + ROUND * 30))[-1]
    assert isinstance(done, Done)
    assert done.reason == "stop"


async def test_thoughts_that_go_round_end_the_answer_and_stay_as_they_were_shown(parts: Parts) -> None:
    guarded = replace(parts, guards=Guards(listeners=(repetition.ThoughtsWatch,)))
    async with aclosing(ask(guarded, Question(f"<think>{LOOP}</think>Never said."))) as events:
        seen = [event async for event in events]
    assert Notice("thoughts_repeat", repetition.IN_THOUGHT) in seen
    assert not any(isinstance(event, Text) for event in seen)
    done = seen[-1]
    assert isinstance(done, Done)
    assert (done.text, done.reason) == ("", "repeats")
    assert done.reasoning.startswith(ONCE)
    assert len(done.reasoning) < len(LOOP) / 2
    answer = kept(parts, done.chat)
    assert (answer.text, answer.reasoning) == ("", done.reasoning)
    assert is_cut(answer)


async def test_a_thought_may_say_once_more_what_the_answer_says(parts: Parts) -> None:
    both = Guards(watches=(repetition.watch,), listeners=(repetition.ThoughtsWatch,))
    long = " ".join(f"This is sentence {number} of {number * number}." for number in range(60))
    async with aclosing(ask(replace(parts, guards=both), Question(f"<think>{long}</think>{long}"))) as events:
        *_, done = [event async for event in events]
    assert isinstance(done, Done)
    assert (done.reasoning, done.text, done.reason) == (long, long, "stop")


def test_an_answer_whose_form_a_schema_decides_is_not_watched() -> None:
    assert repetition.watch(Said("a list", "echo", 0.0, is_shaped=True)) is None
