"""A question about the assistant itself is answered from the help, before a model is asked."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from sottovoce.app import open_app
from sottovoce.chat import archive
from sottovoce.chat.as_page import page_of
from sottovoce.chat.guarded import Guards, Said
from sottovoce.chat.guarding.help import FACT, FROM_THE_HELP, HelpCheck
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.events import Done
from sottovoce.core.grounds import HELPED
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.engine.echo import EchoEngine
from sottovoce.help.facts import Facts
from sottovoce.models import variants
from sottovoce.models.file import Variant
from sottovoce.store import chats, shown

NOW = 1_795_737_600.0


def facts(blanks: Collection[str]) -> Facts:
    return Facts(Settings(), Path("/home/ada/sotto"))


def never(blanks: Collection[str]) -> Facts:
    pytest.fail("nothing need be gathered")


async def test_no_model_writes_the_answer_and_it_says_so(parts: Parts) -> None:
    guarded = replace(parts, guards=Guards((HelpCheck(facts, lambda: True),)))
    async with aclosing(ask(guarded, Question("Where are my chats with you?"))) as events:
        done = [event async for event in events][-1]
    assert isinstance(done, Done)
    assert (done.reason, done.model, done.usage.answer) == (HELPED, "", 0)
    assert "`/home/ada/sotto`" in done.text
    assert done.text.endswith(FROM_THE_HELP["en"])
    kept = parts.database.look(lambda conn: chats.messages(conn, parts.owner, done.chat))[-1]
    assert (kept.text, kept.model, kept.facts[FACT]) == (done.text, "", "where-chats")


async def test_a_chinese_question_is_answered_in_chinese() -> None:
    verdict = await HelpCheck(facts, lambda: True)(Said("ChatGPT 支持离线使用吗？", "m", NOW))
    assert verdict.instead is not None
    assert verdict.instead.text.startswith("ChatGPT 不支持")
    assert verdict.instead.text.endswith(FROM_THE_HELP["zh"])


@pytest.mark.parametrize(
    "said",
    [
        Said("Why is the sky blue?", "m", NOW),
        Said("Can I download ChatGPT?", "m", NOW, shelves=("handbook",)),
        Said("Can I download ChatGPT?", "m", NOW, is_shaped=True),
        Said("Does it work offline?", "m", NOW, earlier=("What is a compass?",)),
    ],
    ids=["of something else", "of a shelf", "for a schema", "of what was spoken of"],
)
async def test_other_questions_are_left_to_the_model(said: Said) -> None:
    assert (await HelpCheck(never, lambda: True)(said)).instead is None


async def test_who_asks_the_help_by_name_is_always_answered_by_it() -> None:
    check = HelpCheck(facts, lambda: False)
    found = (await check(Said("/help how can i use it offline", "m", NOW, shelves=("handbook",)))).instead
    assert found is not None
    assert found.facts[FACT] == "offline"
    missed = (await check(Said("/help How much does a flight to Paris cost?", "m", NOW))).instead
    assert missed is not None
    assert missed.text.count("\n- ") == 3
    assert (await check(Said("/helpless", "m", NOW))).instead is None


@pytest.mark.parametrize(("setting", "reason"), [("on", HELPED), ("off", "stop")])
async def test_it_can_be_switched_off(home: Home, setting: str, reason: str) -> None:
    given = {"help_in_chat": setting}
    async with (
        open_app(home=home, given=given, environment={}, engine=EchoEngine()) as app,
        aclosing(app.ask(Question("Do you need a graphics card?"))) as events,
    ):
        done = [event async for event in events][-1]
    assert isinstance(done, Done)
    assert done.reason == reason


async def test_what_is_exported_says_that_no_model_wrote_it(parts: Parts) -> None:
    guarded = replace(parts, guards=Guards((HelpCheck(facts, lambda: True),)))
    async with aclosing(ask(guarded, Question("Do you need a graphics card?"))) as events:
        done = [event async for event in events][-1]
    assert isinstance(done, Done)
    file = io.BytesIO()
    parts.database.look(lambda conn: archive.export_markdown(conn, parts.owner, None, file))
    assert "## Sottovoce (from the help, by no model)" in file.getvalue().decode()

    def page(conn: sqlite3.Connection, language: str) -> str:
        chat = chats.get(conn, parts.owner, done.chat)
        return page_of(chat, shown.branch(conn, parts.owner, done.chat), language).decode()

    assert "from the help, by no model" in parts.database.look(lambda conn: page(conn, "en"))
    assert "出自帮助，未用模型" in parts.database.look(lambda conn: page(conn, "zh"))


@pytest.mark.parametrize(("system", "reason"), [("You are Ada.", "stop"), ("", HELPED)])
async def test_a_variant_with_instructions_speaks_for_itself(home: Home, system: str, reason: str) -> None:
    variants.add(home, Variant("ada", "starter", system=system))
    async with (
        open_app(home=home, given={"model": "ada"}, environment={}, engine=EchoEngine()) as app,
        aclosing(app.ask(Question("Who made you?"))) as events,
    ):
        done = [event async for event in events][-1]
    assert isinstance(done, Done)
    assert done.reason == reason
