"""Folders, temporary chats, files of one chat, the disk, and deleting everything, on the echo engine."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from starlette.requests import Request

from sottovoce.app import App, open_app
from sottovoce.chat.runs import Runs
from sottovoce.core.errors import EngineFailed
from sottovoce.core.messages import Conversation
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import app_api, asgi, sockets
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.listening import listening
from sottovoce.server.metrics import Metrics

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets here")

WORDS = "zanzibar quetzal"


class AnyDoors:
    """Lets in whoever the header `as` names, with all scopes, so that only ownership is left to guard."""

    async def open(self, request: Request, required: bool) -> Caller:
        return Caller(request.headers.get("as", "me"), frozenset(Scope))


@dataclass
class Place:
    app: App
    house: House
    client: httpx2.AsyncClient

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        reply = await self.client.request(method, f"/app/api{path}", json=body, headers=headers)
        assert reply.status_code == status, reply.text
        return reply.json() if reply.content else None

    async def said(self, text: str, chat: str | None = None, **more: Any) -> str:
        """Ask, wait for the end, and return the chat."""
        path = "/runs" if chat is None else f"/chats/{chat}/runs"
        run = await self.ask("POST", path, {"text": text, **more})
        reply = await self.client.get(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")
        assert "event: done" in reply.text
        return str(run["chat"])

    async def listed(self, query: str = "", **headers: str) -> list[str]:
        return [chat["id"] for chat in (await self.ask("GET", f"/chats{query}", **headers))["chats"]]

    def on_disk(self, words: str = "quetzal") -> bool:
        files = [path for path in self.app.home.root.rglob("*") if path.is_file()]
        return any(words.encode() in path.read_bytes() for path in files)


@asynccontextmanager
async def opened(home: Home) -> AsyncIterator[Place]:
    async with open_app(home=home, environment={"engine": "echo"}, engine=EchoEngine(), attach=False) as app:
        house = House(app, AnyDoors(), Meter(), Metrics(), Runs(app.parts()), problem="")  # type: ignore[arg-type]
        names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
        gate = asgi.build(house, names, origins_of(""), app_api.ENDPOINTS)
        with sockets.open_private() as private:
            assert private is not None
            transport = httpx2.AsyncHTTPTransport(uds=private.getsockname(), verify=False)
            async with (
                listening(gate, [private]),
                httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=10) as client,
            ):
                yield Place(app, house, client)
                await house.runs.close()
                await house.temporary.end_all()


@pytest.fixture
async def place(home: Home) -> AsyncIterator[Place]:
    async with opened(home) as one:
        yield one


# ---- folders ----


async def test_the_page_lists_the_pinned_and_those_in_no_folder(place: Place) -> None:
    loose, filed, pinned, away = [await place.said(word) for word in ("one", "two", "three", "four")]
    for chat in (filed, pinned):
        await place.ask("PATCH", f"/chats/{chat}", {"folder": "Work"})
    await place.ask("PATCH", f"/chats/{pinned}", {"pinned": True})
    await place.ask("PATCH", f"/chats/{away}", {"archived": True})
    assert await place.listed("?unfiled=yes") == [pinned, loose]
    assert await place.listed("?folder=Work") == [pinned, filed]
    first = await place.ask("GET", "/chats?unfiled=yes&limit=1")
    assert await place.listed(f"?unfiled=yes&before={first['further']}") == [loose]


async def test_a_folder_is_renamed_joined_with_another_and_dissolved(place: Place) -> None:
    one, two = await place.said("one"), await place.said("two")
    await place.ask("PATCH", f"/chats/{one}", {"folder": "Work"})
    await place.ask("PATCH", f"/chats/{two}", {"folder": "Home", "archived": True})
    there = await place.ask("PATCH", "/folders", {"name": "Work", "to": " All  my  work "})
    assert [folder["name"] for folder in there["folders"]] == ["All my work", "Home"]
    there = await place.ask("PATCH", "/folders", {"name": "Home", "to": "All my work"})
    assert there["folders"] == [{"name": "All my work", "chats": 1, "archived": 1}]
    there = await place.ask("PATCH", "/folders", {"name": "All my work", "to": ""})
    assert there["folders"] == []
    assert await place.listed("?archived=also") == [two, one]


async def test_a_folder_of_somebody_elses_is_not_there(place: Place) -> None:
    chat = await place.said("one")
    await place.ask("PATCH", f"/chats/{chat}", {"folder": "Work"})
    await place.ask("PATCH", "/folders", {"name": "Work", "to": "x"}, status=404, **{"as": "other"})
    assert (await place.ask("GET", "/folders"))["folders"][0]["name"] == "Work"


# ---- temporary chats ----


async def test_a_temporary_chat_is_a_whole_one_and_stands_nowhere(place: Place) -> None:
    chat = await place.said(WORDS, temporary=True)
    await place.said("/slow 1 and more", chat)
    open_ = await place.ask("GET", f"/chats/{chat}")
    assert open_["chat"]["temporary"]
    assert open_["chat"]["title"] == ""
    assert [message["role"] for message in open_["messages"]] == ["user", "assistant"] * 2
    again = await place.ask("POST", f"/chats/{chat}/runs", {"again": open_["messages"][2]["id"]})
    assert again["chat"] == chat
    assert await place.listed("?archived=also") == []
    assert (await place.ask("GET", "/search?q=quetzal"))["hits"] == []
    assert (await place.ask("GET", "/export"))["chats"] == []
    assert (await place.ask("GET", "/runs"))["runs"] == []
    await place.ask("GET", f"/chats/{chat}", status=404, **{"as": "other"})
    assert not place.on_disk()


async def test_what_is_stored_would_be_found_on_the_disk(place: Place) -> None:
    await place.said(WORDS)
    assert place.on_disk()


async def test_a_temporary_chat_can_be_begun_empty_with_instructions(place: Place) -> None:
    chat = (await place.ask("POST", "/chats", {"temporary": True, "system": "Be kind."}))["chat"]
    assert (chat["temporary"], chat["system"]) == (True, "Be kind.")
    await place.said(WORDS, chat["id"])
    assert not place.on_disk()


async def test_another_model_answers_in_memory_too(place: Place) -> None:
    chat = await place.said(WORDS, temporary=True, model=place.app.model.name)
    await place.said(WORDS, chat, model=place.app.model.name)
    assert not place.on_disk()


async def test_a_first_question_that_is_refused_leaves_no_chat(place: Place) -> None:
    await place.ask("POST", "/runs", {"text": " ", "temporary": True}, status=400)
    assert place.house.temporary._held == {}


async def test_a_temporary_chat_that_is_ended_is_gone(place: Place) -> None:
    chat = await place.said(WORDS, temporary=True)
    await place.ask("DELETE", f"/chats/{chat}", status=204, **{"as": "me"})
    await place.ask("GET", f"/chats/{chat}", status=404)
    await place.ask("POST", f"/chats/{chat}/runs", {"text": "more"}, status=404)
    await place.ask("DELETE", f"/chats/{chat}", status=404)


async def test_nobody_else_ends_it(place: Place) -> None:
    chat = await place.said(WORDS, temporary=True)
    await place.ask("DELETE", f"/chats/{chat}", status=404, **{"as": "other"})
    await place.ask("PATCH", f"/chats/{chat}", {"temporary": False}, status=404, **{"as": "other"})
    await place.ask("GET", f"/chats/{chat}")


@pytest.mark.parametrize("where", [{"pinned": True}, {"archived": True}, {"folder": "Work"}])
async def test_it_has_no_place_among_the_others(place: Place, where: dict[str, Any]) -> None:
    chat = await place.said(WORDS, temporary=True)
    problem = await place.ask("PATCH", f"/chats/{chat}", where, status=400)
    assert problem["error"]["field"] == next(iter(where))


async def test_it_can_be_kept_after_all(place: Place) -> None:
    chat = await place.said(WORDS, temporary=True)
    kept = await place.ask("PATCH", f"/chats/{chat}", {"temporary": False, "pinned": True})
    assert (kept["chat"]["temporary"], kept["chat"]["title"]) == (False, "zanzibar quetzal")
    assert [message["text"] for message in kept["messages"]] == [WORDS, WORDS]
    assert await place.listed() == [chat]
    assert place.on_disk()
    await place.said("more", chat)


# ---- one chat as a file ----


async def test_all_of_a_temporary_chat_is_in_memory_and_kept_with_it(place: Place) -> None:
    given = {"name": "notes.txt", "text": WORDS}
    more = {"system": "Be kind.", "settings": {"temperature": 0.5}, "attachments": [given]}
    chat = await place.said("", temporary=True, **more)
    question, answer = (await place.ask("GET", f"/chats/{chat}"))["messages"]
    again = {"again": question["id"], "beside": True}
    await place.ask("POST", f"/chats/{chat}/runs", again)
    attachment = f"/chats/{chat}/messages/{question['id']}/attachments/1"
    versions = f"/chats/{chat}/messages/{answer['id']}/versions"
    await place.ask("PATCH", f"/chats/{chat}", {"settings": {"temperature": 0.7}})
    for now in ("in memory", "kept"):
        if now == "kept":
            for run in (await place.ask("GET", f"/chats/{chat}/runs"))["runs"]:
                await place.client.get(f"/app/api/chats/{chat}/runs/{run['id']}/events")
            await place.ask("PATCH", f"/chats/{chat}", {"temporary": False})
        assert (await place.client.get(f"/app/api{attachment}")).text == WORDS
        assert len((await place.ask("GET", versions))["messages"]) == 2
        shown = await place.ask("GET", f"/chats/{chat}")
        assert (shown["chat"]["system"], shown["chat"]["settings"]["temperature"]) == ("Be kind.", 0.7)
        assert shown["context"]["used"] > 0
        page = await place.client.get(f"/app/api/chats/{chat}/export?format=html")
        assert "notes.txt" in page.text
        assert (await place.listed() == [chat]) == place.on_disk() == (now == "kept")
    assert shown["chat"]["title"] == "notes.txt"
    assert (await place.ask("GET", "/search?q=quetzal"))["hits"]
    await place.ask("DELETE", f"/chats/{chat}", status=204)
    assert not place.on_disk()


@pytest.mark.parametrize("temporary", [False, True])
@pytest.mark.parametrize(
    ("form", "kind", "holds"),
    [("", "application/json", '"sottovoce-chats"'), ("markdown", "text/markdown", "## You"),
     ("html", "text/html", "<article")],
)  # fmt: skip
async def test_one_chat_comes_in_each_form(
    place: Place, form: str, kind: str, holds: str, temporary: bool
) -> None:
    chat = await place.said("why /../ é;x", temporary=temporary)
    reply = await place.client.get(f"/app/api/chats/{chat}/export{form and f'?format={form}'}")
    assert reply.headers["content-type"].startswith(kind)
    assert holds in reply.text
    named = reply.headers["content-disposition"]
    assert named.startswith(f'attachment; filename="sottovoce-{chat}.')
    if not temporary:
        assert unquote(named.partition("''")[2]).startswith("why é x.")
    await place.ask("GET", f"/chats/{chat}/export?format=odt", status=400)


async def test_the_page_of_a_chat_speaks_the_language_asked_for(place: Place) -> None:
    chat = await place.said("one")
    reply = await place.client.get(f"/app/api/chats/{chat}/export?format=html&language=zh")
    assert "人工智能" in reply.text


# ---- the disk, and everything ----


async def test_the_disk_is_told_by_what_takes_it(place: Place) -> None:
    before = await place.ask("GET", "/storage")
    (place.app.home.models / "blob").write_bytes(b"x" * 5_000)
    (place.app.home.kv / "a.state").write_bytes(b"x" * 7_000)
    (place.app.home.root / "note").write_bytes(b"x" * 11)
    after = await place.ask("GET", "/storage")
    assert after["models"] - before["models"] == 5_000
    assert after["chats"] - before["chats"] == 7_000
    assert after["other"] - before["other"] == 11
    assert after["free"] > 0


async def test_everything_is_deleted_with_its_traces_and_nothing_of_others(place: Place) -> None:
    hidden = await place.said(WORDS)
    await place.ask("PATCH", f"/chats/{hidden}", {"archived": True})
    passing = await place.said("passing", temporary=True)
    writing = await place.ask("POST", "/runs", {"text": "/slow 1000 quetzal " + "a " * 50})
    theirs = await place.ask("POST", "/chats", {"title": "theirs"}, **{"as": "other"})
    await place.ask("DELETE", "/chats", status=204)
    assert await place.listed("?archived=also") == []
    for chat in (hidden, passing, writing["chat"]):
        await place.ask("GET", f"/chats/{chat}", status=404)
    assert (await place.ask("GET", "/search?q=quetzal"))["hits"] == []
    assert await place.listed(**{"as": "other"}) == [theirs["chat"]["id"]]
    assert not place.on_disk()


async def test_everything_is_deleted_also_where_an_engine_fails_to_forget_a_chat(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    async def fail(_: EchoEngine, conversation: Conversation) -> None:
        asked.append(conversation.chat)
        raise EngineFailed("It died.", hint="Ask again")

    chats = [await place.said(WORDS, temporary=passing) for passing in (True, True, False, False)]
    monkeypatch.setattr(EchoEngine, "forget", fail)
    await place.ask("DELETE", "/chats", status=503)
    assert sorted(filter(None, asked)) == sorted(chats)
    for chat in chats:
        await place.ask("GET", f"/chats/{chat}", status=404)
    assert not place.on_disk()


async def test_nothing_that_was_said_stays_in_memory_when_everything_is_deleted(place: Place) -> None:
    await place.said(WORDS)
    await place.ask("DELETE", "/chats", status=204)
    assert place.house.runs._runs == {}
