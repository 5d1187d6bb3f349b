"""`/kb`: which shelves a chat asks, before it has begun and after."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sottovoce.app import App, open_app
from sottovoce.cli._show import Show
from sottovoce.cli.chat.about_knowledge import kb
from sottovoce.cli.chat.status import status_line
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.core.errors import NotFound
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import chats


@pytest.fixture
async def talk(home: Home) -> AsyncIterator[Talk]:
    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        for name in ("handbook", "recipes"):
            await app.shelves.add(app.owner, name)
        yield Talk(app, Show(), Place())


async def asks(app: App, chat: str) -> tuple[int, bool]:
    found = await app.database.read(lambda conn: chats.get(conn, app.owner, chat))
    return len(found.shelves), found.quote


async def test_the_chat_that_the_next_question_begins_asks_it(
    talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    await kb(talk, "handbook")
    await talk.send("Why?")
    assert talk.place.chat is not None
    assert await asks(talk.app, talk.place.chat) == (1, False)
    assert "asks handbook" in status_line(talk.status(), 200)
    assert "The answer is not on the shelf" in capsys.readouterr().out


async def test_one_after_the_other_is_switched_on_and_all_of_them_off(talk: Talk) -> None:
    await talk.send("hello")
    assert talk.place.chat is not None
    await kb(talk, "handbook")
    await kb(talk, "Recipes")
    await kb(talk, "quote")
    assert talk.place.shelves == ("handbook", "recipes")
    assert await asks(talk.app, talk.place.chat) == (2, True)
    await kb(talk, "off")
    assert await asks(talk.app, talk.place.chat) == (0, False)


async def test_a_name_that_is_none_changes_nothing(talk: Talk) -> None:
    await kb(talk, "handbook")
    with pytest.raises(NotFound):
        await kb(talk, "handbok")
    assert talk.place.shelves == ("handbook",)


async def test_the_list_shows_which_are_on(talk: Talk, capsys: pytest.CaptureFixture[str]) -> None:
    await kb(talk, "handbook")
    capsys.readouterr()
    await kb(talk, "")
    assert capsys.readouterr().out.splitlines()[:2] == ["  handbook, on", "  recipes"]


async def test_a_chat_that_is_opened_brings_its_shelves(talk: Talk) -> None:
    await kb(talk, "recipes")
    await talk.send("Why?")
    chat = talk.place.chat
    talk.begin()
    assert talk.place.shelves == ()
    talk.place.chat = chat
    await talk.learn_shelves()
    assert talk.place.shelves == ("recipes",)
