"""The page's own API for chats and runs, over a real socket, on the echo engine."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from sottovoce.app import App, open_app
from sottovoce.chat.archive import import_file
from sottovoce.chat.runs import Runs
from sottovoce.core.messages import State
from sottovoce.core.paths import Home, open_home
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import app_api, asgi, sockets
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.listening import listening
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import Sessions
from sottovoce.store import chats
from sottovoce.store.db import open_database

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets here")

NOBODYS = "aaaaaaaaaaaaaaaa"


class AnyDoors:
    """Lets in whoever the header `as` names, with all scopes, so that only ownership is left to guard."""

    sessions = Sessions()

    async def open(self, request: Request, required: bool) -> Caller:
        return Caller(request.headers.get("as", "me"), frozenset(Scope))


@dataclass(slots=True)
class Place:
    app: App
    house: House
    client: httpx2.AsyncClient
    engine: EchoEngine
    heard: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **more: Any) -> Any:
        return await self._json("GET", path, **more)

    async def post(self, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        return await self._json("POST", path, json=body or {}, **more)

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self._json("PATCH", path, json=body)

    async def _json(self, method: str, path: str, **more: Any) -> Any:
        reply = await self.client.request(method, f"/app/api{path}", **more)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def events(self, run: dict[str, str], **more: Any) -> list[tuple[int, str, dict[str, Any]]]:
        """Follow a run to its end; return number, name and data of each event."""
        path = f"/app/api/chats/{run['chat']}/runs/{run['id']}/events"
        async with self.client.stream("GET", path, **more) as reply:
            assert reply.status_code == 200, await reply.aread()
            assert reply.headers["content-type"].startswith("text/event-stream")
            return parsed("".join([part async for part in reply.aiter_text()]))

    async def ask(self, text: str) -> dict[str, str]:
        """Ask in a chat of its own and wait for the end."""
        run: dict[str, str] = await self.post("/runs", {"text": text})
        await self.events(run)
        return run


def parsed(stream: str) -> list[tuple[int, str, dict[str, Any]]]:
    found = []
    for block in stream.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in lines:
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


@asynccontextmanager
async def opened(home: Home, engine: EchoEngine) -> AsyncIterator[Place]:
    async with open_app(home=home, environment={"engine": "echo"}, engine=engine, attach=False) as app:
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
                yield Place(app, house, client, engine)
                await house.runs.close()


@pytest.fixture
async def place(home: Home) -> AsyncIterator[Place]:
    async with opened(home, EchoEngine()) as one:
        yield one


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


# ---- chats ----


async def test_a_new_chat_is_empty_and_keeps_its_instructions(place: Place) -> None:
    made = await place.post("/chats", {"title": "Trains", "system": "Be short."})
    assert made["messages"] == []
    assert made["chat"]["title"] == "Trains"
    assert made == await place.get(f"/chats/{made['chat']['id']}")
    await place.events(await place.post(f"/chats/{made['chat']['id']}/runs", {"text": "hello"}))
    assert [message.text for message in place.engine.prompts[-1]] == ["Be short.", "hello"]


async def test_a_chat_is_shown_with_its_branch_and_the_alternatives(place: Place) -> None:
    run = await place.ask("first version")
    chat = f"/chats/{run['chat']}"
    edited = await place.post(f"{chat}/runs", {"text": "second version", "parent": ""})
    await place.events(edited)
    again = await place.post(f"{chat}/runs", {"again": edited["question"]})
    await place.events(again)
    shown = await place.get(chat)
    question, answer = shown["messages"]
    assert question["alternatives"] == [run["question"], edited["question"]]
    assert answer["alternatives"] == [edited["id"], again["id"]]
    assert (answer["id"], answer["state"], answer["reason"]) == (again["id"], "complete", "stop")
    assert answer["usage"]["answer"] == 2
    assert shown["chat"]["leaf"] == again["id"]
    assert shown["chat"]["writing"] is None
    other = await place.get(f"{chat}?leaf={run['id']}")
    assert [message["id"] for message in other["messages"]] == [run["question"], run["id"]]
    assert other["chat"]["leaf"] == again["id"], "looking changed where the reader is"
    moved = await place.patch(chat, {"leaf": run["question"]})
    assert moved["chat"]["leaf"] == run["id"]


async def test_answers_of_two_models_are_written_and_shown_beside_each_other(place: Place) -> None:
    run = await place.post("/runs", {"text": "/slow 5"})
    chat = f"/chats/{run['chat']}"
    beside = await place.post(f"{chat}/runs", {"again": run["question"], "beside": True})
    shown = await place.get(chat)
    assert [one["id"] for one in shown["runs"]] == [run["id"], beside["id"]]
    assert shown["messages"][-1]["id"] == shown["chat"]["leaf"] == run["id"]
    for one in (run, beside):
        assert (await place.events(one))[-1][1] == "done"
    found = (await place.get(f"{chat}/messages/{run['id']}/versions"))["messages"]
    assert [(one["id"], one["state"]) for one in found] == [
        (run["id"], "complete"),
        (beside["id"], "complete"),
    ]
    assert found[0]["alternatives"] == [run["id"], beside["id"]]
    await until(lambda: not place.house.runs.running("me"))
    assert (await place.get(chat))["runs"] == []


async def test_nothing_new_stands_beside_an_answer(place: Place) -> None:
    run = await place.ask("hello")
    reply = await place.client.post(f"/app/api/chats/{run['chat']}/runs", json={"text": "x", "beside": True})
    assert (reply.status_code, reply.json()["error"]["field"]) == (400, "beside")


async def test_another_owner_finds_no_versions(place: Place) -> None:
    run = await place.ask("hello")
    path = f"/app/api/chats/{run['chat']}/messages/{run['id']}/versions"
    reply = await place.client.get(path, headers={"as": "somebody"})
    assert reply.status_code == 404


async def test_only_what_is_given_is_changed(place: Place) -> None:
    run = await place.ask("hello there")
    chat = f"/chats/{run['chat']}"
    renamed = await place.patch(chat, {"title": "Greetings"})
    assert (renamed["chat"]["title"], renamed["chat"]["system"]) == ("Greetings", "")
    told = await place.patch(chat, {"system": "Be kind."})
    assert (told["chat"]["title"], told["chat"]["system"]) == ("Greetings", "Be kind.")
    assert await place.patch(chat, {}) == told


async def test_the_list_comes_in_pages_without_a_gap_even_where_times_are_equal(
    place: Place, tmp_path: Path
) -> None:
    ids = ["".join((*"bcdefghijklmnop", letter)) for letter in "abcdefgh"]
    told = [{"id": one, "title": one[-1], "changed": 1.5e9, "created": 1.5e9, "messages": []} for one in ids]
    file = tmp_path / "chats.json"
    file.write_text(json.dumps({"format": "sottovoce-chats", "version": 1, "chats": told}))
    await asyncio.to_thread(import_file, place.app.database, "me", file, 1.6e9)
    newest = await place.ask("the newest")
    seen, further = [], ""
    while True:
        page = await place.get(f"/chats?limit=2{further}")
        seen += [chat["id"] for chat in page["chats"]]
        if page["further"] is None:
            break
        further = f"&before={page['further']}"
    assert seen[0] == newest["chat"]
    assert sorted(seen[1:]) == ids
    assert len(seen) == 9


async def test_chats_are_put_in_order(place: Place) -> None:
    one, two, three = [(await place.ask(text))["chat"] for text in ("one", "two", "three")]
    put = await place.patch(f"/chats/{one}", {"pinned": True, "folder": " Trains\n and boats "})
    assert [put["chat"][name] for name in ("pinned", "archived", "folder")] == [
        True,
        False,
        "Trains and boats",
    ]
    await place.patch(f"/chats/{two}", {"archived": True, "folder": "Trains and boats"})

    async def listed(query: str) -> list[str]:
        return [chat["id"] for chat in (await place.get(f"/chats{query}"))["chats"]]

    assert await listed("") == [one, three]
    assert await listed("?archived=only") == [two]
    assert await listed("?archived=also&limit=2") == [one, three]
    assert await listed("?folder=Trains%20and%20boats") == [one]
    assert await listed("?folder=Trains%20and%20boats&archived=also") == [one, two]
    assert await listed("?folder=") == [three]
    assert await listed("?folder=nowhere") == []
    folder = {"name": "Trains and boats", "chats": 1, "archived": 1}
    assert await place.get("/folders") == {"folders": [folder]}
    assert await place.get("/folders", headers={"as": "other"}) == {"folders": []}
    freed = await place.patch(f"/chats/{two}", {"archived": False, "folder": ""})
    assert [freed["chat"][name] for name in ("archived", "folder")] == [False, ""]
    assert await listed("") == [one, three, two]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", "/chats?archived=maybe", None, "archived"),
        ("GET", "/chats?before=0_nan_1", None, "before"),
        ("PATCH", "/chats/{chat}", {"pinned": 1}, "pinned"),
        ("PATCH", "/chats/{chat}", {"folder": "x" * 101}, "folder"),
    ],
)
async def test_an_order_that_cannot_be_is_refused(
    place: Place, method: str, path: str, body: Any, field: str
) -> None:
    chat = (await place.ask("one"))["chat"]
    reply = await place.client.request(method, f"/app/api{path.format(chat=chat)}", json=body)
    assert (reply.status_code, reply.json()["error"]["field"]) == (400, field)


async def test_words_are_found_with_their_places(place: Place) -> None:
    run = await place.ask("the word petrichor is rare")
    hits = (await place.get("/search?q=petrichor"))["hits"]
    assert {hit["chat"] for hit in hits} == {run["chat"]}
    start, end = hits[0]["marks"][0]
    assert hits[0]["excerpt"][start:end] == "petrichor"
    assert (await place.get("/search?q=petrichor", headers={"as": "other"}))["hits"] == []


async def test_an_export_can_be_imported_elsewhere(place: Place, tmp_path: Path) -> None:
    run = await place.ask("keep this")
    reply = await place.client.get(f"/app/api/chats/{run['chat']}/export")
    assert reply.status_code == 200
    assert run["chat"] in reply.headers["content-disposition"]
    (tmp_path / "chat.json").write_bytes(reply.content)
    database = open_database(open_home(tmp_path / "elsewhere"))
    await asyncio.to_thread(import_file, database, "me", tmp_path / "chat.json", 1.6e9)
    texts = [one.text for one in database.look(lambda conn: chats.messages(conn, "me", run["chat"]))]
    database.close()
    assert texts == ["keep this", "keep this"]


async def test_a_deleted_chat_is_gone_and_so_is_the_answer_being_written_in_it(place: Place) -> None:
    run = await place.post("/runs", {"text": "/slow 5"})
    reader = asyncio.create_task(place.events(run))
    await until(lambda: len(place.house.runs._runs[run["id"]].events) > 5)
    reply = await place.client.delete(f"/app/api/chats/{run['chat']}")
    assert reply.status_code == 204
    assert (await reader)[-1][1] == "stopped"
    assert place.engine.line.is_idle
    assert not place.house.runs._runs
    assert not place.engine.seen
    for path in (f"/chats/{run['chat']}", f"/chats/{run['chat']}/runs/{run['id']}/events"):
        assert (await place.client.get(f"/app/api{path}")).status_code == 404
    assert (await place.get("/chats"))["chats"] == []


# ---- runs ----


async def test_a_run_is_followed_to_its_end_in_words_for_a_page(place: Place) -> None:
    run = await place.post("/runs", {"text": "one two"})
    heard = await place.events(run)
    assert [(number, name) for number, name, _ in heard] == [
        (1, "asked"),
        (2, "reading"),
        (3, "text"),
        (4, "text"),
        (5, "done"),
    ]
    assert heard[0][2] == {"chat": run["chat"], "question": run["question"], "answer": run["id"]}
    done = heard[-1][2]
    assert (done["text"], done["reason"], done["model"]) == ("one two", "stop", place.app.model.name)
    assert done["usage"]["answer"] == 2


async def test_three_readers_follow_from_where_they_are_and_one_leaves(place: Place) -> None:
    run = await place.post("/runs", {"text": "/slow 4"})
    path = f"/app/api/chats/{run['chat']}/runs/{run['id']}/events"
    first = asyncio.create_task(place.events(run))
    async with place.client.stream("GET", path) as leaving:
        async for part in leaving.aiter_text():
            if "id: 10\n" in part:
                break
    by_header = asyncio.create_task(place.events(run, headers={"Last-Event-ID": "10"}))
    by_query = await place.events(run, params={"after": "30"})
    whole = await first
    assert [number for number, _, _ in whole] == list(range(1, len(whole) + 1))
    assert await by_header == whole[10:]
    assert by_query == whole[30:]
    text = "".join(data["text"] for _, name, data in whole if name == "text")
    assert text == (await place.get(f"/chats/{run['chat']}"))["messages"][-1]["text"]


async def test_a_run_goes_on_when_its_page_is_gone_and_is_told_from_the_disk_later(place: Place) -> None:
    run = await place.post("/runs", {"text": "/slow 2"})
    path = f"/app/api/chats/{run['chat']}/runs/{run['id']}/events"
    async with place.client.stream("GET", path) as reply:
        await anext(reply.aiter_bytes())
    await until(lambda: not place.house.runs.running("me"))
    place.house.runs._runs.clear()
    heard = await place.events(run, params={"after": "7"})
    assert [(number, name) for number, name, _ in heard] == [(8, "whole"), (9, "done")]
    message = (await place.get(f"/chats/{run['chat']}"))["messages"][-1]
    assert heard[0][2]["text"] == message["text"] == heard[1][2]["text"]
    assert message["state"] == State.COMPLETE


async def test_a_reader_who_has_heard_all_is_told_that_there_is_no_more(place: Place) -> None:
    run = await place.post("/runs", {"text": "one"})
    last = (await place.events(run))[-1][0]
    path = f"/app/api/chats/{run['chat']}/runs/{run['id']}/events?after={last}"
    assert (await place.client.get(path)).status_code == 204


async def test_running_answers_are_listed_and_stopped(place: Place) -> None:
    one = await place.post("/runs", {"text": "/slow 20"})
    two = await place.post("/runs", {"text": "/slow 20"})
    assert (await place.get("/runs"))["runs"] == [one, two]
    assert (await place.get(f"/chats/{one['chat']}/runs"))["runs"] == [one]
    assert (await place.get(f"/chats/{one['chat']}"))["chat"]["writing"] == one["id"]
    assert {chat["writing"] for chat in (await place.get("/chats"))["chats"]} == {one["id"], two["id"]}
    again = await place.client.post(f"/app/api/chats/{one['chat']}/runs", json={"text": "and?"})
    assert again.status_code == 400
    assert "is being written in this chat" in again.json()["error"]["sentence"]
    for _ in range(2):
        reply = await place.client.post(f"/app/api/chats/{one['chat']}/runs/{one['id']}/stop", json={})
        assert reply.status_code == 204
    assert (await place.get("/runs"))["runs"] == [two]
    assert (await place.get(f"/chats/{one['chat']}"))["messages"][-1]["state"] == "stopped"
    await place.ask("room again")


async def test_a_failed_answer_says_why_while_it_runs_and_afterwards(place: Place) -> None:
    run = await place.post("/runs", {"text": "/fail b c d"})
    end = (await place.events(run))[-1]
    assert end[1] == "failed"
    assert end[2]["error"]["code"] == "engine_failed"
    assert end[2]["error"]["hint"]
    message = (await place.get(f"/chats/{run['chat']}"))["messages"][-1]
    assert message["problem"] == {"code": "engine_failed", "sentence": end[2]["error"]["sentence"]}


IN_CHINESE = {"headers": {"Accept-Language": "zh-CN"}}


async def test_a_problem_is_told_in_the_language_of_whoever_follows_or_reads_later(place: Place) -> None:
    run = await place.post("/runs", {"text": "word " * 50_000})
    end = (await place.events(run, **IN_CHINESE))[-1]
    assert end[1] == "failed"
    told = end[2]["error"]["sentence"]
    assert told.startswith("这个问题")
    for how, sentence in ((IN_CHINESE, told), ({}, "The question takes")):
        message = (await place.get(f"/chats/{run['chat']}", **how))["messages"][-1]
        assert message["problem"]["sentence"].startswith(sentence)


async def test_so_are_notices_but_not_the_owners_own_words(place: Place) -> None:
    ours = "The answer was replaced."
    place.app.home.rules.write_text(
        f'[[rule]]\nname = "falcon"\nwords = ["falcon"]\naction = "note"\nanswer = "{ours}"\n'
    )
    run = await place.post("/runs", {"text": "What is the latest news about the falcon today?"})
    events = await place.events(run, **IN_CHINESE)
    heard = {said["code"]: said["text"] for _, name, said in events if name == "notice"}
    assert heard["rule"] == ours
    assert heard["model_age"].startswith("这个模型学到的内容截止于 2024 年 6 月；")
    message = (await place.get(f"/chats/{run['chat']}", **IN_CHINESE))["messages"][-1]
    assert {one["code"]: one["text"] for one in message["notices"]} == heard
    message = (await place.get(f"/chats/{run['chat']}"))["messages"][-1]
    assert any(one["text"].startswith("What this model learnt") for one in message["notices"])


async def test_a_run_is_counted(place: Place) -> None:
    await place.ask("one two three")
    told = place.house.metrics.text(place.engine.queue("me")).decode()
    assert 'sotto_tokens_total{kind="answer"} 3.0' in told
    assert "sotto_first_token_seconds_count 1.0" in told


# ---- who may ----


PLACES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/chats/{chat}", None),
    ("GET", "/chats/{chat}?leaf={run}", None),
    ("GET", "/chats/{chat}/export", None),
    ("PATCH", "/chats/{chat}", {"title": "mine now"}),
    ("PATCH", "/chats/{chat}", {"leaf": "{run}"}),
    ("DELETE", "/chats/{chat}", None),
    ("POST", "/chats/{chat}/runs", {"text": "let me in"}),
    ("POST", "/chats/{chat}/runs", {"again": "{question}"}),
    ("GET", "/chats/{chat}/runs/{run}/events", None),
    ("GET", "/chats/{chat}/runs/{run}/events?after=1", None),
    ("POST", "/chats/{chat}/runs/{run}/stop", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), PLACES)
async def test_what_is_another_owners_is_as_if_it_were_not_there(
    place: Place, method: str, path: str, body: dict[str, Any] | None
) -> None:
    run = await place.ask("my secret")
    before = await place.get(f"/chats/{run['chat']}")
    names = {"chat": run["chat"], "run": run["id"], "question": run["question"]}

    async def told(owner: str, **ids: str) -> tuple[int, str]:
        asked = json.loads(
            json.dumps(body).replace("{run}", ids["run"]).replace("{question}", ids["question"])
        )
        reply = await place.client.request(
            method,
            f"/app/api{path.format(**ids)}",
            headers={"as": owner},
            **({} if body is None else {"json": asked}),
        )
        text = reply.text
        for one in ids.values():
            text = text.replace(one, "ID")
        return reply.status_code, text

    there = await told("other", **names)
    assert there[0] == 404
    assert "secret" not in there[1]
    assert there == await told("me", chat=NOBODYS, run=NOBODYS, question=NOBODYS)
    assert await place.get(f"/chats/{run['chat']}") == before
    assert (await place.get("/chats", headers={"as": "other"}))["chats"] == []
    assert (await place.get("/runs", headers={"as": "other"}))["runs"] == []
    assert (await place.get(f"/chats/{run['chat']}/runs", headers={"as": "other"}))["runs"] == []


HOSTILE = [
    "short",
    "A" * 16,
    "aaaaaaaaaaaaaaa1",
    "a" * 17,
    "%2e%2e",
    "aaaa%00aaaaaaaaaa",
    "'; drop table",
    "é" * 16,
]


@pytest.mark.parametrize("given", HOSTILE)
async def test_what_is_no_id_is_not_found_and_reaches_nothing(place: Place, given: str) -> None:
    run = await place.ask("hello")
    for path in (f"/chats/{given}", f"/chats/{run['chat']}/runs/{given}/events", f"/chats/{run['chat'][:8]}"):
        reply = await place.client.get(f"/app/api{path}")
        assert reply.status_code in (400, 404)
        assert reply.json()["error"]["hint"]


BAD: list[tuple[str, str, dict[str, Any] | None, int]] = [
    ("POST", "/runs", {}, 400),
    ("POST", "/runs", {"text": "   "}, 400),
    ("POST", "/runs", {"text": "hi", "sampling": {"temperature": 9}}, 400),
    ("POST", "/runs", {"text": "hi", "sampling": {"temperature": "1"}}, 400),
    ("POST", "/runs", {"text": "hi", "sampling": {"unknown": 1}}, 400),
    ("POST", "/runs", {"text": "hi", "sampling": {"schema": "not JSON"}}, 400),
    ("POST", "/runs", {"text": "hi", "chat": NOBODYS}, 400),
    ("POST", f"/chats/{NOBODYS}/runs", {"text": "hi", "parent": "../etc"}, 400),
    ("POST", "/chats", {"title": "x" * 301}, 400),
    ("POST", "/chats", {"title": None}, 400),
    ("PATCH", f"/chats/{NOBODYS}", {"leaf": "x"}, 400),
    ("PATCH", f"/chats/{NOBODYS}", {"title": ""}, 400),
    ("GET", "/chats?limit=0", None, 400),
    ("GET", "/chats?limit=201", None, 400),
    ("GET", "/chats?limit=-1", None, 400),
    ("GET", "/chats?limit=²", None, 400),
    ("GET", "/chats?before=x", None, 400),
    ("GET", "/chats?before=nan_1", None, 400),
    ("GET", "/search", None, 400),
    ("GET", "/search?q=%20", None, 400),
    ("GET", f"/chats/{NOBODYS}/runs/{NOBODYS}/events?after=-1", None, 400),
    ("GET", f"/chats/{NOBODYS}/runs/{NOBODYS}/events?after=99999999999999999", None, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD)
async def test_wrong_input_is_refused_in_words_and_saves_nothing(
    place: Place, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    more = {} if body is None else {"json": body}
    reply = await place.client.request(method, f"/app/api{path}", **more)  # type: ignore[arg-type]
    assert reply.status_code == status, reply.text
    if status == 400:
        assert reply.json()["error"]["sentence"]
        assert reply.json()["error"]["hint"]
    assert (await place.get("/chats"))["chats"] == []
    assert not place.engine.prompts


async def test_looking_changes_nothing(place: Place, measure: Callable[[Home], None]) -> None:
    run = await place.post("/runs", {"text": "hello", "attachments": [{"name": "a.txt", "text": "a"}]})
    await place.events(run)
    measure(place.app.home)
    shelf = (await place.post("/shelves", {"name": "letters"}))["id"]
    given = {"shelf": shelf, "name": "a.txt"}
    assert (await place.client.post("/app/api/documents", params=given, content=b"hello")).status_code == 200
    before = place.app.database.look(lambda conn: list(conn.iterdump()))
    asked = len(place.engine.prompts)
    place.house.changes.end()  # else its stream goes on for ever
    for endpoint in app_api.ENDPOINTS:
        if endpoint.method == "GET" and "{pull}" not in endpoint.path:  # nothing is being downloaded
            ids = {"chat": run["chat"], "run": run["id"], "message": run["question"], "number": 1}
            path = endpoint.path.format(**ids, name="starter", shelf=shelf)
            query = {"q": "hello", "text": "now", "leaf": run["id"], "name": "a.txt"}
            reply = await place.client.get(path, params=query)
            assert reply.status_code == 200, path
    assert place.app.database.look(lambda conn: list(conn.iterdump())) == before
    assert len(place.engine.prompts) == asked


# ---- what runs here ----


async def test_the_line_is_told_in_counts(home: Home) -> None:
    async with opened(home, EchoEngine(slots=1)) as place:
        empty = await place.get("/queue")
        assert (empty["slots"], empty["computing"], empty["waiting"], empty["limit"]) == (1, 0, 0, None)
        run = await place.post("/runs", {"text": "/slow 20"})
        other = await place.post("/runs", {"text": "hello"})
        reader = asyncio.create_task(place.events(other))
        await until(lambda: place.engine.line.waiting == 1)
        full = await place.get("/queue")
        assert (full["computing"], full["waiting"]) == (1, 1)
        assert full["seconds"] > 0
        await place.client.post(f"/app/api/chats/{run['chat']}/runs/{run['id']}/stop", json={})
        heard = await reader
        assert "waiting" in [name for _, name, _ in heard]
        assert heard[-1][1] == "done"


async def test_too_long_a_line_refuses_a_run_before_anything_is_saved(home: Home) -> None:
    async with opened(home, EchoEngine(slots=1, queue_seconds=0.001)) as place:
        await place.post("/runs", {"text": "/slow 20"})
        await until(lambda: place.engine.line.computing == 1)
        reply = await place.client.post("/app/api/runs", json={"text": "one more"})
        assert reply.status_code == 429
        assert int(reply.headers["retry-after"]) >= 1
        assert len((await place.get("/chats"))["chats"]) == 1


async def test_the_status_says_what_runs_and_that_nothing_leaves(place: Place) -> None:
    told = await place.get("/status")
    assert (told["model"], told["licence"]) == (place.app.model.name, "Apache-2.0")
    assert (told["network"], told["window"], told["problem"]) == ("off", 4096, "")
    assert told["version"]
