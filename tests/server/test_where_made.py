"""Where an answer was made is a fact of the machine that made it: told by it, and exported to no other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sottovoce.app import App, open_app
from sottovoce.chat.archive import import_file
from sottovoce.chat.runs import Runs
from sottovoce.core.paths import Home, open_home
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import app_api, asgi
from sottovoce.server.doors import Doors
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import Sessions

ADDRESS = "http://127.0.0.1:7886"


async def made(app: App, chat: str) -> list[str]:
    """Return what a page is told of the messages of a chat."""
    doors = Doors(app.database, sessions := Sessions(), is_loopback_only=True)
    house = House(app, doors, Meter(), Metrics(), Runs(app.parts()), problem="")
    gate = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), app_api.ENDPOINTS
    )
    cookie = {"sotto_session": sessions.enter(sessions.new_link().partition("#")[2], "")}
    transport = httpx2.ASGITransport(app=gate)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookie) as client:
        shown: Any = (await client.get(f"/app/api/chats/{chat}")).json()
        exported = (await client.get(f"/app/api/chats/{chat}/export")).json()
    for message in exported["chats"][0]["messages"]:
        message.pop("provenance", None)  # which says when it was made
    assert "made" not in json.dumps(exported["chats"][0]["messages"])
    assert "gpu.example" not in json.dumps(exported)
    return [message["made"] for message in shown["messages"]]


@pytest.fixture
async def app(home: Home, echo: EchoEngine) -> AsyncIterator[App]:
    async with open_app(home=home, environment={}, engine=echo) as app:
        yield app


async def asked(app: App, text: str) -> str:
    from sottovoce.chat.question import Question

    chats = {event.chat async for event in app.ask(Question(text)) if hasattr(event, "chat")}
    return str(chats.pop())


async def test_an_answer_of_this_machine_says_so(app: App) -> None:
    assert await made(app, await asked(app, "hello")) == ["", "here"]
    assert await made(app, await asked(app, "/fail one two three four")) == ["", "here"]


async def test_an_answer_of_another_machine_names_it(app: App, echo: EchoEngine) -> None:
    echo.facts = replace(echo.facts, address="gpu.example:8080")
    assert await made(app, await asked(app, "hello")) == ["", "gpu.example:8080"]


@pytest.mark.parametrize("claim", [{}, {"made": "here"}])
async def test_of_an_imported_answer_nothing_is_claimed(
    app: App, tmp_path: Path, claim: dict[str, str]
) -> None:
    message = {"id": "b" * 16, "parent": None, "role": "assistant", "state": "complete", "text": "hello"}
    told = {"id": "a" * 16, "title": "", "messages": [{**message, "model": "other", "facts": claim}]}
    file = tmp_path / "chats.json"
    file.write_text(json.dumps({"format": "sottovoce-chats", "version": 1, "chats": [told]}))
    async with open_app(home=open_home(tmp_path / "other"), environment={}, engine=EchoEngine()) as other:
        import_file(other.database, "me", file, 1.0)
        assert await made(other, "a" * 16) == [""]
