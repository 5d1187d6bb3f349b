"""Ask now, finish later: places that misbehave, and what happens here meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from answers import hang_in_the_middle, whole
from coming import QUESTION, Away, Desk, codes
from repeating import PATH, die, repeat, text_of

from sottovoce.chat.elsewhere.drafting import ask_there
from sottovoce.chat.elsewhere.finishing import GIVEN_UP, SENT_AGAIN, Manner
from sottovoce.chat.elsewhere.later import Later
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import There, preview
from sottovoce.chat.question import Question
from sottovoce.core import notices
from sottovoce.core.errors import DiskFull
from sottovoce.core.events import Done, Failed, Notice
from sottovoce.core.messages import DRAFT, NOT_WAITING
from sottovoce.erasing import delete_chat, delete_message
from sottovoce.hybrid.means import Patience
from sottovoce.store import waiting
from sottovoce.store.db import open_database, open_in_memory
from sottovoce.store.waiting import MOST_SENT, Progress

# ---- a place that misbehaves ----


async def test_one_that_breaks_off_is_tried_so_often_and_then_says_so(desk: Desk, away: Away) -> None:
    chat, question, _ = await desk.ask()
    die(away, "So far")
    await away.come()
    for _ in range(MOST_SENT + 3):
        await desk.round()
    assert len(away.bodies) == MOST_SENT
    assert desk.only().state is Progress.STOPPED
    (draft,) = desk.answers(chat, question)
    assert codes(draft) == {DRAFT, GIVEN_UP}
    assert [outcome.is_given_up for outcome in desk.told][-1]
    repeat(away)
    name = desk.only().id
    await desk.app.database.run(lambda conn: waiting.begin_anew(conn, name, desk.now))
    await desk.round(0.0)
    (_, better) = desk.answers(chat, question)
    assert codes(better) == {SENT_AGAIN}
    assert f"{MOST_SENT + 1} times" in notices.kept(better.facts)[0].text


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_one_that_will_never_take_it_is_asked_once(desk: Desk, away: Away, status: int) -> None:
    await desk.ask()
    away.says[PATH] = whole(b"{}", status=status)
    await away.come()
    for _ in range(3):
        await desk.round()
    assert (len(away.bodies), desk.only().state) == (1, Progress.STOPPED)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_one_that_is_there_and_cannot_answer_now_gets_a_draft_as_well(
    desk: Desk, away: Away, status: int
) -> None:
    away.says[PATH] = whole(b"{}", status=status, more="Retry-After: 900\r\n")
    await away.come()
    _, _, events = await desk.ask()
    assert any(isinstance(event, Notice) and event.code == DRAFT for event in events)
    one = desk.only()
    assert (one.sent, one.due) == (1, desk.now + 900)


async def test_one_that_hangs_before_its_first_word_gets_a_draft(desk: Desk, away: Away) -> None:
    async def hang(_writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    away.says[PATH] = hang
    await away.come()
    hasty = Patience(connect=1.0, first=0.2, between=0.2, total=2.0)
    desk.changed = lambda means: replace(means, patience=hasty)
    chat, question, _ = await desk.ask()
    assert (desk.only().sent, len(desk.answers(chat, question))) == (1, 1)
    away.says[PATH] = hang_in_the_middle
    await desk.round()
    (draft,) = desk.answers(chat, question)
    assert draft.text == QUESTION
    assert desk.only().sent == 2


async def test_an_answer_that_has_begun_waits_for_nothing(desk: Desk, away: Away) -> None:
    die(away, "So far")
    await away.come()
    chat, question, events = await desk.ask()
    assert isinstance(events[-1], Failed)
    assert desk.waits() == []
    assert [one.text for one in desk.answers(chat, question)] == ["So far"]
    repeat(away)
    chat, question, _ = await desk.ask()
    assert [one.text for one in desk.answers(chat, question)] == [QUESTION]
    assert desk.waits() == []


async def test_whoever_stops_the_asking_waits_for_nothing(desk: Desk, away: Away) -> None:
    arrived = asyncio.Event()

    async def hang(_writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.sleep(60)

    away.says[PATH] = hang
    await away.come()
    task = asyncio.ensure_future(desk.ask())
    await arrived.wait()
    assert desk.only().state is Progress.SENDING
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert desk.waits() == []


# ---- meanwhile ----


async def test_a_chat_that_is_deleted_meanwhile_gets_no_answer_and_leaves_no_trace(
    desk: Desk, away: Away
) -> None:
    chat, _, _ = await desk.ask("Zqcanary, is the sea blue?")
    arrived, go = asyncio.Event(), asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await go.wait()
        await said(writer)

    said = away.says[PATH]
    assert not isinstance(said, bytes)
    away.says[PATH] = slow
    await away.come()
    asking = asyncio.ensure_future(desk.round())
    await arrived.wait()
    await delete_chat(desk.app.home, desk.app.database, chat)
    go.set()
    await asking
    assert desk.waits() == []
    assert [outcome.answer for outcome in desk.told] == [None]
    assert [name for name, data in desk.files().items() if b"Zqcanary" in data] == []


async def test_a_question_that_is_deleted_waits_no_more_and_others_do(desk: Desk) -> None:
    chat, question, _ = await desk.ask()
    (draft,) = desk.answers(chat, question)
    _, second, _ = await desk.ask("And the sky?", chat)
    app = desk.app
    await delete_message(app.home, app.database, chat, second, "me", app.engines)
    assert [one.question for one in desk.waits()] == [question]
    await delete_message(app.home, app.database, chat, draft.id, "me", app.engines)
    assert [one.question for one in desk.waits()] == [question]


async def test_who_asks_the_same_again_is_answered_once(desk: Desk, away: Away) -> None:
    chat, question, _ = await desk.ask()
    await desk.ask_again(chat, question)
    assert len(desk.waits()) == 1
    await away.come()
    await desk.ask_again(chat, question)
    await desk.round()
    assert len(away.bodies) == 1
    assert [one.model for one in desk.answers(chat, question)].count("large") == 1


async def test_two_programs_of_one_home_send_it_once(desk: Desk, away: Away) -> None:
    chat, question, _ = await desk.ask()
    arrived, go = asyncio.Event(), asyncio.Event()
    said = away.says[PATH]
    assert not isinstance(said, bytes)

    async def slow(writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await go.wait()
        await said(writer)

    away.says[PATH] = slow
    await away.come()
    other = open_database(desk.app.home)
    try:

        def place(name: str) -> There:
            found = desk.place(name)
            return replace(
                found,
                parts=replace(found.parts, database=other),
                means=replace(found.means, database=other),
            )

        desk.now += 3600
        first = asyncio.ensure_future(Later(other, place, desk.clock).round())
        await arrived.wait()
        await desk.later.round()
        go.set()
        await first
    finally:
        other.close()
    assert len(away.bodies) == 1
    assert len(desk.answers(chat, question)) == 2


async def test_what_a_program_had_in_hand_that_is_gone_is_sent_again_and_told(desk: Desk, away: Away) -> None:
    chat, question, _ = await desk.ask()
    name = desk.only().id
    await desk.app.database.run(lambda conn: waiting.claim(conn, name, "of a program that was killed"))
    await away.come()
    await desk.round()
    (_, better) = desk.answers(chat, question)
    assert codes(better) == {SENT_AGAIN}


async def test_a_stop_in_the_middle_leaves_it_waiting(desk: Desk, away: Away) -> None:
    chat, question, _ = await desk.ask()
    arrived = asyncio.Event()

    async def hang(_writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.sleep(60)

    said, away.says[PATH] = away.says[PATH], hang
    await away.come()
    asking = asyncio.ensure_future(desk.round())
    await arrived.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (desk.only().state, desk.only().sent) == (Progress.WAITING, 1)
    away.says[PATH] = said
    await desk.round()
    assert len(desk.answers(chat, question)) == 2


async def test_a_stop_waits_for_no_room_on_a_full_disk(
    desk: Desk, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.ask()
    arrived, tries = asyncio.Event(), list[str]()

    async def hang(_writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.sleep(60)

    def full(*_: object, **__: object) -> None:
        assert not tries, "it was tried once"
        tries.append("once")
        raise DiskFull("The disk is full.")

    away.says[PATH] = hang
    await away.come()
    desk.now += 3600.0
    later = replace(desk.later, manner=Manner(pause=0.0))
    with monkeypatch.context() as disk:
        disk.setattr(waiting, "put_back", full)
        asking = asyncio.ensure_future(later.round())
        await arrived.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert desk.only().state is Progress.SENDING
    await desk.app.database.run(lambda conn: waiting.release(conn, lambda _sender: True))
    assert desk.only().state is Progress.WAITING


async def test_what_a_full_disk_kept_in_hand_waits_once_there_is_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back, put = waiting.put_back, asyncio.Event()
    tries = list[str]()

    def full_at_first(*given: Any, **named: Any) -> None:
        tries.append("once")
        if len(tries) == 1:
            raise DiskFull("The disk is full.")
        put_back(*given, **named)
        loop.call_soon_threadsafe(put.set)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(waiting, "put_back", full_at_first)
    _, _, events = await desk.ask()
    assert any(isinstance(event, Notice) and event.code == DRAFT for event in events)
    assert isinstance(events[-1], Done)
    await put.wait()
    assert desk.only().state is Progress.WAITING


async def test_in_a_temporary_chat_nothing_waits_and_it_is_said(desk: Desk, away: Away) -> None:
    store = open_in_memory(desk.app.home)
    try:
        usual = desk.place("cellar")
        place = replace(usual, parts=replace(usual.parts, database=store, is_temporary=True))
        chat, question = await pose(place.parts, Question(QUESTION))
        seen = await preview(place, chat, question)
        parts = place.parts

        def here(question: Question) -> AsyncIterator[object]:
            from sottovoce.chat import turn

            return turn.ask(parts, question)

        events = [event async for event in ask_there(place, seen, here, again=Question())]  # type: ignore[arg-type]
        told = [event.code for event in events if isinstance(event, Notice)]
        assert (told, text_of(events)) == ([NOT_WAITING], QUESTION)
        assert store.look(waiting.everyones) == []
    finally:
        store.close()
