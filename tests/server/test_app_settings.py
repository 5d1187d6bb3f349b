"""Settings of a chat, presets, and how full the model's view is, over the page's own API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from sottovoce.app import open_app
from sottovoce.chat.runs import Runs
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import app_api, asgi
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.metrics import Metrics

COLD = {"temperature": 0.0, "max_tokens": 2}


class AnyDoors:
    """Lets in whoever the header `as` names, so that only ownership is left to guard."""

    async def open(self, request: Request, required: bool) -> Caller:
        return Caller(request.headers.get("as", "me"), frozenset(Scope))


@dataclass(slots=True)
class Place:
    client: httpx2.AsyncClient
    engine: EchoEngine

    async def get(self, path: str) -> Any:
        return await self._json("GET", path)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self._json("POST", path, json=body)

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self._json("PATCH", path, json=body)

    async def _json(self, method: str, path: str, **more: Any) -> Any:
        reply = await self.client.request(method, f"/app/api{path}", **more)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def events(self, run: dict[str, str]) -> None:
        """Wait for a run's end."""
        path = f"/app/api/chats/{run['chat']}/runs/{run['id']}/events"
        assert "event: done" in (await self.client.get(path)).text

    async def ask(self, text: str) -> dict[str, str]:
        run: dict[str, str] = await self.post("/runs", {"text": text})
        await self.events(run)
        return run


WORDS = " ".join(f"w{at:03}" for at in range(120))


@asynccontextmanager
async def opened(home: Home) -> AsyncIterator[Place]:
    engine = EchoEngine()
    async with open_app(home=home, environment={"engine": "echo"}, engine=engine, attach=False) as app:
        house = House(app, AnyDoors(), Meter(), Metrics(), Runs(app.parts()), problem="")  # type: ignore[arg-type]
        names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
        gate = asgi.build(house, names, origins_of(""), app_api.ENDPOINTS)
        transport = httpx2.ASGITransport(app=gate)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:7886") as client:
            yield Place(client, engine)
            await house.runs.close()


@pytest.fixture
async def place(home: Home) -> AsyncIterator[Place]:
    async with opened(home) as one:
        yield one


def given(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


async def refused(place: Place, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = await place.client.request(method, f"/app/api{path}", json=body)
    assert reply.status_code == 400, reply.text
    error: dict[str, Any] = reply.json()["error"]
    assert error["sentence"]
    assert error["hint"]
    return error


# ---- of a chat ----


async def test_a_first_question_brings_the_chats_instructions_and_settings(place: Place) -> None:
    run = await place.post("/runs", {"text": "one two three", "system": "Be brief.", "settings": COLD})
    await place.events(run)
    opened = await place.get(f"/chats/{run['chat']}")
    assert opened["chat"]["system"] == "Be brief."
    assert given(opened["chat"]["settings"]) == COLD
    assert opened["messages"][-1]["text"] == "one two"
    await place.events(await place.post(f"/chats/{run['chat']}/runs", {"text": "four five six"}))
    assert (await place.get(f"/chats/{run['chat']}"))["messages"][-1]["text"] == "four five"


async def test_exact_tools_are_switched_for_one_chat(place: Place) -> None:
    chat = (await place.post("/chats", {"settings": {"tools": False}}))["chat"]
    assert chat["settings"]["tools"] is False
    await place.events(await place.post(f"/chats/{chat['id']}/runs", {"text": "17 * 6"}))
    assert (await place.get(f"/chats/{chat['id']}"))["messages"][-1]["text"] == "17 * 6"


async def test_settings_are_put_as_a_whole_and_reset_by_null(place: Place) -> None:
    chat = (await place.post("/chats", {"settings": COLD}))["chat"]
    assert given(chat["settings"]) == COLD
    path = f"/chats/{chat['id']}"
    changed = await place.patch(path, {"settings": {"seed": 7}})
    assert given(changed["chat"]["settings"]) == {"seed": 7}
    assert given((await place.patch(path, {"title": "x"}))["chat"]["settings"]) == {"seed": 7}
    assert given((await place.patch(path, {"settings": None}))["chat"]["settings"]) == {}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"temperature": 9}, "settings.temperature"),
        ({"temperature": "hot"}, "settings.temperature"),
        ({"top_k": 1.5}, "settings.top_k"),
        ({"seed": 2**40}, "settings.seed"),
        ({"context": 10}, "settings.context"),
        ({"unknown": 1}, "settings.unknown"),
        ([], "settings"),
    ],
)
async def test_a_bad_setting_names_its_field_and_changes_nothing(
    place: Place, settings: Any, field: str
) -> None:
    chat = (await place.post("/chats", {"settings": COLD}))["chat"]["id"]
    for method, path, more in (
        ("PATCH", f"/chats/{chat}", {}),
        ("POST", "/runs", {"text": "hello"}),
        ("POST", "/chats", {}),
    ):
        assert (await refused(place, method, path, {**more, "settings": settings}))["field"] == field
    assert given((await place.get(f"/chats/{chat}"))["chat"]["settings"]) == COLD
    assert len((await place.get("/chats"))["chats"]) == 1


