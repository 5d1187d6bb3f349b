"""All chats out as a file, and in from one, over a real socket."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import threading
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from sottovoce.app import App, open_app
from sottovoce.chat import archive, incoming
from sottovoce.chat.runs import Runs
from sottovoce.core.paths import Home, open_home
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import app_api, asgi, sockets, uploads, wire
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.listening import listening
from sottovoce.server.metrics import Metrics
from sottovoce.store import adopting, chats

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets here")

ZIP = {"Content-Type": "application/zip"}
JSON = {"Content-Type": "application/json"}


class AnyDoors:
    """Lets in whoever the header `as` names, with all scopes."""

    async def open(self, request: Request, required: bool) -> Caller:
        return Caller(request.headers.get("as", "me"), frozenset(Scope))


@dataclass
class Place:
    app: App
    client: httpx2.AsyncClient
    path: str

    async def tell(self, *titles: str, owner: str = "me") -> list[str]:
        def work(conn: Any) -> list[str]:
            ids = []
            for at, title in enumerate(titles):
                chat = chats.start(conn, owner, system="", model="echo", now=float(at + 1))
                chats.rename(conn, owner, chat.id, title)
                _, answer = chats.ask(
                    conn, owner, chat.id, parent=None, text=f"{title}?", model="echo", writer="", now=at + 1.0
                )
                chats.finish(
                    conn,
                    answer,
                    text="yes",
                    state="complete",
                    digest="",
                    facts={},
                    now=at + 1.0,  # type: ignore[arg-type]
                )
                ids.append(chat.id)
            return ids

        return await self.app.database.run(work)

    async def export(self, query: str = "", **headers: str) -> httpx2.Response:
        return await self.client.get(f"/app/api/export{query}", headers=headers)

    async def take_in(self, content: Any, headers: dict[str, str] = ZIP) -> httpx2.Response:
        return await self.client.post("/app/api/import", content=content, headers=headers)

    async def count(self) -> int:
        return len(await self.app.database.read(lambda conn: chats.listed(conn, "me")))


@asynccontextmanager
async def opened(home: Home) -> AsyncIterator[Place]:
    async with open_app(home=home, environment={"engine": "echo"}, engine=EchoEngine(), attach=False) as app:
        house = House(app, AnyDoors(), Meter(), Metrics(), Runs(app.parts()), problem="")  # type: ignore[arg-type]
        names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
        gate = asgi.build(house, names, origins_of(""), app_api.ENDPOINTS)
        with sockets.open_private() as private:
            assert private is not None
            path = private.getsockname()
            transport = httpx2.AsyncHTTPTransport(uds=path, verify=False)
            async with (
                listening(gate, [private]),
                httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=30) as client,
            ):
                yield Place(app, client, path)


@pytest.fixture
async def place(home: Home) -> AsyncIterator[Place]:
    async with opened(home) as one:
        yield one


def conversation(name: str, text: str = "hello") -> dict[str, Any]:
    message = {
        "author": {"role": "user"},
        "content": {"content_type": "text", "parts": [text]},
        "create_time": 1.6e9,
    }
    mapping = {"root": {"message": None, "parent": None}, "a": {"message": message, "parent": "root"}}
    return {
        "conversation_id": name,
        "title": name,
        "create_time": 1.6e9,
        "mapping": mapping,
        "current_node": "a",
    }


def zipped(content: bytes, name: str = "conversations.json") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr("file-1.png", b"\x89PNG")
    return held.getvalue()


# ---- out ----


def unsigned(reply: httpx2.Response) -> list[dict[str, Any]]:
    """Return the chats without the seals, which are each home's own."""
    return [
        {key: value for key, value in chat.items() if key != "provenance"} for chat in reply.json()["chats"]
    ]


async def test_all_chats_come_as_one_file_that_is_taken_in_elsewhere(place: Place, tmp_path: Path) -> None:
    ids = await place.tell("one", "two", "three")
    await place.tell("hers", owner="her")
    reply = await place.export()
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["content-disposition"] == 'attachment; filename="sottovoce-chats.json"'
    assert [chat["id"] for chat in reply.json()["chats"]] == ids
    async with opened(open_home(tmp_path / "elsewhere")) as other:
        taken = await other.take_in(reply.content, JSON)
        assert taken.json() == {"chats": 3, "messages": 6, "present": 0, "skipped": {}, "mended": {}}
        assert (await other.take_in(reply.content, JSON)).json()["present"] == 3
        assert unsigned(await other.export()) == unsigned(reply)


async def test_the_file_is_what_the_command_writes(place: Place) -> None:
    from sottovoce.chat import archive

    await place.tell("one", "two")
    for name, write in (("json", archive.export_json), ("markdown", archive.export_markdown)):
        target = io.BytesIO()
        pen = place.app.pen()
        await place.app.database.read(
            lambda conn, to=target, write=write, pen=pen: write(conn, "me", None, to, pen)  # type: ignore[misc]
        )
        assert (await place.export(f"?format={name}")).content == target.getvalue()


