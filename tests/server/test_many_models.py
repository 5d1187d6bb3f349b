"""Several models at one server: each protocol may ask for any of them, and none for a file elsewhere."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from gguf_samples import encoder, language_model

from sottovoce.app import open_app
from sottovoce.chat import waking
from sottovoce.chat.runs import Runs
from sottovoce.core.errors import BadValue
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import ModelFacts
from sottovoce.models import shelf
from sottovoce.server import asgi
from sottovoce.server.doors import Doors
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.metrics import Metrics
from sottovoce.server.ollama_api import keeping
from sottovoce.server.sessions import Sessions

HOST = "http://127.0.0.1:7886"
USUAL = "SmolLM2-135M-Instruct"
SAID = [{"role": "user", "content": "one two"}]

ASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"messages": SAID}),
    "streamed chat": ("/v1/chat/completions", {"messages": SAID, "stream": True}),
    "completion": ("/v1/completions", {"prompt": "one two"}),
    "streamed completion": ("/v1/completions", {"prompt": "one two", "stream": True}),
    "response": ("/v1/responses", {"input": "one two", "store": False}),
    "messages": ("/v1/messages", {"messages": SAID, "max_tokens": 9}),
    "ollama's chat": ("/api/chat", {"messages": SAID}),
    "ollama's prompt": ("/api/generate", {"prompt": "one two", "stream": False}),
}
VECTORS: dict[str, tuple[str, dict[str, Any]]] = {
    "vectors": ("/v1/embeddings", {"input": "one two"}),
    "ollama's vectors": ("/api/embed", {"input": "one two"}),
    "ollama's older vectors": ("/api/embeddings", {"prompt": "one two"}),
}


@pytest.fixture
async def house(home: Home, echo: EchoEngine) -> AsyncIterator[House]:
    """A server whose shelf holds another model, and one for vectors."""
    language_model().write(home.models / "tiny.gguf")
    encoder().write(home.models / "vectors.gguf")
    how: dict[str, Any] = {"environment": {"engine": "echo"}, "engine": echo, "attach": False}
    async with open_app(home=home, **how) as app:
        for name in ("tiny", "vectors"):
            app.engines.put(shelf.resolve(name, home), EchoEngine(can_embed=True))
        doors = Doors(app.database, Sessions(), is_loopback_only=True)
        yield House(app, doors, Meter(), Metrics(), Runs(app.parts()), problem="")


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client:
        yield client


def engine_of(house: House, name: str) -> EchoEngine:
    engine = house.app.engines.of(shelf.resolve(name, house.app.home))
    assert isinstance(engine, EchoEngine)
    return engine


def asked(engine: EchoEngine) -> int:
    return len(engine.prompts) + len(engine.texts)


# ── who answers ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", ASKS)
async def test_the_model_that_is_named_answers(
    house: House, http: httpx.AsyncClient, echo: EchoEngine, what: str
) -> None:
    path, body = ASKS[what]
    reply = await http.post(path, json={**body, "model": "tiny"})
    assert reply.status_code == 200
    assert '"tiny"' in reply.text
    assert (asked(engine_of(house, "tiny")), asked(echo)) == (1, 0)
    assert USUAL not in reply.text
    reply = await http.post(path, json={**body, "model": "default"})
    assert reply.status_code == 200
    assert (asked(engine_of(house, "tiny")), asked(echo)) == (1, 1)


@pytest.mark.parametrize("what", ASKS)
async def test_a_model_for_vectors_is_not_asked_to_answer(http: httpx.AsyncClient, what: str) -> None:
    path, body = ASKS[what]
    reply = await http.post(path, json={**body, "model": "vectors"})
    assert reply.status_code == 400
    assert "only makes vectors" in reply.text


@pytest.mark.parametrize("what", VECTORS)
async def test_vectors_are_made_by_the_model_that_is_named(
    house: House, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    made: list[str] = []

    def noting(name: str, engine: EchoEngine) -> None:
        embed = engine.embed

        async def noted(texts: Any, owner: str) -> list[list[float]]:
            made.append(name)
            return await embed(texts, owner)

        monkeypatch.setattr(engine, "embed", noted)

    for name in ("starter", "tiny", "vectors"):
        noting(name, engine_of(house, name))
    path, body = VECTORS[what]
    for name in ("vectors", "tiny", "default"):
        assert (await http.post(path, json={**body, "model": name})).status_code == 200
    assert made == ["vectors", "tiny", "starter"]
    app = replace(house.app, settings=replace(house.app.settings, embed_model="vectors"))
    house.app = app
    assert (await http.post(path, json={**body, "model": "default"})).status_code == 200
    assert made[3:] == ["vectors"], "the settings say what makes vectors where nobody is named"


async def test_case_and_latest_make_no_difference_to_ollamas_clients(
    house: House, http: httpx.AsyncClient
) -> None:
    for name in ("tiny:latest", "TINY", "Tiny:latest"):
        reply = await http.post("/api/chat", json={"model": name, "messages": SAID, "stream": False})
        assert (reply.status_code, reply.json()["model"]) == (200, name)
    assert asked(engine_of(house, "tiny")) == 3
    assert (
        await http.post("/v1/chat/completions", json={"model": "TINY", "messages": SAID})
    ).status_code == 404


@pytest.mark.parametrize("place", ["/v1/chat/completions", "/v1/messages", "/api/chat"])
async def test_a_path_is_no_name(house: House, http: httpx.AsyncClient, tmp_path: Path, place: str) -> None:
    """A caller chooses among what is on the shelf, and never has a file opened by its path."""
    outside = language_model().write(tmp_path / "outside.gguf")
    inside = house.app.home.models / "tiny.gguf"
    for name in (
        str(outside),
        "../../outside",
        str(inside),
        "tiny.gguf",
        "./tiny",
        "models/tiny",
        "x" * 200,
    ):
        more = {} if place == "/api/chat" else {"max_tokens": 9}
        reply = await http.post(place, json={"model": name, "messages": SAID, **more})
        assert reply.status_code == 404, name
    assert len(list(house.app.engines.made())) == 3


async def test_the_hint_names_what_there_is(http: httpx.AsyncClient) -> None:
    reply = await http.post("/v1/chat/completions", json={"model": "gpt-4o", "messages": SAID})
    assert reply.status_code == 404
    assert f"Ask for {USUAL} or default or starter or tiny or vectors" in reply.text


async def test_a_model_that_comes_later_can_be_asked_at_once(house: House, http: httpx.AsyncClient) -> None:
    body = {"model": "later", "messages": SAID}
    assert (await http.post("/v1/chat/completions", json=body)).status_code == 404
    language_model().write(house.app.home.models / "later.gguf")
    reply = await http.post("/v1/chat/completions", json=body)
    assert (reply.status_code, reply.json()["model"]) == (200, "later")
    (house.app.home.models / "later.gguf").unlink()
    assert (await http.post("/v1/chat/completions", json=body)).status_code == 404


# ── what is listed ────────────────────────────────────────────────────────────────────────────────


async def test_every_protocol_lists_the_shelf(house: House, http: httpx.AsyncClient) -> None:
    (house.app.home.models / "bad.gguf").write_bytes(b"PK\x03\x04")
    names = [USUAL, "tiny", "vectors"]
    assert [model["id"] for model in (await http.get("/v1/models")).json()["data"]] == names
    messages = (await http.get("/v1/models", headers={"anthropic-version": "2023-06-01"})).json()
    assert [(model["id"], model["max_input_tokens"]) for model in messages["data"]] == [
        (USUAL, 4096),
        ("tiny", 256),
        ("vectors", 256),
    ]
    tags = (await http.get("/api/tags")).json()["models"]
    assert [model["name"] for model in tags] == [f"{name}:latest" for name in names]
    assert (await http.get("/v1/models/tiny")).json()["id"] == "tiny"
    shown = (await http.post("/api/show", json={"model": "vectors"})).json()
    assert (shown["capabilities"], shown["details"]["family"]) == (["embedding"], "bert")


async def test_what_is_loaded_is_told_and_looking_loads_nothing(
    house: House, http: httpx.AsyncClient
) -> None:
    engine_of(house, "vectors").loaded = False
    names = [model["model"] for model in (await http.get("/api/ps")).json()["models"]]
    assert names == [f"{USUAL}:latest", "tiny:latest"]
    await http.get("/v1/models")
    await http.get("/api/tags")
    assert not engine_of(house, "vectors").loaded


# ── how long a model stays ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, None),
        ("", None),
        (0, 0.0),
        ("0", 0.0),
        (-1, math.inf),
        ("-1m", math.inf),
        (300, 300.0),
        (1.5, 1.5),
        ("90", 90.0),
        ("5m", 300.0),
        ("1h30m", 5400.0),
        ("1.5h", 5400.0),
        ("100ms", 0.1),
        ("+2s", 2.0),
    ],
)
def test_keep_alive_is_read_as_the_original_does(given: str | float | None, meant: float | None) -> None:
    assert keeping.seconds(given) == (None if meant is None else pytest.approx(meant))


@pytest.mark.parametrize("given", ["soon", "5 m", "m", "1d", "--1s", math.nan])
def test_what_is_no_duration_is_refused(given: str | float) -> None:
    with pytest.raises(BadValue) as caught:
        keeping.seconds(given)
    assert caught.value.field == "keep_alive"


@pytest.mark.parametrize("what", ["ollama's chat", "ollama's prompt", "ollama's vectors"])
async def test_a_model_stays_as_long_as_was_asked_after_the_answer(
    house: House, http: httpx.AsyncClient, what: str
) -> None:
    path, body = {**ASKS, **VECTORS}[what]
    tiny = engine_of(house, "tiny")
    for keep in ("10m", -1, 0):
        assert (await http.post(path, json={**body, "model": "tiny", "keep_alive": keep})).status_code == 200
    assert tiny.kept == [600.0, math.inf, 0.0]
    assert not tiny.loaded


async def test_an_empty_question_loads_a_model_or_unloads_it(house: House, http: httpx.AsyncClient) -> None:
    tiny = engine_of(house, "tiny")
    reply = await http.post("/api/generate", json={"model": "tiny", "keep_alive": 0})
    assert (reply.json()["done_reason"], tiny.loaded) == ("unload", False)
    reply = await http.post("/api/generate", json={"model": "tiny", "keep_alive": "1h"})
    assert (reply.json()["done_reason"], tiny.loaded, tiny.kept[-1]) == ("load", True, 3600.0)
    (usual, other) = (await http.get("/api/ps")).json()["models"][:2]
    assert usual["expires_at"] < other["expires_at"]


# ── who waits ─────────────────────────────────────────────────────────────────────────────────────


class Slow(EchoEngine):
    """Takes three looks of a waiting caller to be loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = False

    async def ready(self) -> ModelFacts:
        if not self.loaded:
            await asyncio.sleep(0.07)
        return await super().ready()


