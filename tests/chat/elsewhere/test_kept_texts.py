"""The texts that left, where they are kept: erased with the chat for which they left, to the last byte."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from repeating import done, repeat, sent
from speaking import Speaker

from sottovoce.app import App, open_app
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import There
from sottovoce.chat.question import Question
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.erasing import delete_all_chats, delete_chat, delete_message

CANARY = "zqcanary"
Place = Callable[..., There]


@pytest.fixture
async def app(home: Home) -> AsyncIterator[App]:
    settings = {"network": "ask", "keep_sent": "on"}
    async with open_app(home=home, environment=settings, engine=EchoEngine()) as opened:
        yield opened


async def asked_elsewhere(app: App, place: There, text: str) -> tuple[str, str]:
    """Return the chat of a question that was answered elsewhere, and the question."""
    chat, question = await pose(app.parts(), Question(text))
    done(await sent(place, chat, question))
    return chat, question


def with_canary(home: Home) -> set[str]:
    """Return the names of the files that hold the canary."""
    files = [path for path in home.root.rglob("*") if path.is_file()]
    return {path.relative_to(home.root).parts[0] for path in files if CANARY.encode() in path.read_bytes()}


async def test_what_left_is_erased_with_its_chat_alone(app: App, cellar: Speaker, there: Place) -> None:
    repeat(cellar)
    place = there()
    chat, _ = await asked_elsewhere(app, place, f"Who is {CANARY}?")
    other, _ = await asked_elsewhere(app, place, "Who else?")
    assert "sent" in with_canary(app.home)
    await delete_chat(app.home, app.database, chat, OWNER, app.engines)
    assert with_canary(app.home) == set()
    [kept] = (app.home.sent / other).iterdir()
    assert kept.read_bytes() == cellar.bodies[1]


async def test_what_left_is_erased_with_any_message_of_its_chat(
    app: App, cellar: Speaker, there: Place
) -> None:
    repeat(cellar)
    chat, question = await asked_elsewhere(app, there(), f"Who is {CANARY}?")
    await delete_message(app.home, app.database, chat, question, OWNER, app.engines)
    assert with_canary(app.home) == {"sotto.db"}  # the chat, which stays, has its title from there


async def test_what_left_is_erased_with_all_chats(app: App, cellar: Speaker, there: Place) -> None:
    repeat(cellar)
    place = there()
    for _ in range(2):
        await asked_elsewhere(app, place, f"Who is {CANARY}?")
    await delete_all_chats(app.home, app.database, OWNER, app.engines)
    assert (with_canary(app.home), list(app.home.sent.iterdir())) == (set(), [])


async def test_of_a_temporary_chat_nothing_is_kept(app: App, cellar: Speaker, there: Place) -> None:
    repeat(cellar)
    place = there()
    hidden = replace(place, parts=replace(place.parts, is_temporary=True))
    await asked_elsewhere(app, hidden, f"Who is {CANARY}?")
    assert not app.home.sent.exists()
