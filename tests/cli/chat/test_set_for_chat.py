"""What `/set` shows: also what was set for the chat, which holds here as it does in the page."""

from __future__ import annotations

import pytest

from sottovoce.app import open_app
from sottovoce.cli._show import Show
from sottovoce.cli.chat import about_settings
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import chats


async def test_what_is_set_for_the_chat_is_shown_behind_what_was_given_here(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        settings = ChatSettings(temperature=0.5, top_k=7)
        chat = await app.database.run(
            lambda conn: chats.start(conn, app.owner, system="", model="m", now=1.0, settings=settings)
        )
        place = Place(chat=chat.id, sampling=Sampling(temperature=0.9))
        await about_settings.change(Talk(app, Show(), place), "")
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["temperature", "0.9"] in shown
    assert ["top_k", "7"] in shown