async def test_no_chats_are_a_file_as_well(place: Place) -> None:
    assert (await place.export()).json()["chats"] == []
    assert (await place.export("?format=markdown")).content == b""
    wrong = await place.export("?format=pdf")
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (400, "format")


async def test_a_large_export_comes_in_pieces_and_a_reader_who_stops_holds_nobody_up(place: Place) -> None:
    await place.tell(*(f"{at} {'x' * 200_000}" for at in range(60)))
    async with place.client.stream("GET", "/app/api/export") as reply:
        pieces = reply.aiter_bytes()
        await anext(pieces)
        assert (await place.client.get("/app/api/chats?limit=1")).status_code == 200
        assert len(json.loads((await place.export()).content)["chats"]) == 60


async def test_what_fails_in_the_middle_does_not_look_whole(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ids = await place.tell("one", "two")
    get = chats.get

    def broken(conn: Any, owner: str, chat: str) -> Any:
        if chat == ids[1]:
            raise ZeroDivisionError
        return get(conn, owner, chat)

    monkeypatch.setattr(chats, "get", broken)
    with pytest.raises(httpx2.HTTPError):
        await place.export()
    assert "A file was cut" in caplog.text


async def test_a_chat_deleted_meanwhile_is_left_out(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from sottovoce.chat import archive

    ids = await place.tell("one", "two")
    chosen = archive.chosen

    def late(conn: Any, owner: str, wanted: Any) -> Any:
        found = chosen(conn, owner, wanted)
        return [found[0], *[type(found[0])("b" * 16, "me", "", "", "", None, 1.0, 1.0)], found[1]]

    monkeypatch.setattr(archive, "chosen", late)
    assert [chat["id"] for chat in (await place.export()).json()["chats"]] == ids


# ---- in ----


async def test_chatgpts_zip_is_taken_in_and_what_was_left_out_is_told(place: Place) -> None:
    held = [conversation("one"), conversation("two"), {"mapping": {}}, {"mapping": 7}]
    reply = await place.take_in(zipped(json.dumps(held).encode()))
    assert reply.status_code == 200
    assert reply.json() == {
        "chats": 2,
        "messages": 2,
        "present": 0,
        "skipped": {"a chat without any text": 1, "not a chat": 1},
        "mended": {},
    }
    assert (await place.client.get("/app/api/search?q=hello")).json()["hits"]


@pytest.mark.parametrize("kind", uploads.KINDS)
async def test_a_file_is_known_by_what_it_holds_not_by_its_kind(place: Place, kind: str) -> None:
    text = json.dumps([conversation("one")]).encode()
    for content in (zipped(text), text):
        assert (await place.take_in(content, {"Content-Type": kind})).status_code == 200
    assert (await place.take_in(text, {})).json()["present"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"a": 1}', "neither an export of Sottovoce nor of ChatGPT"),
        (b"PK\x03\x04 cut", "The zip is damaged or cut short"),
        (zipped(b"[]", "notes.json"), "no conversations.json in this zip"),
        (zipped(json.dumps([conversation("one")]).encode())[:-30], "zip"),
        (zipped(json.dumps([conversation("one")]).encode()[:-9]), "not valid JSON"),
        (zipped(b"[" * 5000), "nested deeper"),
        (b'{"format": "sottovoce-chats", "version": 2, "chats": []}', "later version"),
    ],
    ids=range(9),
)
async def test_what_is_no_export_is_refused_with_nothing_taken_in(
    place: Place, content: bytes, said: str
) -> None:
    reply = await place.take_in(content)
    problem = reply.json()["error"]
    assert (reply.status_code, problem["code"]) == (400, "bad_archive")
    assert problem["sentence"].startswith("This file cannot be imported.")
    assert said in problem["sentence"]
    assert problem["hint"]
    assert await place.count() == 0


async def test_good_chats_before_a_broken_end_are_not_taken_in(place: Place) -> None:
    held = json.dumps([conversation(str(at)) for at in range(200)]).encode()
    reply = await place.take_in(zipped(held[:-2] + b', {"mapping"'))
    assert reply.status_code == 400
    assert await place.count() == 0


async def test_a_zip_that_unpacks_without_end_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MAX_UNPACKED", 1 << 20)
    bomb = zipped(b"[" + b" " * (2 << 20) + b"]")
    assert len(bomb) < 5000
    reply = await place.take_in(bomb)
    assert (reply.status_code, "unpacks to more than 1 MB" in reply.text) == (400, True)
    monkeypatch.setattr(incoming, "MAX_ITEM", 1 << 19)
    reply = await place.take_in(zipped(json.dumps([conversation("one", "x" * (600 << 10))]).encode()))
    assert (reply.status_code, "One chat in it is larger" in reply.text) == (400, True)
    assert await place.count() == 0


