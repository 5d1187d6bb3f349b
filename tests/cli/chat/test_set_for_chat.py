"""What `/set` shows: also what was set for the chat, which holds here as it does in the page."""

from __future__ import annotations

import pytest

from sottovoce.app import open_app
from sottovoce.cli._show import Show
from sottovoce.cli.chat import about_settings
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import BadValue
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


async def test_exact_tools_are_switched_for_a_chat_and_for_the_one_to_come(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_app(home=home, environment={}, engine=EchoEngine()) as app:
        talk = Talk(app, Show(), Place())

        async def answers(switch: str) -> str:
            await about_settings.tools(talk, switch)
            await talk.send("17 x 6")
            return (await talk.branch())[-1].text

        assert [await answers(switch) for switch in ("off", "", "on", "-")] == [
            "17 x 6", "17 x 6", "17 × 6 = 102", "17 × 6 = 102",
        ]  # fmt: skip
        talk.begin()
        assert await answers("") == "17 × 6 = 102"
        with pytest.raises(BadValue):
            await about_settings.tools(talk, "perhaps")
    told = [line for line in capsys.readouterr().out.splitlines() if "/tools" in line]
    assert [line.split(" ")[0] for line in told] == ["The", "The", "Exact", "Exact", "Exact"]
