"""Memory in a turn: asked for, told to the model, and never where it is off or the chat is temporary."""

from __future__ import annotations

import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.app import open_app
from sottovoce.chat.guarded import Guards
from sottovoce.chat.guarding.memory import REMEMBERED, MemoryCheck
from sottovoce.chat.guarding.memory_told import may_ask
from sottovoce.chat.question import Question
from sottovoce.chat.remembering import HEAD
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.events import Done, Event, Notice
from sottovoce.core.messages import OWNER, Role
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.erasing import delete_chat
from sottovoce.store import memory

ASKED = "Remember that I live in Vienna."


def remembering(parts: Parts, *, on: bool = True) -> Parts:
    async def erase(owner: str, line: str | None) -> int:
        doomed = [one.id for one in lines(parts) if line in (None, one.id)]
        for one in doomed:
            await parts.database.run(lambda conn, one=one: memory.remove(conn, owner, one))
        return len(doomed)

    guards = Guards((MemoryCheck(parts.database, lambda: on, erase),))
    return replace(parts, guards=guards, remembers=lambda: on)


async def turn(parts: Parts, text: str, **how: object) -> list[Event]:
    async with aclosing(ask(parts, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def lines(parts: Parts) -> list[memory.Remembered]:
    return parts.database.look(lambda conn: memory.listed(conn, parts.owner))


def system_told(parts: Parts) -> list[str]:
    assert isinstance(parts.engine, EchoEngine)
    return [message.text for message in parts.engine.prompts[-1] if message.role is Role.SYSTEM]


def test_what_reads_questions_is_loaded_only_where_one_may_ask() -> None:
    loaded = "import sys, sottovoce.guards; print('sottovoce.chat.memory_words' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True) == "False\n"
    assert not may_ask("why is the sky blue")


async def test_what_is_asked_for_is_kept_with_where_it_came_from(parts: Parts) -> None:
    done = (await turn(remembering(parts), ASKED))[-1]
    assert isinstance(done, Done)
    assert (done.reason, done.model) == (REMEMBERED, "")
    assert "“I live in Vienna”" in done.text
    (line,) = lines(parts)
    assert (line.text, line.chat) == ("I live in Vienna", done.chat)
    assert line.message


async def test_the_model_is_told_in_every_chat(parts: Parts) -> None:
    await turn(remembering(parts), ASKED)
    await turn(remembering(parts), "Where do I live", system="Be kind.")
    assert system_told(parts) == [f"Be kind.\n\n{HEAD}\n- I live in Vienna"]
    (line,) = lines(parts)
    parts.database.call(lambda conn: memory.remove(conn, parts.owner, line.id))
    await turn(remembering(parts), "Where do I live")
    assert system_told(parts) == []


FORMS = [
    ASKED,
    "My birthday is on 3 May, keep that in mind please",
    "Can you remember my wife's name is Anna?",
    "forget that I live in Vienna",
    "forget what you know about me",
    "what do you remember about me?",
]
FORMS_ZH = [
    "记住我住在维也纳",
    "我的生日是5月3日，别忘了",
    "忘掉我住在维也纳",
    "忘掉关于我的一切",
    "你记得我什么？",
]


@pytest.mark.parametrize("text", [*FORMS, *FORMS_ZH])
@pytest.mark.parametrize("is_temporary", [False, True])
async def test_where_nothing_is_kept_no_model_says_that_it_is(
    parts: Parts, text: str, is_temporary: bool
) -> None:
    off = replace(remembering(parts, on=False), is_temporary=is_temporary)
    done = (await turn(off, text))[-1]
    assert isinstance(done, Done)
    assert (done.reason, done.model) == (REMEMBERED, "")
    assert "sotto settings set memory on" in done.text
    assert ("临时" if text in FORMS_ZH else "temporary") in done.text or not is_temporary
    assert lines(parts) == []
    assert isinstance(parts.engine, EchoEngine)
    assert parts.engine.prompts == []


async def test_what_is_not_kept_is_known_in_its_chat(parts: Parts) -> None:
    off = remembering(parts, on=False)
    done = (await turn(off, ASKED))[-1]
    assert isinstance(done, Done)
    await turn(off, "Where do I live", chat=done.chat)
    assert isinstance(parts.engine, EchoEngine)
    assert [message.text for message in parts.engine.prompts[-1]] == [f"{ASKED}\n\nWhere do I live"]


async def test_where_it_is_off_no_model_is_told(parts: Parts) -> None:
    parts.database.call(lambda conn: memory.add(conn, parts.owner, "I live in Vienna", 1.0))
    await turn(remembering(parts, on=False), "Where do I live")
    assert system_told(parts) == []


async def test_a_temporary_chat_neither_knows_nor_keeps_any(parts: Parts) -> None:
    parts.database.call(lambda conn: memory.add(conn, parts.owner, "I like cheese", 1.0))
    temporary = replace(remembering(parts), is_temporary=True)
    done = (await turn(temporary, ASKED))[-1]
    assert isinstance(done, Done)
    assert "temporary" in done.text
    assert [line.text for line in lines(parts)] == ["I like cheese"]
    await turn(temporary, "What do I like")
    assert system_told(parts) == []


async def said(parts: Parts, text: str) -> str:
    done = (await turn(parts, text))[-1]
    assert isinstance(done, Done)
    assert done.reason == REMEMBERED
    return done.text


@pytest.mark.parametrize("on", [True, False])
async def test_a_line_is_forgotten_and_named(parts: Parts, on: bool) -> None:
    for text in ("I live in Vienna", "My dog is called Rex", "我对坚果过敏"):
        parts.database.call(lambda conn, text=text: memory.add(conn, parts.owner, text, 1.0))
    on_or_off = remembering(parts, on=on)
    assert "“My dog is called Rex”" in await said(on_or_off, "forget about my dog")
    assert "“我对坚果过敏”" in await said(on_or_off, "请忘掉我对坚果过敏")
    assert [line.text for line in lines(parts)] == ["I live in Vienna"]
    assert "sotto memory list" in await said(on_or_off, "forget my birthday")
    assert "sotto memory list" in await said(on_or_off, "忘掉我的生日")
    assert [line.text for line in lines(parts)] == ["I live in Vienna"]


async def test_where_two_may_be_meant_none_is_erased(parts: Parts) -> None:
    texts = ["I live in Vienna", "My dog is called Rex", "My dog is six"]
    for at, text in enumerate(texts):
        parts.database.call(lambda conn, at=at, text=text: memory.add(conn, parts.owner, text, float(at)))
    told = await said(remembering(parts), "forget my dog")
    assert told.endswith("\n\n2. My dog is called Rex\n3. My dog is six")
    assert len(lines(parts)) == 3


async def test_all_of_it_is_shown_and_forgotten(parts: Parts) -> None:
    parts.database.call(lambda conn: memory.add(conn, parts.owner, "I live in Vienna", 1.0))
    parts.database.call(lambda conn: memory.add(conn, parts.owner, "My dog is called Rex", 2.0))
    both = "1. I live in Vienna\n2. My dog is called Rex"
    assert both in await said(remembering(parts), "what do you remember about me?")
    assert both in await said(remembering(parts), "你记得我什么")
    off = await said(remembering(parts, on=False), "what do you remember about me?")
    assert both in off
    assert "no model is told" in off
    assert "All 2 lines" in await said(remembering(parts), "forget what you know about me")
    assert lines(parts) == []
    assert "还没有记住任何内容" in await said(remembering(parts), "你记得我什么")


async def test_where_more_is_asked_it_is_kept_and_the_model_answers(parts: Parts) -> None:
    events = await turn(remembering(parts), "Remember that I live in Vienna. Write a poem about it.")
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert (notice.code, "“I live in Vienna”" in notice.text) == (REMEMBERED, True)
    assert isinstance(events[-1], Done)
    assert events[-1].model == "echo"
    assert [line.text for line in lines(parts)] == ["I live in Vienna"]


@pytest.mark.parametrize(
    "text", ["remember the Titans film?", "What do you remember about Rome?", "forget it"]
)
async def test_what_only_sounds_like_it_goes_to_the_model(parts: Parts, text: str) -> None:
    done = (await turn(remembering(parts), text))[-1]
    assert isinstance(done, Done)
    assert done.text == text


async def test_another_owners_lines_are_nobodys(parts: Parts) -> None:
    parts.database.call(lambda conn: memory.add(conn, "key-b", "I like cheese", 1.0))
    await turn(remembering(parts), "What do I like")
    assert system_told(parts) == []


async def test_a_full_memory_says_so(parts: Parts) -> None:
    for number in range(memory.MOST):
        parts.database.call(lambda conn, n=number: memory.add(conn, parts.owner, f"line {n}", 1.0))
    done = (await turn(remembering(parts), ASKED))[-1]
    assert isinstance(done, Done)
    assert "the most that are kept" in done.text


@pytest.mark.parametrize("text", ["请记住我住在维也纳", "记住：我对坚果过敏"])
async def test_in_chinese_it_is_answered_in_chinese(parts: Parts, text: str) -> None:
    done = (await turn(remembering(parts), text))[-1]
    assert isinstance(done, Done)
    assert done.text.startswith("已为所有对话记住")


async def test_what_is_forgotten_in_a_chat_leaves_the_disk(home: Home) -> None:
    home.config.write_text('memory = "on"\n')
    async with open_app(home=home, environment={}) as app:
        await app.database.run(lambda conn: memory.add(conn, OWNER, "My boat is called zqcanary", 1.0))
        async with aclosing(app.ask(Question("forget about my boat"))) as events:
            done = [event async for event in events][-1]
        assert isinstance(done, Done)
        async with aclosing(app.ask(Question("forget everything you know about me"))) as events:
            assert [event async for event in events]
        assert await app.database.read(lambda conn: memory.listed(conn, OWNER)) == []
        await delete_chat(home, app.database, done.chat)
    assert b"zqcanary" not in home.database.read_bytes()