async def test_a_file_may_take_longer_than_a_body(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.2)
    text = json.dumps([conversation("one")]).encode()

    async def slowly() -> AsyncIterator[bytes]:
        for at in range(0, len(text), 80):
            yield text[at : at + 80]
            await asyncio.sleep(0.6)

    assert (await place.take_in(slowly(), JSON)).status_code == 200


async def test_a_page_that_goes_away_does_not_stop_its_import(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from sottovoce.chat import archive

    left, adopt = threading.Event(), adopting.adopt

    def slow(*arguments: Any) -> Any:
        left.wait(5)
        return adopt(*arguments)

    monkeypatch.setattr(archive, "BATCH", 1)
    monkeypatch.setattr(adopting, "adopt", slow)
    held = zipped(json.dumps([conversation(str(at)) for at in range(3)]).encode())
    with pytest.raises(httpx2.TimeoutException):
        await place.client.post("/app/api/import", content=held, headers=ZIP, timeout=0.5)
    await asyncio.sleep(0.1)
    left.set()
    async with asyncio.timeout(5):
        while await place.count() < 3:
            await asyncio.sleep(0.02)


async def test_a_file_beyond_the_limit_is_refused_before_it_comes_and_while(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILE", 3 << 20)
    large = b" " * (4 << 20)

    async def unannounced() -> AsyncIterator[bytes]:
        for at in range(0, len(large), 1 << 16):
            yield large[at : at + (1 << 16)]

    for content in (large, unannounced()):
        reply = await place.take_in(content)
        assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")
    assert (await place.take_in(zipped(json.dumps([conversation("one")]).encode()))).status_code == 200


async def test_more_than_a_body_of_json_may_have_is_taken_only_here(place: Place) -> None:
    large = json.dumps([conversation("one", "x" * (17 << 20))]).encode()
    assert (await place.take_in(large, JSON)).status_code == 200
    reply = await place.client.post("/app/api/chats", content=large, headers=JSON)
    assert reply.status_code == 413
    assert (await place.client.post("/app/api/chats", content=b"{}", headers=ZIP)).status_code == 415


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {**ZIP, "Content-Encoding": "gzip"},
    ],
)
async def test_what_a_form_could_send_is_no_file(place: Place, headers: dict[str, str]) -> None:
    reply = await place.take_in(zipped(b"[]"), headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (415, "wrong_kind")


async def test_a_full_disk_is_told_before_the_file_comes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    reply = await place.take_in(zipped(b"[]"))
    assert (reply.status_code, reply.json()["error"]["code"]) == (507, "disk_full")


async def test_a_file_that_stops_coming_leaves_nothing_behind(place: Place) -> None:
    before = sorted(place.app.home.root.rglob("*"))
    reader, writer = await asyncio.open_unix_connection(place.path)
    head = "POST /app/api/import HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/zip\r\n"
    writer.write(f"{head}Content-Length: 5000000\r\n\r\n".encode() + b"x" * 2_000_000)
    await writer.drain()
    await asyncio.sleep(0.2)
    assert sorted(place.app.home.root.rglob("*")) == before, "the file can be found while it comes"
    writer.close()
    await writer.wait_closed()
    del reader
    assert await place.count() == 0
    assert sorted(place.app.home.root.rglob("*")) == before


# ---- stopped ----


async def test_an_import_is_stopped_by_its_owner_and_what_came_in_stays(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "CHUNK", 1 << 10)
    monkeypatch.setattr(archive, "BATCH", 1)
    came, go_on = threading.Event(), threading.Event()
    adopt = adopting.adopt

    def slowly(*given: Any) -> tuple[bool, int]:
        came.set()
        assert go_on.wait(10)
        return adopt(*given)

    monkeypatch.setattr(adopting, "adopt", slowly)
    many = json.dumps([conversation(f"chat {at}", "x" * 4_000) for at in range(50)]).encode()
    taking = asyncio.create_task(place.take_in(many, JSON))
    assert await asyncio.to_thread(came.wait, 10)
    for owner in ("other", "me"):
        assert (await place.client.delete("/app/api/import", headers={"as": owner})).status_code == 204
        if owner == "other":
            assert not taking.done()
    go_on.set()
    reply = await taking
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "bad_input")
    assert "stopped" in reply.json()["error"]["sentence"]
    here = await place.app.database.read(lambda conn: chats.listed(conn, "me"))
    assert 1 <= len(here) < 50
    again = (await place.take_in(many, JSON)).json()
    assert again["chats"] + again["present"] == 50
