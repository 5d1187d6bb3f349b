"""Chats in memory alone: a whole chat, and nothing of it left once it has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from sottovoce.chat import temporary
from sottovoce.chat.question import Question
from sottovoce.chat.temporary import MOST, UNUSED_SECONDS, Place, TemporaryChats
from sottovoce.chat.turn import Parts
from sottovoce.core.errors import BadInput, EngineFailed
from sottovoce.core.messages import Conversation
from sottovoce.store import chats, search
from sottovoce.store.db import open_in_memory

ME, OTHER = "me", "key-other"
WORDS = "zanzibar quetzal"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def kept(parts: Parts, clock: Clock) -> AsyncIterator[TemporaryChats]:
    forgotten: list[Conversation] = []

    async def forget(conversation: Conversation) -> None:
        forgotten.append(conversation)

    opened = TemporaryChats(lambda: parts, lambda: open_in_memory(parts.database.home), forget, clock)
    opened.forgotten = forgotten  # type: ignore[attr-defined]
    yield opened
    await opened.end_all()


async def talk(kept: TemporaryChats, text: str = WORDS) -> tuple[str, Place]:
    chat = await kept.begin(ME)
    place = kept.find(ME, chat.id)
    assert place is not None
    asked = await place.runs.start(ME, Question(text, chat.id))
    async with aclosing(place.runs.follow(ME, chat.id, asked.answer)) as events:
        async for _ in events:
            pass
    return chat.id, place


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_it_is_a_whole_chat_of_which_the_home_knows_nothing(kept: TemporaryChats, parts: Parts) -> None:
    chat, place = await talk(kept)
    said = await place.database.read(lambda conn: chats.messages(conn, ME, chat))
    assert [message.text for message in said] == [WORDS, WORDS]
    assert await parts.database.read(lambda conn: chats.listed(conn, ME)) == []
    assert await parts.database.read(lambda conn: search.find(conn, ME, "quetzal", 9)) == []
    assert await parts.database.read(lambda conn: chats.questions(conn, ME, 9)) == []
    assert not await parts.database.read(lambda conn: chats.exists(conn, ME, chat))
    assert b"quetzal" not in contents(parts.database.home.root)


async def test_it_has_no_title_made_of_its_words(kept: TemporaryChats) -> None:
    chat, place = await talk(kept)
    assert (await place.database.read(lambda conn: chats.get(conn, ME, chat))).title == ""


async def test_it_is_nobody_elses(kept: TemporaryChats) -> None:
    chat, _ = await talk(kept)
    assert kept.find(OTHER, chat) is None
    await kept.end(OTHER, chat)
    assert kept.find(ME, chat) is not None


async def test_ended_it_is_gone_and_the_engines_forget_it(kept: TemporaryChats) -> None:
    chat, place = await talk(kept)
    await kept.end(ME, chat)
    await kept.end(ME, chat)
    assert kept.find(ME, chat) is None
    assert kept.forgotten == [Conversation(ME, chat)]  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError):
        await place.database.read(lambda conn: chats.get(conn, ME, chat))


async def test_ending_it_stops_what_is_written_in_it(kept: TemporaryChats) -> None:
    chat = await kept.begin(ME)
    place = kept.find(ME, chat.id)
    assert place is not None
    await place.runs.start(ME, Question("/slow 1000 a b c", chat.id))
    assert kept.is_writing()
    await kept.end(ME, chat.id)
    assert not place.runs.running(ME)
    assert not kept.is_writing()


async def test_one_that_nobody_uses_is_gone_after_hours(kept: TemporaryChats, clock: Clock) -> None:
    chat, _ = await talk(kept)
    clock.now = UNUSED_SECONDS
    assert kept.find(ME, chat) is not None  # which is a use
    clock.now = 2 * UNUSED_SECONDS
    assert kept.find(ME, chat) is not None
    clock.now = 3 * UNUSED_SECONDS + 1
    assert kept.find(ME, chat) is None


async def test_those_unused_are_let_go_of_by_themselves(
    kept: TemporaryChats, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "LOOK_SECONDS", 0.0)
    chat, _ = await talk(kept)
    clock.now = UNUSED_SECONDS + 1
    watch = asyncio.create_task(kept.end_unused())
    async with asyncio.timeout(5):
        while not kept.forgotten:  # type: ignore[attr-defined]
            await asyncio.sleep(0)
    watch.cancel()
    assert kept.forgotten == [Conversation(ME, chat)]  # type: ignore[attr-defined]


async def test_one_more_than_there_may_be_ends_the_one_unused_longest(
    kept: TemporaryChats, clock: Clock
) -> None:
    first = await kept.begin(ME)
    others = await kept.begin(OTHER)
    second = await kept.begin(ME)
    clock.now = 1.0
    assert kept.find(ME, first.id)
    for _ in range(MOST - 1):
        await kept.begin(ME)
    assert kept.find(ME, second.id) is None
    assert kept.find(ME, first.id) is not None
    assert kept.find(OTHER, others.id) is not None


async def test_one_that_is_kept_after_all_is_stored_with_a_title(kept: TemporaryChats, parts: Parts) -> None:
    chat, _ = await talk(kept)
    await kept.keep(ME, chat, parts.database)
    assert kept.find(ME, chat) is None
    stored = await parts.database.read(lambda conn: chats.get(conn, ME, chat))
    assert stored.title == WORDS
    branch = await parts.database.read(lambda conn: chats.branch(conn, ME, chat))
    assert [message.text for message in branch] == [WORDS, WORDS]


async def test_it_is_not_kept_while_an_answer_is_written(kept: TemporaryChats, parts: Parts) -> None:
    chat = await kept.begin(ME)
    place = kept.find(ME, chat.id)
    assert place is not None
    await place.runs.start(ME, Question("/slow 1000 a b c", chat.id))
    with pytest.raises(BadInput):
        await kept.keep(ME, chat.id, parts.database)
    assert kept.find(ME, chat.id) is not None


async def test_it_is_not_kept_while_a_question_is_on_its_way_into_it(
    kept: TemporaryChats, parts: Parts
) -> None:
    chat = await kept.begin(ME)
    place = kept.find(ME, chat.id)
    assert place is not None
    asking = asyncio.ensure_future(place.runs.start(ME, Question(WORDS, chat.id)))
    await asyncio.sleep(0)
    with pytest.raises(BadInput):
        await kept.keep(ME, chat.id, parts.database)
    await asking
    said = await place.database.read(lambda conn: chats.messages(conn, ME, chat.id))
    assert said[0].text == WORDS


async def test_an_engine_that_does_not_forget_one_hinders_neither_keeping_it_nor_another(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(conversation: Conversation) -> None:
        raise EngineFailed("It died.", hint="Ask again")

    opened = TemporaryChats(lambda: parts, lambda: open_in_memory(parts.database.home), fail)
    chat, _ = await talk(opened)
    await opened.keep(ME, chat, parts.database)
    assert await parts.database.read(lambda conn: chats.exists(conn, ME, chat))
    begun = [await opened.begin(ME) for _ in range(MOST + 1)]
    assert [opened.find(ME, one.id) is not None for one in begun] == [False] + [True] * MOST
    assert [record.args for record in caplog.records] == [("engine_failed",)] * 2
    with pytest.raises(EngineFailed):
        await opened.end_all()
    assert not any(opened.find(ME, one.id) for one in begun)


async def test_one_that_cannot_be_stored_stays(kept: TemporaryChats, parts: Parts) -> None:
    chat, _ = await talk(kept)
    closed = open_in_memory(parts.database.home)
    closed.close()
    with pytest.raises(RuntimeError):
        await kept.keep(ME, chat, closed)
    assert kept.find(ME, chat) is not None
