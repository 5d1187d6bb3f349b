"""Several models at one server: each protocol may ask for any of them, and none for a file elsewhere."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from gguf_samples import encoder, language_model

from sottovoce.app import App, open_app
from sottovoce.chat import turn, waking
from sottovoce.chat.question import Question
from sottovoce.chat.runs import Runs
from sottovoce.core import settings
from sottovoce.core.errors import BadValue, LicenceRefused
from sottovoce.core.events import Done, Failed
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.llama import LlamaEngine
from sottovoce.engine.permitted import PermittedEngine
from sottovoce.engine.protocol import Asked, Engine, ModelFacts
from sottovoce.models import shelf
from sottovoce.models.file import ModelFile
from sottovoce.server import asgi
from sottovoce.server.doors import Doors
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.metrics import Metrics
from sottovoce.server.ollama_api import keeping
from sottovoce.server.sessions import COOKIE, Sessions

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
            app.engines.put(app.engines.resolve(name), EchoEngine(can_embed=True))
        yield house_of(app)


def house_of(app: App) -> House:
    doors = Doors(app.database, Sessions(), is_loopback_only=True)
    return House(app, doors, Meter(), Metrics(), Runs(app.parts()), problem="")


@asynccontextmanager
async def client_of(house: House) -> AsyncIterator[httpx.AsyncClient]:
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=HOST, timeout=60) as client:
        yield client


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house) as client:
        yield client


def engine_of(house: House, name: str) -> EchoEngine:
    engine = bare(house.app.engines.of(house.app.engines.resolve(name)))
    assert isinstance(engine, EchoEngine)
    return engine


def bare(engine: Engine) -> Engine:
    return engine.engine if isinstance(engine, PermittedEngine) else engine


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


class Watched(EchoEngine):
    """Remembers how many held it when it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.holders_then: list[int] = []

    def _note(self, asked: Asked, sampling: Sampling) -> None:
        super()._note(asked, sampling)
        self.holders_then.append(self.holders)


@pytest.mark.parametrize("what", ASKS)
async def test_a_model_is_held_until_its_asker_has_had_the_answer(
    house: House, http: httpx.AsyncClient, what: str
) -> None:
    engine, (path, body) = Watched(), ASKS[what]
    house.app.engines.put(house.app.engines.resolve("tiny"), engine)
    reply = await http.post(path, json={**body, "model": "tiny"})
    assert reply.status_code == 200
    assert engine.holders_then == [1]
    assert engine.holders == 0


@pytest.mark.parametrize("what", ASKS)
async def test_the_use_holds_from_the_moment_it_is_set(home: Home, what: str) -> None:
    language_model().set("general.license", "string", "cc-by-nc-4.0").write(home.models / "tiny.gguf")
    path, body = ASKS[what]
    async with (
        open_app(home=home, environment={"engine": "echo"}, attach=False) as app,
        client_of(house_of(app)) as http,
    ):

        async def answered(model: str = "tiny") -> tuple[int, bool]:
            reply = await http.post(path, json={**body, "model": model})
            return reply.status_code, "forbids commercial use" in reply.text

        assert await answered() == (200, False)
        settings.store(home, "use", "commercial")
        assert await answered() == (403, True)
        assert await answered("default") == (200, False)
        home.config.write_text("use = ")
        assert await answered() == (403, True)
        home.config.unlink()
        assert await answered() == (200, False)


async def test_the_use_holds_for_a_chat_that_is_open(home: Home) -> None:
    language_model().set("general.license", "string", "cc-by-nc-4.0").write(home.models / "tiny.gguf")
    how: dict[str, Any] = {"environment": {"engine": "echo"}, "given": {"model": "tiny"}}
    async with open_app(home=home, **how) as app:
        assert isinstance([event async for event in app.ask(Question("one"))][-1], Done)
        settings.store(home, "use", "commercial")
        last = [event async for event in app.ask(Question("two"))][-1]
        assert isinstance(last, Failed)
        assert isinstance(last.error, LicenceRefused)


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


