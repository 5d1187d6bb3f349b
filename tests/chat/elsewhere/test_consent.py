"""Consent that stands for a chat, and ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from repeating import seen, stored
from speaking import Speaker

from sottovoce.app import App
from sottovoce.chat.elsewhere import consent, words
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import There
from sottovoce.chat.elsewhere.sending import send
from sottovoce.chat.question import Question
from sottovoce.core.errors import BadText, Refused, TooLarge
from sottovoce.core.messages import Role
from sottovoce.hybrid import upstreams
from sottovoce.store import chats, forking
from sottovoce.store.waiting import Consent

Place = Callable[..., There]


async def test_it_stands_for_one_chat_until_it_is_withdrawn(app: App, there: Place) -> None:
    place, parts = there(), app.parts()
    one, _ = await pose(parts, Question("Hello?"))
    other, _ = await pose(parts, Question("Hello?"))
    await consent.allow(place, one)
    assert await consent.standing(parts, app.home, one) == place.upstream
    assert await consent.standing(parts, app.home, other) is None
    await consent.withdraw(parts, one)
    assert await consent.standing(parts, app.home, one) is None


async def test_what_is_withdrawn_while_it_is_made_ready_does_not_leave(
    app: App, cellar: Speaker, there: Place
) -> None:
    place, parts = there(), app.parts()
    chat, question = await pose(parts, Question("Hello?"))
    await consent.allow(place, chat)
    ready = await seen(place, chat, question)
    await consent.withdraw(parts, chat)
    with pytest.raises(Refused, match="has ended since"):
        await anext(send(place, ready, consent=Consent.CHAT))
    assert cellar.connections == 0
    assert [one.role for one in stored(place, chat)] == [Role.USER]


async def test_a_model_that_is_described_anew_or_removed_is_asked_no_more(app: App, there: Place) -> None:
    parts = app.parts()
    chat, _ = await pose(parts, Question("Hello?"))
    await consent.allow(there(), chat)
    changed = there(model="another")
    with pytest.raises(Refused, match="not any more what you allowed"):
        await consent.standing(parts, app.home, chat)
    assert await consent.standing(parts, app.home, chat) is None
    await consent.allow(changed, chat)
    upstreams.remove(app.home, "cellar")
    with pytest.raises(Refused):
        await consent.standing(parts, app.home, chat)


async def test_a_copy_of_a_chat_has_no_consent(app: App, there: Place) -> None:
    parts = app.parts()
    chat, question = await pose(parts, Question("Hello?"))
    await consent.allow(there(), chat)
    copy = await app.database.run(
        lambda conn: forking.fork(conn, "me", chat, question, title="copy", now=1.0)
    )
    assert await consent.standing(parts, app.home, copy.id) is None


async def test_a_question_that_is_posed_waits_for_an_answer(app: App, cellar: Speaker, there: Place) -> None:
    chat, question = await pose(app.parts(), Question("Hello?"))
    assert [(one.role, one.id) for one in stored(there(), chat)] == [(Role.USER, question)]
    assert app.database.look(lambda conn: chats.get(conn, "me", chat)).leaf == question
    _ = [event async for event in app.ask(Question(chat=chat, again=question))]
    assert [one.text for one in stored(there(), chat)] == ["Hello?", "Hello?"]
    assert cellar.connections == 0


@pytest.mark.parametrize(("data", "error"), [(b"\xff\xfe", BadText), (b"word\n" * 30_000, TooLarge)])
def test_half_a_list_of_words_is_none(app: App, data: bytes, error: type[Exception]) -> None:
    (app.home.root / words.NAME).write_bytes(data)
    with pytest.raises(error, match="nothing is sent elsewhere"):
        words.read(app.home)


def test_a_list_of_words_has_one_on_each_line(app: App) -> None:
    assert words.read(app.home) == ()
    (app.home.root / words.NAME).write_text("\ufeffNordlicht\r\n\n  Frau Holle \nNordlicht\n", "utf-8")
    assert words.read(app.home) == ("Nordlicht", "Frau Holle")
