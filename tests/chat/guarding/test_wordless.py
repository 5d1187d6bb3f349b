"""A message of emoji or marks alone: no model makes up what was asked."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.app import open_app
from sottovoce.chat.guarded import Guards, Said
from sottovoce.chat.guarding.wordless import REASON, SENTENCE, SENTENCE_ZH, WordlessCheck
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Done
from sottovoce.core.language import reader
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine

ENGLISH = WordlessCheck(lambda: "en")


async def answer(parts: Parts, question: Question) -> Done:
    guarded = replace(parts, guards=Guards((ENGLISH,)))
    async with aclosing(ask(guarded, question)) as events:
        done = [event async for event in events][-1]
    assert isinstance(done, Done)
    return done


@pytest.mark.parametrize("text", ["😀😀😀", "???", "？！", "👍🏽", "...", "1️⃣"])
async def test_it_is_told_that_there_is_no_question(parts: Parts, text: str) -> None:
    done = await answer(parts, Question(text))
    assert (done.text, done.reason, done.model) == (SENTENCE, REASON, "")


@pytest.mark.parametrize("text", ["Why? 😀", "5!", "√", "为什么？", "+"])
async def test_a_question_goes_to_the_model(parts: Parts, text: str) -> None:
    assert (await answer(parts, Question(text))).text == text


@pytest.mark.parametrize("text", ["\u200b\u200d\u2060", " \ufeff\n"])
async def test_what_cannot_be_seen_is_an_empty_question(parts: Parts, text: str) -> None:
    with pytest.raises(BadValue, match="The question is empty"):
        await answer(parts, Question(text))


async def test_marks_after_an_answer_are_about_it_and_emoji_are_not(parts: Parts) -> None:
    first = await answer(parts, Question("Why is the sky blue?"))
    assert (await answer(parts, Question("???", chat=first.chat))).text == "???"
    assert (await answer(parts, Question("😀", chat=first.chat))).text == SENTENCE


@pytest.mark.parametrize(
    "said",
    [
        Said("😀", "m", 0.0, instructions="Guess the film from the emoji."),
        Said("😀", "m", 0.0, has_attached=True),
        Said("😀", "m", 0.0, is_shaped=True),
    ],
)
async def test_where_emoji_may_be_all_that_is_to_be_said_the_model_is_asked(said: Said) -> None:
    assert (await ENGLISH(said)).instead is None


async def test_a_program_says_it_in_its_own_language_or_in_its_readers(home: Home) -> None:
    async with open_app(home=home, given={"lang": "zh"}, environment={}, engine=EchoEngine()) as app:

        async def told() -> str:
            async with aclosing(app.ask(Question("😀"))) as events:
                *_, done = [event async for event in events]
            assert isinstance(done, Done)
            return done.text

        assert await told() == SENTENCE_ZH
        token = reader.set("en")
        assert await told() == SENTENCE
        reader.reset(token)
