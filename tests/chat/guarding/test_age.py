"""What a model learnt ends, and the question is about a later time: told beside the answer."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.app import open_app
from sottovoce.chat.guarded import Guards, Said
from sottovoce.chat.guarding.age import CODE, AgeCheck
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core import notices
from sottovoce.core.events import Done, Notice
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import chats

NOW = 1_795_737_600.0
TOLD = "What this model learnt ends in June 2024; of 2031 it knows nothing."


async def until() -> str:
    return "2024-06"


async def never() -> str:
    pytest.fail("nobody need know what the model learnt")


async def test_the_answer_comes_and_keeps_what_was_told(parts: Parts) -> None:
    guarded = replace(parts, guards=Guards((AgeCheck(until),)))
    async with aclosing(ask(guarded, Question("What will happen in 2031?"))) as events:
        came = [event async for event in events]
    assert Notice(CODE, TOLD) in came
    done = came[-1]
    assert isinstance(done, Done)
    assert done.text == "What will happen in 2031?"
    answer = parts.database.look(lambda conn: chats.messages(conn, parts.owner, done.chat))[-1]
    assert notices.kept(answer.facts) == (Notice(CODE, TOLD),)


@pytest.mark.parametrize(
    "said",
    [Said("Why is the sky blue?", "m", NOW), Said("And in 2031?", "m", NOW, shelves=("handbook",))],
)
async def test_nothing_is_looked_up_without_need(said: Said) -> None:
    assert not (await AgeCheck(never)(said)).notices


async def test_where_nobody_published_it_nothing_is_told() -> None:
    async def unknown() -> str:
        return ""

    assert not (await AgeCheck(unknown)(Said("And in 2031?", "m", NOW))).notices


async def test_in_chinese_it_is_told_in_chinese() -> None:
    (notice,) = (await AgeCheck(until)(Said("2031年会怎样？", "m", NOW))).notices
    assert notice.text == "这个模型所学的内容截止于2024年6月；它不可能知道2031年的事。"


async def test_of_the_starter_the_catalogue_knows_it(home: Home) -> None:
    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        verdicts = [await check(Said("And in 2031?", "m", NOW)) for check in app.parts().guards.checks]
    assert [notice.text for verdict in verdicts for notice in verdict.notices] == [TOLD]
