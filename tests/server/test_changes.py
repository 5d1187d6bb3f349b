"""What every open window is told: which chat changed, by whom ever, and what is missed by none."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from sottovoce.core.errors import Busy
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.server import asgi, sockets
from sottovoce.server.changes import Change, Changes, Elsewhere, What
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.listening import listening
from sottovoce.store import chats
from sottovoce.store.db import open_database

over_sockets = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets here")
PATIENCE = 10.0


async def told(changes: Changes, count: int, after: str = "", owner: str = OWNER) -> list[tuple[str, Change]]:
    """Return the first so many of what a reader hears."""
    found: list[tuple[str, Change]] = []
    async with aclosing(changes.follow(owner, after)) as stream:
        async for one in stream:
            found.append(one)
            if len(found) == count:
                break
    return found


def names(found: list[tuple[str, Change]]) -> list[str]:
    return [f"{change.what} {change.id}".strip() for _, change in found]


async def test_a_reader_is_told_from_now_on_and_goes_on_where_it_was() -> None:
    changes = Changes()
    changes.tell(What.MODELS)
    ((place, begun),) = await told(changes, 1)
    assert begun.what is What.HERE
    changes.tell(What.CHAT, "one", OWNER)
    changes.tell(What.SETTINGS)
    heard = await told(changes, 3, place)
    assert names(heard) == ["here", "chat one", "settings"]
    assert names(await told(changes, 2, heard[1][0])) == ["here", "settings"]


@pytest.mark.parametrize(
    "place", ["other-1", "nonsense", "-", "{run}-9", "{run}-x", "{run}-²", "{run}-" + "9" * 40]
)
async def test_a_place_that_is_not_known_means_that_all_may_have_changed(place: str) -> None:
    changes = Changes()
    changes.tell(What.MODELS)
    run = (await told(changes, 1))[0][0].partition("-")[0]
    assert names(await told(changes, 1, place.format(run=run))) == ["all"]


async def test_who_was_away_for_too_long_is_told_so_and_then_the_rest() -> None:
    changes = Changes(most_kept=8)
    ((place, _),) = await told(changes, 1)
    for number in range(20):
        changes.tell(What.CHAT, str(number), OWNER)
    heard = names(await told(changes, 6, place))
    assert heard[:2] == ["here", "all"]
    assert heard[-1].startswith("chat ")


async def test_one_owners_chats_are_told_to_no_other() -> None:
    changes = Changes()
    ((place, _),) = await told(changes, 1)
    changes.tell(What.CHAT, "mine", "me")
    changes.tell(What.CHAT, "theirs", "key-1")
    changes.tell(What.MODELS)
    assert names(await told(changes, 3, place, "me")) == ["here", "chat mine", "models"]
    assert names(await told(changes, 3, place, "key-1")) == ["here", "chat theirs", "models"]


def test_only_so_many_follow_at_once() -> None:
    changes = Changes(most_readers=1)
    with changes.place():
        with pytest.raises(Busy) as caught, changes.place():
            pass
        assert caught.value.retry_after
    with changes.place():
        pass


async def test_what_another_program_writes_is_noticed_and_not_what_we_do(home: Home) -> None:
    changes = Changes()
    with closing(open_database(home)) as ours, closing(open_database(home)) as theirs:
        elsewhere = Elsewhere(ours, changes)
        await elsewhere.look()
        ((place, _),) = await told(changes, 1)
        ours.call(lambda conn: chats.start(conn, OWNER, system="", model="", now=1.0))
        await elsewhere.look()
        theirs.call(lambda conn: chats.start(conn, OWNER, system="", model="", now=1.0))
        await elsewhere.look()
        await elsewhere.look()
        changes.tell(What.MODELS)
        assert names(await told(changes, 3, place)) == ["here", "chats", "models"]


# ---- over HTTP ----


@dataclass(slots=True)
class Reader:
    """One window that follows; `heard` grows."""

    heard: list[str] = field(default_factory=list)
    last: str = ""

    async def until(self, *wanted: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while not set(wanted) <= set(self.heard):
                await asyncio.sleep(0.01)


async def heard_times(reader: Reader, name: str, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while reader.heard.count(name) < count:
            await asyncio.sleep(0.01)


@dataclass(slots=True)
class Place:
    house: House
    client: httpx2.AsyncClient

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        reply = await self.client.post(f"/app/api{path}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    @asynccontextmanager
    async def following(self, after: str = "") -> AsyncIterator[Reader]:
        reader, ready = Reader(), asyncio.Event()

        async def read() -> None:
            async with self.client.stream("GET", "/app/api/changes", params={"after": after}) as reply:
                assert reply.status_code == 200
                async for line in reply.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        reader.heard.append(value)
                        ready.set()
                    if name == "id":
                        reader.last = value
                    if name == "data" and value != "{}":
                        reader.heard[-1] += f" {value}"

        task = asyncio.create_task(read())
        try:
            await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when="FIRST_COMPLETED")
            yield reader
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def place(house: House) -> AsyncIterator[Place]:
    house.elsewhere = Elsewhere(house.app.database, house.changes)
    server = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    with sockets.open_private() as private:
        assert private is not None
        transport = httpx2.AsyncHTTPTransport(uds=private.getsockname(), verify=False)
        async with (
            listening(server, [private]),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=PATIENCE) as client,
        ):
            yield Place(house, client)


@over_sockets
async def test_all_that_is_done_to_a_chat_is_told_by_its_id_alone(place: Place) -> None:
    async with place.following() as reader:
        begun = (await place.post("/chats", {}))["chat"]["id"]
        name = f'chat {{"id": "{begun}"}}'
        await reader.until("here", name)
        for change in ({"title": "a secret"}, {"pinned": True}, {"archived": True}, {"folder": "private"}):
            before = reader.heard.count(name)
            reply = await place.client.patch(f"/app/api/chats/{begun}", json=change)
            assert reply.status_code == 200
            async with asyncio.timeout(PATIENCE):
                while reader.heard.count(name) == before:
                    await asyncio.sleep(0.01)
        before = reader.heard.count(name)
        assert (await place.client.delete(f"/app/api/chats/{begun}")).status_code == 204
        async with asyncio.timeout(PATIENCE):
            while reader.heard.count(name) == before:
                await asyncio.sleep(0.01)
        assert not any(word in " ".join(reader.heard) for word in ("secret", "private"))


@over_sockets
async def test_what_is_set_for_a_chat_and_an_answer_beside_another_are_told(place: Place) -> None:
    async with place.following() as reader:
        run = await place.post("/runs", {"text": "hello there"})
        chat = run["chat"]
        name = f'chat {{"id": "{chat}"}}'
        await heard_times(reader, name, 2)
        await place.post(f"/chats/{chat}/runs", {"again": run["question"], "beside": True})
        await heard_times(reader, name, 4)
        reply = await place.client.patch(f"/app/api/chats/{chat}", json={"settings": {"seed": 7}})
        assert reply.status_code == 200
        await heard_times(reader, name, 5)


@over_sockets
async def test_a_preset_that_is_kept_changed_and_removed_is_told_each_time(place: Place) -> None:
    async with place.following() as reader:
        preset = await place.post("/presets", {"name": "brief", "system": "Be brief."})
        await heard_times(reader, "settings", 1)
        path = f"/app/api/presets/{preset['id']}"
        assert (await place.client.put(path, json={"name": "terse"})).status_code == 200
        await heard_times(reader, "settings", 2)
        assert (await place.client.delete(path)).status_code == 204
        await heard_times(reader, "settings", 3)


@over_sockets
async def test_what_is_removed_of_a_download_is_told(place: Place) -> None:
    folder = place.house.app.home.models / "partial"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "some.part").write_bytes(b"GG")
    said = {
        "name": "some.gguf",
        "source": "url:https://models.example/some.gguf",
        "size": 4,
        "here": [[0, 2]],
    }
    (folder / "some.json").write_text(json.dumps(said))
    async with place.following() as reader:
        (left,) = (await place.client.get("/app/api/pulls")).json()["left"]
        assert (await place.client.delete(f"/app/api/left/{left['name']}")).status_code == 204
        await reader.until("models")
    assert not (folder / "some.part").exists()


@over_sockets
async def test_an_answers_end_is_told_once_the_list_no_longer_calls_it_being_written(place: Place) -> None:
    async with place.following() as reader:
        run = await place.post("/runs", {"text": "hello there"})
        name = f'chat {{"id": "{run["chat"]}"}}'
        await heard_times(reader, name, 2)
        listed = (await place.client.get("/app/api/chats")).json()["chats"]
        assert listed[0]["writing"] is None


@over_sockets
async def test_an_import_and_another_program_are_told_without_ids(place: Place, home: Home) -> None:
    async with place.following() as reader:
        empty = b'{"format": "sottovoce-chats", "version": 1, "chats": []}'
        kind = {"content-type": "application/octet-stream"}
        assert (await place.client.post("/app/api/import", content=empty, headers=kind)).status_code == 200
        await reader.until("chats")
    with closing(open_database(home)) as theirs:
        theirs.call(lambda conn: chats.start(conn, OWNER, system="", model="", now=1.0))
    async with place.following(reader.last) as reader:
        await reader.until("chats")


@over_sockets
async def test_the_end_of_the_server_lets_readers_go_at_once(place: Place) -> None:
    async with place.following() as reader:
        await reader.until("here")
        place.house.changes.end()
        async with asyncio.timeout(PATIENCE):
            while place.house.changes.readers:
                await asyncio.sleep(0.01)


@over_sockets
async def test_more_readers_than_there_are_places_are_refused_and_a_place_is_given_back(place: Place) -> None:
    place.house.changes.most_readers = 1
    async with place.following() as reader:
        await reader.until("here")
        refused = await place.client.get("/app/api/changes")
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "busy")
    async with asyncio.timeout(PATIENCE):
        while place.house.changes.readers:
            await asyncio.sleep(0.01)


def browser(house: House) -> httpx2.AsyncClient:
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    heads = {"Origin": "http://127.0.0.1:7886", "Sec-Fetch-Site": "same-origin"}
    transport = httpx2.ASGITransport(app=app)
    return httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:7886", headers=heads)


async def test_a_stream_ends_when_its_browser_is_signed_out(house: House) -> None:
    async with browser(house) as client:
        assert (await client.get("/app/api/changes")).status_code == 403
        code = house.doors.sessions.new_link().partition("#")[2]
        await client.post("/app/api/session", json={"code": code})
        following = asyncio.create_task(client.get("/app/api/changes"))
        async with asyncio.timeout(PATIENCE):
            while not house.changes.readers:
                await asyncio.sleep(0.01)
            assert len((await client.get("/app/api/sessions")).json()["sessions"]) == 1
            assert (await client.delete("/app/api/sessions")).json()["signed_in"] is False
            assert "event: sessions" in (await following).text
        assert (await client.get("/app/api/session")).json()["signed_in"] is False


async def test_who_is_signed_out_hears_no_more_of_an_answer(house: House) -> None:
    async with browser(house) as client:
        code = house.doors.sessions.new_link().partition("#")[2]
        await client.post("/app/api/session", json={"code": code})
        run = (await client.post("/app/api/runs", json={"text": "/slow 50"})).json()
        path = f"/app/api/chats/{run['chat']}/runs/{run['id']}/events"
        hearing = asyncio.create_task(client.get(path))
        async with asyncio.timeout(PATIENCE):
            while len(house.runs._runs[run["id"]].events) < 5:
                await asyncio.sleep(0.01)
            await client.delete("/app/api/sessions")
            heard = (await hearing).text
    assert "event: text" in heard
    assert "event: done" not in heard
    assert house.runs.running(OWNER)
    await house.runs.close()