async def test_a_model_that_goes_while_the_list_is_made_is_left_out(
    house: House, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = await house.app.engines.on_shelf()

    async def a_moment_ago() -> list[ModelFile]:
        return looked_at

    monkeypatch.setattr(house.app.engines, "on_shelf", a_moment_ago)
    (house.app.home.models / "tiny.gguf").unlink()
    for path in ("/api/tags", "/api/ps"):
        reply = await http.get(path)
        assert reply.status_code == 200
        assert [model["model"] for model in reply.json()["models"]] == [f"{USUAL}:latest", "vectors:latest"]


# ── the page ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def page(house: House, http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A signed-in browser."""
    code = house.doors.sessions.new_link().partition("#")[2]
    http.headers["cookie"] = f"{COOKIE}={house.doors.sessions.enter(code, 'here')}"
    http.headers["sec-fetch-site"] = "same-origin"
    return http


async def test_a_page_sees_the_shelf_and_what_is_loaded(house: House, page: httpx.AsyncClient) -> None:
    engine_of(house, "vectors").loaded = False
    engine_of(house, "tiny").keep(-1)
    engine_of(house, "tiny").kept = [math.inf]
    usual, tiny, vectors = (await page.get("/app/api/models")).json()["models"]
    assert [(model["name"], model["answers"], model["kind"]) for model in (usual, tiny, vectors)] == [
        (USUAL, True, "language"),
        ("tiny", False, "language"),
        ("vectors", False, "embedding"),
    ]
    assert usual["loaded"] == {"bytes": 0, "window": 4096, "left": 600.0}
    assert tiny["loaded"]["left"] is None
    assert vectors["loaded"] is None
    assert tiny["bytes"] == (house.app.home.models / "tiny.gguf").stat().st_size


async def test_a_page_has_a_model_loaded_and_unloaded(house: House, page: httpx.AsyncClient) -> None:
    vectors = engine_of(house, "vectors")
    for _ in range(2):
        assert (await page.post("/app/api/models/vectors/unload")).status_code == 204
    assert (vectors.loaded, vectors.kept) == (False, [0]), "it is not asked twice"
    reply = await page.post("/app/api/models/vectors/load")
    assert (reply.status_code, reply.json()["window"]) == (200, 4096)
    assert (await page.delete("/app/api/models/vectors")).status_code == 403
    assert (await page.post("/app/api/models/nobody/load")).status_code == 404


async def test_default_is_the_one_that_answers_also_where_another_makes_the_vectors(
    house: House, page: httpx.AsyncClient, echo: EchoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(house.app.settings, embed_model="vectors")
    monkeypatch.setattr(house, "app", replace(house.app, settings=settings))
    assert (await page.post("/app/api/models/default/unload")).status_code == 204
    assert (echo.kept, engine_of(house, "vectors").kept) == ([0], [])


async def test_a_turn_of_the_page_may_name_its_model(house: House, page: httpx.AsyncClient) -> None:
    run = (await page.post("/app/api/runs", json={"text": "one two", "model": "tiny"})).json()
    place = f"/app/api/chats/{run['chat']}"
    events = (await page.get(f"{place}/runs/{run['id']}/events")).text
    assert '"model": "tiny"' in events
    assert asked(engine_of(house, "tiny")) == 1
    more = (await page.post(f"{place}/runs", json={"text": "three"})).json()
    await page.get(f"{place}/runs/{more['id']}/events")
    shown = (await page.get(place)).json()["messages"]
    assert [message["model"] for message in shown if message["role"] == "assistant"] == ["tiny", USUAL]
    house.app.engines.put(house.app.engines.resolve("tiny"), engine := Watched())
    run = (await page.post("/app/api/runs", json={"text": "one two", "model": "tiny"})).json()
    await page.get(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")
    assert (engine.holders_then, engine.holders) == ([1], 0)
    assert (await page.post("/app/api/runs", json={"text": "a", "model": "nobody"})).status_code == 404
    assert (await page.post("/app/api/runs", json={"text": "a", "model": "vectors"})).status_code == 400


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
        (1e30, math.inf),
        (10**400, math.inf),
        ("9" * 400, math.inf),
        ("99999999999h", math.inf),
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


# ── with the real engine ──────────────────────────────────────────────────────────────────────────


@pytest.mark.model
async def test_real_models_side_by_side(home: Home) -> None:
    language_model().write(home.models / "tiny.gguf")
    encoder().write(home.models / "vectors.gguf")
    async with (
        open_app(home=home, environment={}, given={"context": 512}, attach=False) as app,
        client_of(house_of(app)) as http,
    ):

        async def loaded() -> dict[str, int]:
            return {
                model["model"]: model["context_length"]
                for model in (await http.get("/api/ps")).json()["models"]
            }

        assert await loaded() == {}
        for name in ("default", "tiny"):
            path, body = ASKS["chat"]
            reply = await http.post(path, json={**body, "model": name, "max_tokens": 4})
            assert reply.status_code == 200
            assert reply.json()["usage"]["completion_tokens"] > 0
        body = {"model": "vectors", "input": ["a b", "c"]}
        assert len((await http.post("/v1/embeddings", json=body)).json()["data"][0]["embedding"]) == 32
        assert await loaded() == {f"{USUAL}:latest": 512, "tiny:latest": 256, "vectors:latest": 256}
        digests = {model["digest"] for model in (await http.get("/api/tags")).json()["models"]}
        assert len(digests) == 3
        assert all(len(digest) == 64 for digest in digests)
        await http.post("/api/generate", json={"model": "tiny", "keep_alive": 0})
        async with asyncio.timeout(10):
            while "tiny:latest" in await loaded():
                await asyncio.sleep(0.05)
        assert len(await loaded()) == 2


@pytest.mark.model
async def test_a_chat_goes_from_one_model_to_another_and_back(home: Home) -> None:
    """Each has its own state of it, and takes up no other's, also from the folder of kept states."""
    language_model().write(home.models / "tiny.gguf")
    async with open_app(home=home, environment={}, given={"context": 512}, attach=False) as app:
        tiny = shelf.resolve("tiny", home)
        parts = {"tiny": replace(app.parts(), engine=app.engines.of(tiny), model="tiny"), "": app.parts()}
        how = Sampling(max_tokens=4, temperature=0.0)
        chat: str | None = None
        answers = []
        for name in ("", "tiny", "", "tiny", ""):
            async for event in turn.ask(parts[name], Question("Name a sea.", chat=chat, sampling=how)):
                assert not isinstance(event, Failed), event
                if isinstance(event, Done):
                    chat = event.chat
                    answers.append((event.model, event.usage.reused))
            for _, engine in app.engines.made():
                real = bare(engine)
                assert isinstance(real, LlamaEngine)
                await real._life.rest()
                assert engine.load() is None
        assert [model for model, _ in answers] == [USUAL, "tiny", USUAL, "tiny", USUAL]
        states = [path for path in home.kv.glob("*.state") if not path.name.startswith("opening-")]
        assert len(states) <= 1