async def test_exports_carry_the_settings_and_come_in_again(place: Place) -> None:
    run = await place.post("/runs", {"text": "hello", "settings": COLD})
    await place.events(run)
    exported = (await place.client.get(f"/app/api/chats/{run['chat']}/export")).content
    await place.client.delete(f"/app/api/chats/{run['chat']}")
    reply = await place.client.post("/app/api/import", content=exported)
    assert reply.json()["chats"] == 1, reply.text
    assert given((await place.get(f"/chats/{run['chat']}"))["chat"]["settings"]) == COLD


@pytest.mark.parametrize(
    ("settings", "kept", "mended"),
    [
        (b'{"temperature": 0.5}', {"temperature": 0.5}, 0),
        (b'{"temperature": 99, "top_k": 3, "other": 1}', {"top_k": 3}, 1),
        (b'"hot"', {}, 0),
        (None, {}, 0),
    ],
)
async def test_files_without_settings_or_with_strange_ones_come_in(
    place: Place, settings: bytes | None, kept: dict[str, Any], mended: int
) -> None:
    said = b"" if settings is None else b', "settings": ' + settings
    file = (
        b'{"format": "sottovoce-chats", "version": 1, "chats": [{"id": "aaaaaaaaaaaaaaaa", "messages": []'
        + said
        + b"}]}"
    )
    reply = await place.client.post("/app/api/import", content=file)
    assert reply.status_code == 200, reply.text
    assert sum(reply.json()["mended"].values()) == mended
    assert given((await place.get("/chats"))["chats"][0]["settings"]) == kept


# ---- how full it is ----


async def test_how_full_it_is_comes_from_the_last_answer(place: Place) -> None:
    run = await place.ask("one two three")
    told = (await place.get(f"/chats/{run['chat']}"))["context"]
    # A word is a token to this engine, and a message one more.
    assert told == {"window": 4096, "room": 4096 - 1024 - 1, "used": 5 + 3, "exact": True, "left_out": 0}


async def test_a_chat_may_have_less_room_and_says_what_was_left_out(place: Place) -> None:
    run = await place.ask(WORDS)
    await place.patch(f"/chats/{run['chat']}", {"settings": {"context": 256}})
    await place.events(await place.post(f"/chats/{run['chat']}/runs", {"text": WORDS}))
    told = (await place.get(f"/chats/{run['chat']}"))["context"]
    assert (told["room"], told["left_out"]) == (256, 1)
    assert told["used"] <= 256


async def test_what_was_never_counted_is_judged_and_said_to_be(place: Place) -> None:
    run = await place.post("/runs", {"text": "/slow 20"})
    await place.client.post(f"/app/api/chats/{run['chat']}/runs/{run['id']}/stop", json={})
    told = (await place.get(f"/chats/{run['chat']}"))["context"]
    assert told["used"] > 0
    assert not told["exact"]


async def test_what_was_left_out_for_a_stopped_answer_is_not_counted_as_read(place: Place) -> None:
    run = await place.ask(WORDS)
    await place.patch(f"/chats/{run['chat']}", {"settings": {"context": 256}})
    later = await place.post(f"/chats/{run['chat']}/runs", {"text": "/slow 20 " + WORDS})
    path = f"/app/api/chats/{run['chat']}/runs/{later['id']}"
    while not place.engine.samplings[1:]:
        await asyncio.sleep(0.005)
    await place.client.post(f"{path}/stop", json={})
    told = (await place.get(f"/chats/{run['chat']}"))["context"]
    assert (told["left_out"], told["exact"]) == (1, False)
    assert told["used"] < 256


async def test_what_no_model_wrote_takes_no_room(place: Place) -> None:
    run = await place.ask("one two three")
    before = (await place.get(f"/chats/{run['chat']}"))["context"]
    await place.events(await place.post(f"/chats/{run['chat']}/runs", {"text": "/help can it work offline"}))
    chat = await place.get(f"/chats/{run['chat']}")
    assert chat["messages"][-1]["reason"] == "helped"
    assert chat["context"] == before


async def test_what_was_computed_is_told_to_the_next_model_and_judged(place: Place) -> None:
    run = await place.ask("one two three")
    await place.events(await place.post(f"/chats/{run['chat']}/runs", {"text": "17 * 6"}))
    told = (await place.get(f"/chats/{run['chat']}"))["context"]
    assert told["used"] > 8
    assert not told["exact"]


