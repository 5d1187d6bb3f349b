"""Memory in a turn: asked for, told to the model, and never where it is off or the chat is temporary."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.guarded import Guards
from sottovoce.chat.guarding.memory import OFF, REMEMBERED, MemoryCheck
from sottovoce.chat.remembering import HEAD
from sottovoce.chat.turn import Parts, Question, ask
from sottovoce.core.events import Done, Event, Notice
from sottovoce.core.messages import Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import memory

ASKED = "Remember that I live in Vienna."


def remembering(parts: Parts, *, on: bool = True) -> Parts:
    guards = Guards((MemoryCheck(parts.database, lambda: on),))
    return replace(parts, guards=guards, remembers=lambda: on)


async def turn(parts: Parts, text: str, **how: object) -> list[Event]:
    async with aclosing(ask(parts, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def lines(parts: Parts) -> list[memory.Remembered]:
    return parts.database.look(lambda conn: memory.listed(conn, parts.owner))


def system_told(parts: Parts) -> list[str]:
    assert isinstance(parts.engine, EchoEngine)
    return [message.text for message in parts.engine.prompts[-1] if message.role is Role.SYSTEM]


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


async def test_where_it_is_off_that_is_told_and_nothing_is_kept(parts: Parts) -> None:
    off = remembering(parts, on=False)
    events = await turn(off, ASKED)
    assert [event.code for event in events if isinstance(event, Notice)] == [OFF]
    assert isinstance(events[-1], Done)
    assert events[-1].text == ASKED, "the model answers"
    assert lines(parts) == []
    parts.database.call(lambda conn: memory.add(conn, parts.owner, "I live in Vienna", 1.0))
    await turn(off, "Where do I live")
    assert system_told(parts) == []


async def test_a_temporary_chat_neither_knows_nor_keeps_any(parts: Parts) -> None:
    parts.database.call(lambda conn: memory.add(conn, parts.owner, "I like cheese", 1.0))
    events = await turn(replace(remembering(parts), is_temporary=True), ASKED)
    assert [event for event in events if isinstance(event, Notice)] == []
    assert [line.text for line in lines(parts)] == ["I like cheese"]
    assert system_told(parts) == []


async def test_another_owners_lines_are_nobodys(parts: Parts) -> None:
    parts.database.call(lambda conn: memory.add(conn, "key-b", "I like cheese", 1.0))
    await turn(remembering(parts), "What do I like")
    assert system_told(parts) == []


async def test_a_full_memory_says_so(parts: Parts) -> None:
    for number in range(memory.MOST):
        parts.database.call(lambda conn, n=number: memory.add(conn, parts.owner, f"line {n}", 1.0))  # type: ignore[misc]
    done = (await turn(remembering(parts), ASKED))[-1]
    assert isinstance(done, Done)
    assert "the most that are kept" in done.text


@pytest.mark.parametrize("text", ["请记住我住在维也纳", "记住：我对坚果过敏"])
async def test_in_chinese_it_is_answered_in_chinese(parts: Parts, text: str) -> None:
    done = (await turn(remembering(parts), text))[-1]
    assert isinstance(done, Done)
    assert done.text.startswith("已为所有聊天记住")