@pytest.mark.parametrize("what", ["streamed chat", "streamed completion", "messages"])
async def test_who_waits_for_a_model_to_be_loaded_is_told(
    house: House, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(waking, "QUICK_SECONDS", 0.02)
    house.app.engines.put(shelf.resolve("tiny", house.app.home), Slow())
    path, body = ASKS[what]
    reply = await http.post(path, json={**body, "model": "tiny", "stream": True})
    assert reply.status_code == 200
    assert reply.text.startswith(": the model is being loaded\n\n")
    assert "x-queue-position" not in reply.headers
    assert "two" in reply.text
    again = await http.post(path, json={**body, "model": "tiny", "stream": True})
    assert "being loaded" not in again.text


async def test_a_quick_load_is_not_told(house: House, http: httpx.AsyncClient) -> None:
    house.app.engines.put(shelf.resolve("tiny", house.app.home), Slow())
    path, body = ASKS["streamed chat"]
    assert "being loaded" not in (await http.post(path, json={**body, "model": "tiny"})).text


async def test_a_full_line_holds_up_nobody_who_asks_another_model(
    house: House, http: httpx.AsyncClient
) -> None:
    full = EchoEngine(slots=1, queue_seconds=0.001)
    house.app = replace(house.app, engine=full)
    body = {"messages": [{"role": "user", "content": "/slow 20"}], "model": "default"}
    going = asyncio.create_task(http.post("/v1/chat/completions", json=body))
    while not full.queue("local").computing:
        await asyncio.sleep(0.005)
    assert (await http.post("/v1/chat/completions", json={**body, "messages": SAID})).status_code == 429
    other = {**body, "messages": SAID, "model": "tiny"}
    assert (await http.post("/v1/chat/completions", json=other)).status_code == 200
    assert (await going).status_code == 200