async def test_an_empty_chat_uses_nothing(place: Place) -> None:
    chat = await place.post("/chats", {})
    assert (chat["context"]["used"], chat["context"]["exact"]) == (0, True)


async def test_what_holds_where_nothing_is_set_is_told(home: Home) -> None:
    home.config.write_text('top_k = 7\nsystem = "Be kind."\n')
    async with opened(home) as place:
        told = await place.get("/defaults")
        assert told["system"] == "Be kind."
        # Of the settings, of the starter, and of the engine itself.
        found = told["settings"]
        assert (found["top_k"], found["temperature"], found["min_p"]) == (7, 0.2, 0.05)
        assert (found["max_tokens"], found["context"], found["seed"]) == (1024, 4096, None)
        assert told["ranges"]["temperature"] == {"low": 0.0, "high": 2.0, "whole": False}
        assert found["tools"] is True
        assert set(told["ranges"]) == set(found) - {"tools"}
        reply = await place.client.get("/app/api/defaults?model=nobody")
        assert reply.status_code == 404


# ---- presets ----


async def test_a_preset_is_kept_changed_and_deleted(place: Place) -> None:
    kept = await place.post("/presets", {"name": "Translator", "system": "Translate.", "settings": COLD})
    assert given(kept["settings"]) == COLD
    assert (await place.get("/presets"))["presets"] == [kept]
    path = f"/app/api/presets/{kept['id']}"
    changed = await place.client.put(path, json={"name": "Interpreter", "system": "Interpret."})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], given(changed.json()["settings"])) == ("Interpreter", {})
    assert (await place.client.delete(path)).status_code == 204
    assert (await place.get("/presets"))["presets"] == []
    assert (await place.client.delete(path)).status_code == 404


async def test_a_taken_name_and_a_bad_setting_are_refused_in_a_sentence(place: Place) -> None:
    await place.post("/presets", {"name": "Translator"})
    error = await refused(place, "POST", "/presets", {"name": "translator"})
    assert error["field"] == "name"
    assert "already" in error["sentence"]
    bad = {"name": "Hot", "settings": {"temperature": 9}}
    assert (await refused(place, "POST", "/presets", bad))["field"] == "settings.temperature"
    assert (await refused(place, "POST", "/presets", {}))["field"] == "name"
    assert len((await place.get("/presets"))["presets"]) == 1


async def test_presets_of_another_are_not_there(place: Place) -> None:
    kept = await place.post("/presets", {"name": "Translator", "system": "Translate."})
    strange = {"as": "somebody"}
    client, path = place.client, f"/app/api/presets/{kept['id']}"
    assert (await client.get("/app/api/presets", headers=strange)).json() == {"presets": []}
    replies: list[httpx2.Response] = [
        await client.put(path, json={"name": "mine"}, headers=strange),
        await client.delete(path, headers=strange),
    ]
    assert [reply.status_code for reply in replies] == [404, 404]
    assert (await place.get("/presets"))["presets"] == [kept]


async def test_what_is_remembered_is_listed_changed_and_erased(home: Home) -> None:
    async with opened(home) as place:
        assert await place.get("/memory") == {"on": False, "remembered": []}
        switched = await place.client.put("/app/api/memory", json={"on": True})
        assert switched.json()["on"] is True
        run = await place.ask("Remember that I live in Vienna")
        (line,) = (await place.get("/memory"))["remembered"]
        assert (line["text"], line["chat"], line["title"]) == (
            "I live in Vienna",
            run["chat"],
            "Remember that I live in Vienna",
        )
        added = await place.post("/memory", {"text": "My dog is called Rex"})
        assert (added["chat"], added["title"], added["changed"]) == (None, None, None)
        changed = await place.client.put(f"/app/api/memory/{added['id']}", json={"text": "My dog is Ada"})
        assert changed.json()["text"] == "My dog is Ada"
        assert changed.json()["changed"] >= added["created"]
        await place.ask("Who is my dog")
        assert "- My dog is Ada" in place.engine.prompts[-1][0].text
        assert place.engine.seen, "what was computed of a chat that knew the line"
        for path, status in (
            (f"/memory/{line['id']}", 204),
            (f"/memory/{line['id']}", 404),
            ("/memory", 204),
        ):
            assert (await place.client.delete(f"/app/api{path}")).status_code == status
        assert place.engine.seen == {}
        assert await place.get("/memory") == {"on": True, "remembered": []}
        await place.ask("Who is my dog now")
        assert "Ada" not in place.engine.prompts[-1][0].text


async def test_an_empty_or_endless_line_is_refused(home: Home) -> None:
    async with opened(home) as place:
        for text in ("", "  ", "x" * 501, "x" * 100_000):
            reply = await place.client.post("/app/api/memory", json={"text": text})
            assert (reply.status_code, reply.json()["error"]["field"]) == (400, "text")
