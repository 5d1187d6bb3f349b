"""Models over the page's own API: the shelf, the catalogue, and downloads from a hub on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from getting import small_model
from gguf_samples import encoder
from mirror import Mirror, serving

from sottovoce.app import open_app
from sottovoce.chat.runs import Runs
from sottovoce.cli.main import main
from sottovoce.core.messages import Conversation
from sottovoce.core.paths import Home, bytes_on_disk
from sottovoce.core.sampling import Sampling
from sottovoce.core.settings import read_environment
from sottovoce.engine import memory
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.gguf import read_header
from sottovoce.engine.header import Header
from sottovoce.engine.protocol import Queue
from sottovoce.models import catalogue, fitting, getting, names, records, shelf
from sottovoce.models.partial import Partial
from sottovoce.server import app_api, asgi, sockets
from sottovoce.server.caller import PERSON, Caller
from sottovoce.server.doors import Doors
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.listening import listening
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import Sessions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no unix sockets here")

NAME = "org/m-GGUF"
REF = f"hf:{NAME}"
NOBODYS = "aaaaaaaaaaaaaaaa"
SLOW = 2.5e5
"""Bytes a second: the small model takes four seconds."""

Event = tuple[int, str, dict[str, Any]]


class PersonsDoors:
    """Lets everybody in as the person at this machine."""

    async def open(self, request: object, required: bool) -> Caller:
        return PERSON


@dataclass(slots=True)
class Place:
    house: House
    client: httpx2.AsyncClient
    mirror: Mirror

    @property
    def home(self) -> Home:
        return self.house.app.home

    async def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return await self.client.request(method, f"/app/api{path}", **more)

    async def get(self, path: str) -> Any:
        reply = await self.ask("GET", path)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        reply = await self.ask("POST", path, json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def refused(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        more = {} if body is None else {"json": body}
        reply = await self.ask(method, path, **more)
        return reply.status_code, reply.json()["error"]

    async def agreed(self, ref: str = REF) -> dict[str, Any]:
        """Plan, say yes to the words, and begin."""
        plan = await self.post("/pulls/plan", {"ref": ref})
        begun: dict[str, Any] = await self.post("/pulls", {"ref": ref, "accepted": plan["words"]})
        return begun

    async def events(self, pull: str, most: int | None = None, after: int | None = None) -> list[Event]:
        """Follow a download, to its end or until so many events were heard; then hang up."""
        found: list[Event] = []
        heads = {} if after is None else {"Last-Event-ID": str(after)}
        path, text = f"/app/api/pulls/{pull}/events", ""
        async with self.client.stream("GET", path, headers=heads) as reply:
            assert reply.status_code == 200, await reply.aread()
            async for part in reply.aiter_text():
                *blocks, text = (text + part).split("\n\n")
                for block in blocks:
                    lines = dict(
                        line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")
                    )
                    if "data" in lines:
                        found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
                    if most is not None and len(found) >= most:
                        return found
        return found


@pytest.fixture
def mirror(loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A hub that the settings name, with one small model; the network is allowed as far as asked."""
    for name in [name for name in os.environ if name.startswith(("SOTTO_", "OLLAMA_", "HF_"))]:
        monkeypatch.delenv(name)
    with serving(Mirror()) as running:
        running.put(NAME, ("m-Q4_0.gguf", small_model()))
        monkeypatch.setenv("SOTTO_HUB", running.hub)
        monkeypatch.setenv("SOTTO_NETWORK", "ask")
        yield running


@asynccontextmanager
async def opened(home: Home, mirror: Mirror) -> AsyncIterator[Place]:
    async with open_app(home=home, environment={"engine": "echo"}, engine=EchoEngine(), attach=False) as app:
        house = House(app, PersonsDoors(), Meter(), Metrics(), Runs(app.parts()), problem="")  # type: ignore[arg-type]
        gate = asgi.build(
            house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), app_api.ENDPOINTS
        )
        with sockets.open_private() as private:
            assert private is not None
            transport = httpx2.AsyncHTTPTransport(uds=private.getsockname(), verify=False)
            async with (
                listening(gate, [private]),
                httpx2.AsyncClient(transport=transport, base_url="http://localhost", timeout=20) as client,
            ):
                yield Place(house, client, mirror)
                await house.pulls.close()


@pytest.fixture
async def place(home: Home, mirror: Mirror) -> AsyncIterator[Place]:
    async with opened(home, mirror) as one:
        yield one


Measure = Callable[[Home], None]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def partial_bytes(home: Home) -> int:
    return sum(bytes_on_disk(path) for path in (home.models / "partial").glob("*.part"))


# ---- before anything comes ----


async def test_a_plan_tells_size_and_terms_and_fetches_nothing(place: Place, measure: Measure) -> None:
    measure(place.home)
    plan = await place.post("/pulls/plan", {"ref": REF})
    assert (plan["name"], plan["bytes"]) == ("m-Q4_0", len(small_model()))
    assert plan["licence"]["commercial"] == "yes"
    assert plan["terms"][0].startswith("Licence: ")
    assert (plan["accepted"], plan["here"], plan["gated"], plan["linked"]) == (False, None, False, False)
    assert plan["fit"]["verdict"] == "runs"
    assert plan["free_bytes"] > 0
    assert list(place.home.models.rglob("*.part")) == []


async def test_nothing_comes_before_the_words_were_accepted(place: Place) -> None:
    plan = await place.post("/pulls/plan", {"ref": REF})
    for body in ({"ref": REF}, {"ref": REF, "accepted": "0" * 64}):
        status, error = await place.refused("POST", "/pulls", body)
        assert (status, error["code"], error["field"]) == (403, "licence_refused", "accepted")
        assert plan["terms"][1] in error["sentence"]
        assert plan["words"] in error["hint"]
    assert (await place.get("/pulls"))["pulls"] == []
    assert (await place.get("/licences"))["licences"] == []


async def test_off_refuses_as_soon_as_it_is_said(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = await place.post("/pulls/plan", {"ref": REF})
    place.mirror.seen.clear()
    monkeypatch.setenv("SOTTO_NETWORK", "off")
    for path, more in (("/pulls/plan", {}), ("/pulls", {"accepted": plan["words"]})):
        status, error = await place.refused("POST", path, {"ref": REF, **more})
        assert (status, error["code"]) == (403, "offline")
        assert "sotto settings set network ask" in error["hint"]
    assert place.mirror.seen == []


@pytest.mark.parametrize(
    ("ref", "status"), [("nonsense here", 400), ("hf:org/none", 404), ("no-such-handle", 404), ("", 400)]
)
async def test_what_cannot_be_had_is_said_in_a_sentence(place: Place, ref: str, status: int) -> None:
    found, error = await place.refused("POST", "/pulls/plan", {"ref": ref})
    assert (found, bool(error["sentence"])) == (status, True)


async def test_a_gated_model_says_how_to_get_in(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mirror.repos[NAME].gated = "manual"
    status, error = await place.refused("POST", "/pulls/plan", {"ref": REF})
    assert (status, "SOTTO_HF_TOKEN" in json.dumps(error)) == (403, True)
    monkeypatch.setenv("SOTTO_HF_TOKEN", place.mirror.token)
    reply = await place.ask("POST", "/pulls/plan", json={"ref": REF})
    assert reply.json()["gated"]
    assert place.mirror.token not in reply.text


async def test_commercial_use_needs_a_licence_for_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mirror.repos[NAME].licence = "cc-by-nc-4.0"
    monkeypatch.setenv("SOTTO_USE", "commercial")
    plan = await place.post("/pulls/plan", {"ref": REF})
    status, error = await place.refused("POST", "/pulls", {"ref": REF, "accepted": plan["words"]})
    assert (status, error["code"]) == (403, "licence_refused")


# ---- downloads ----


async def test_a_model_that_was_got_is_on_the_shelf_with_its_yes_on_record(place: Place) -> None:
    begun = await place.agreed()
    events = await place.events(begun["id"])
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    assert events[0][1] == "progress"
    digest = place.mirror.repos[NAME].files["m-Q4_0.gguf"].sha256
    done = {"name": "m-Q4_0", "files": [{"file": "m-Q4_0.gguf", "sha256": digest}]}
    assert events[-1][1:] == ("done", done)
    (model,) = [one for one in (await place.get("/models"))["models"] if one["name"] == "m-Q4_0"]
    assert (model["sha256"], model["source"], model["bytes"]) == (
        digest,
        f"{REF}:m-Q4_0.gguf",
        len(small_model()),
    )
    (yes,) = (await place.get("/licences"))["licences"]
    assert (yes["file_sha256"], yes["model"]) == (digest, "m-Q4_0")
    (pull,) = (await place.get("/pulls"))["pulls"]
    assert (pull["ended"], pull["received"]) == ("done", len(small_model()))


@pytest.mark.parametrize("says_digest", [True, False])
async def test_another_file_than_the_planned_one_is_not_begun(place: Place, says_digest: bool) -> None:
    plan = await place.post("/pulls/plan", {"ref": REF})
    body = {"ref": REF, "accepted": plan["words"], "sha256": plan["sha256"]}
    repo = place.mirror.put(NAME, ("m-Q4_0.gguf", small_model()[:-4] + b"\0\0\0\1"))
    repo.files["m-Q4_0.gguf"].lfs = says_digest
    status, error = await place.refused("POST", "/pulls", body)
    assert (status, error["field"]) == (400, "sha256")
    assert (await place.get("/pulls"))["pulls"] == []
    place.mirror.put(NAME, ("m-Q4_0.gguf", small_model()))
    assert (await place.events((await place.post("/pulls", body))["id"]))[-1][1] == "done"


async def test_what_is_no_model_is_a_mistake_of_who_names_it(place: Place) -> None:
    place.mirror.put("org/page-GGUF", ("m-Q4_0.gguf", b"<!doctype html><title>Sign in</title>"))
    status, error = await place.refused("POST", "/pulls/plan", {"ref": "hf:org/page-GGUF"})
    assert (status, error["field"]) == (400, "ref")
    assert "web page" in error["sentence"]


async def test_what_is_here_is_not_got_again_and_a_yes_is_said_once(place: Place) -> None:
    await place.events((await place.agreed())["id"])
    plan = await place.post("/pulls/plan", {"ref": REF})
    assert (plan["here"], plan["accepted"]) == ("m-Q4_0", True)
    status, error = await place.refused("POST", "/pulls", {"ref": REF})
    assert (status, "already have this" in error["sentence"]) == (400, True)
    place.mirror.put("org/n-GGUF", ("n-Q4_0.gguf", small_model()[:-4] + b"\0\0\0\1"))
    other = await place.post("/pulls", {"ref": "hf:org/n-GGUF"})
    assert (await place.events(other["id"]))[-1][1] == "done"


async def test_a_reader_that_drops_and_comes_back_loses_no_event_and_hears_none_twice(place: Place) -> None:
    place.mirror.speed = SLOW
    pull = (await place.agreed())["id"]
    beside = asyncio.create_task(place.events(pull))
    heard: list[Event] = await place.events(pull, most=1)
    while heard[-1][1] == "progress":
        heard += await place.events(pull, most=2, after=heard[-1][0])
    assert [number for number, _, _ in heard] == list(range(1, len(heard) + 1))
    assert len(heard) > 4
    assert heard[-1][1] == "done"
    assert await beside == heard
    reply = await place.ask("GET", f"/pulls/{pull}/events?after={heard[-1][0]}")
    assert reply.status_code == 204


async def test_a_stopped_download_keeps_what_came_and_goes_on_from_there(place: Place) -> None:
    place.mirror.speed = SLOW
    pull = (await place.agreed())["id"]
    reader = asyncio.create_task(place.events(pull))
    await until(lambda: partial_bytes(place.home) > 200_000)
    assert (await place.ask("POST", f"/pulls/{pull}/stop")).status_code == 204
    assert (await reader)[-1][1] == "stopped"
    kept = partial_bytes(place.home)
    assert (await place.get("/models"))["disk"]["partial"] == kept > 200_000
    (stopped,) = (await place.get("/pulls"))["pulls"]
    assert stopped["ended"] == "stopped"
    place.mirror.speed, place.mirror.seen[:] = None, []
    again = await place.post("/pulls", {"ref": stopped["ref"]})
    assert again["id"] != pull
    first, *_, last = await place.events(again["id"])
    assert first[2]["received"] > 200_000
    assert last[1] == "done"
    (model,) = place.home.models.glob("m-*.gguf")
    assert model.read_bytes() == small_model()


async def test_a_download_stopped_before_its_first_step_has_ended(place: Place) -> None:
    means = getting.means(place.home, read_environment(), {})
    offer = await getting.offer(means, REF)
    pull = place.house.pulls.start(offer, means)
    reader = asyncio.create_task(place.events(pull.id))
    await place.house.pulls.stop(pull.id)
    assert [name for _, name, _ in await reader] == ["stopped"]
    (stopped,) = (await place.get("/pulls"))["pulls"]
    assert stopped["ended"] == "stopped"


@pytest.mark.parametrize(("where", "what"), [(Partial, "install"), (getting, "note")])
async def test_a_download_that_is_stopped_in_its_last_moment_is_on_the_shelf_with_its_record(
    place: Place, monkeypatch: pytest.MonkeyPatch, where: object, what: str
) -> None:
    step, begun = getattr(where, what), threading.Event()

    def slowly(*given: object) -> None:
        begun.set()
        time.sleep(0.3)
        step(*given)

    monkeypatch.setattr(where, what, slowly)
    pull = (await place.agreed())["id"]
    await until(begun.is_set)
    assert (await place.ask("POST", f"/pulls/{pull}/stop")).status_code == 204
    assert (await place.events(pull))[-1][1] == "done"
    (model,) = place.home.models.glob("m-*.gguf")
    record = await place.house.app.database.read(lambda conn: records.of(conn, model))
    assert record is not None
    assert record.sha256 == hashlib.sha256(small_model()).hexdigest()


async def test_a_lost_connection_is_taken_up_again_by_itself(place: Place) -> None:
    cuts = 0

    def cut_twice(handler: Any, blob: Any, ask: Any) -> None:
        nonlocal cuts
        handler.send_head(blob, ask)
        body = handler.body(blob, ask)
        if len(body) > 300_000 and cuts < 2:
            cuts, body = cuts + 1, body[:300_000]
        handler.send_body(body)

    place.mirror.fault = cut_twice
    events = await place.events((await place.agreed())["id"])
    assert (cuts, events[-1][1]) == (2, "done")


async def test_a_download_that_fails_says_why_to_all_who_follow(place: Place) -> None:
    place.mirror.fault = lambda handler, blob, ask: handler.refuse(404, "")
    status, error = await place.refused("POST", "/pulls/plan", {"ref": REF})
    assert (status in (404, 502), bool(error["hint"])) == (True, True)
    place.mirror.fault = None
    plan = await place.post("/pulls/plan", {"ref": REF})

    def wrong(handler: Any, blob: Any, ask: Any) -> None:
        handler.send_head(blob, ask)
        body = handler.body(blob, ask)
        handler.send_body(body[:-1] + b"x" if len(body) > 500_000 else body)

    place.mirror.fault = wrong
    begun = await place.post("/pulls", {"ref": REF, "accepted": plan["words"]})
    events = await place.events(begun["id"])
    assert events[-1][1] == "failed"
    assert events[-1][2]["error"]["code"] == "bad_model_file"
    assert list(place.home.models.glob("m-*.gguf")) == []


@pytest.fixture
def held(mirror: Mirror) -> Iterator[None]:
    """Every download stands still after some bytes, until the test is over; headers come at once."""
    over = threading.Event()

    def hold(handler: Any, blob: Any, ask: Any) -> None:
        handler.send_head(blob, ask)
        body = handler.body(blob, ask)
        handler.send_body(body[:500_000])
        if len(body) > 500_000:
            over.wait(10)

    mirror.fault = hold
    yield
    over.set()


async def test_one_model_is_got_once_at_a_time(place: Place, held: None) -> None:
    first = await place.agreed()
    second = await place.agreed()
    assert first["id"] == second["id"]
    assert (await place.post("/pulls/plan", {"ref": REF}))["pull"] == first["id"]
    place.mirror.put("org/other", ("m-Q4_0.gguf", small_model()[:-4] + b"\0\0\0\1"))
    status, error = await place.refused("POST", "/pulls", {"ref": "hf:org/other"})
    assert (status, error["code"], error["field"]) == (400, "bad_input", "ref")
    status, error = await place.refused("DELETE", "/models/m-Q4_0")
    assert (status, error["sentence"]) == (403, "m-Q4_0 is being downloaded.")


async def test_not_too_many_are_got_at_once(place: Place, held: None) -> None:
    for number in range(5):
        place.mirror.put(f"org/n{number}", (f"n{number}-Q4_0.gguf", small_model()[:-1] + bytes([number])))
    for number in range(4):
        await place.agreed(f"hf:org/n{number}")
    status, error = await place.refused("POST", "/pulls", {"ref": "hf:org/n4"})
    assert (status, error["code"]) == (429, "busy")


async def test_the_end_of_the_server_cuts_downloads_so_that_they_go_on(home: Home, mirror: Mirror) -> None:
    mirror.speed = SLOW
    async with opened(home, mirror) as place:
        pull = (await place.agreed())["id"]
        reader = asyncio.create_task(place.events(pull))
        await until(lambda: partial_bytes(home) > 200_000)
        began = time.monotonic()
        await place.house.pulls.close()
        assert time.monotonic() - began < 2
        _, name, said = (await reader)[-1]
        assert (name, said["error"]["code"]) == ("failed", "stopping")
        status, error = await place.refused("POST", "/pulls", {"ref": REF})
        assert (status, error["code"]) == (503, "stopping")
    mirror.speed, mirror.seen[:] = None, []
    async with opened(home, mirror) as place:
        events = await place.events((await place.post("/pulls", {"ref": REF}))["id"])
        assert events[-1][1] == "done"
        assert events[0][2]["received"] > 200_000
    assert "bytes=0-" not in mirror.seen[-1][2]["range"]


async def test_what_an_earlier_run_left_is_told_until_it_is_taken_up(home: Home, mirror: Mirror) -> None:
    mirror.speed = SLOW
    async with opened(home, mirror) as place:
        await place.agreed()
        await until(lambda: partial_bytes(home) > 200_000)
        (running,) = (await place.get("/pulls"))["pulls"]
        assert (running["ended"], running["problem"]) == (None, None)
        assert (await place.get("/pulls"))["left"] == []
    mirror.speed = None
    async with opened(home, mirror) as place:
        found = await place.get("/pulls")
        (left,) = found["left"]
        assert found["pulls"] == []
        assert (left["ref"], left["name"]) == (f"{REF}:m-Q4_0.gguf", "m-Q4_0")
        assert 200_000 < left["received"] < left["bytes"] == len(small_model())
        again = await place.post("/pulls", {"ref": left["ref"]})
        assert (await place.events(again["id"]))[-1][1] == "done"
        assert (await place.get("/pulls"))["left"] == []


async def test_the_list_says_how_fast_one_comes_and_why_it_failed(place: Place) -> None:
    place.mirror.speed = SLOW
    pull = (await place.agreed())["id"]
    await place.events(pull, most=3)
    (running,) = (await place.get("/pulls"))["pulls"]
    assert running["bytes_per_second"] > 0
    assert running["seconds_left"] >= 0
    await place.ask("POST", f"/pulls/{pull}/stop")
    (stopped,) = (await place.get("/pulls"))["pulls"]
    assert (stopped["ended"], stopped["bytes_per_second"], stopped["problem"]) == ("stopped", None, None)

    def spoilt(handler: Any, blob: Any, ask: Any) -> None:
        handler.send_head(blob, ask)
        right = handler.body(blob, ask)
        handler.send_body(right[:-1] + bytes([right[-1] ^ 1]))

    place.mirror.speed, place.mirror.fault = None, spoilt
    again = await place.post("/pulls", {"ref": REF})
    (_, name, said) = (await place.events(again["id"]))[-1]
    assert name == "failed"
    failed = (await place.get("/pulls"))["pulls"][-1]
    assert (failed["ended"], failed["problem"]) == ("failed", said["error"])


@pytest.mark.parametrize("tail", ["/events", "/stop"])
async def test_a_download_that_is_not_known_is_not_found(place: Place, tail: str) -> None:
    method = "GET" if tail == "/events" else "POST"
    for pull in (NOBODYS, "nonsense"):
        assert (await place.ask(method, f"/pulls/{pull}{tail}")).status_code == 404


async def test_a_file_of_this_machine_is_linked_and_only_the_link_is_removed(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(small_model())
    plan = await place.post("/pulls/plan", {"ref": str(file)})
    assert (plan["linked"], plan["name"], plan["files"]) == (True, "mine", [])
    begun = await place.post("/pulls", {"ref": str(file), "accepted": plan["words"]})
    assert (await place.events(begun["id"]))[-1][1] == "done"
    assert (await place.get("/models/mine"))["model"]["linked"]
    assert place.mirror.seen == []
    assert (await place.ask("DELETE", "/models/mine")).status_code == 204
    assert not (place.home.models / "mine.gguf").is_symlink()
    assert file.read_bytes() == small_model()


# ---- the shelf ----


async def test_the_shelf_says_who_answers_and_what_the_disk_holds(place: Place, measure: Measure) -> None:
    shelf = await place.get("/models")
    (starter,) = shelf["models"]
    assert (starter["answers"], starter["removable"], starter["fit"]) == (True, False, None)
    assert starter["licence"]["commercial"] == "yes"
    assert shelf["disk"]["models"] == starter["bytes"]
    assert shelf["disk"]["free"] > 0
    measure(place.home)
    (starter,) = (await place.get("/models"))["models"]
    assert (starter["fit"]["verdict"], starter["fit"]["decode_tokens_per_s"]["expected"] > 1) == (
        "runs",
        True,
    )


async def test_what_loaded_models_have_counts_as_free(
    place: Place, measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def verdicts() -> list[str]:
        listed, fits = (await place.get("/models"))["models"][0], (await place.get("/fit"))["models"][0]
        return [listed["fit"]["verdict"], fits["verdict"]]

    measure(place.home)
    monkeypatch.setattr(memory, "available", lambda: 1000)
    assert await verdicts() == ["no", "no"]
    monkeypatch.setattr(place.house, "app", replace(place.house.app, taken=lambda: 16 << 30))
    assert await verdicts() == ["runs", "runs"]


async def test_a_packing_is_chosen_as_if_loaded_models_had_gone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getting, "available", lambda: 1000)
    status, error = await place.refused("POST", "/pulls/plan", {"ref": REF})
    assert (status, error["code"]) == (503, "not_enough_memory")
    monkeypatch.setattr(place.house, "app", replace(place.house.app, taken=lambda: 16 << 30))
    assert (await place.post("/pulls/plan", {"ref": REF}))["name"] == "m-Q4_0"


async def test_the_shelf_tells_the_starter_and_how_large_each_is(place: Place) -> None:
    (place.home.models / "other.gguf").write_bytes(small_model())
    models = {one["name"]: one for one in (await place.get("/models"))["models"]}
    starter, other = models["SmolLM2-135M-Instruct"], models["other"]
    assert (starter["is_starter"], starter["parameters"], starter["packing"]) == (True, 134515008, "Q4_1")
    assert (other["is_starter"], other["parameters"] > 0) == (False, True)


async def test_a_file_that_cannot_be_read_is_listed_all_the_same(place: Place) -> None:
    (place.home.models / "broken.gguf").write_bytes(b"nothing of use")
    (broken,) = [one for one in (await place.get("/models"))["models"] if one["name"] == "broken"]
    assert (broken["kind"], broken["parameters"], broken["packing"]) == ("", 0, "")


async def test_a_model_is_verified_against_what_it_was(place: Place) -> None:
    await place.events((await place.agreed())["id"])
    assert (await place.post("/models/m-Q4_0/verify", {}))["state"] == "sound"
    assert (await place.post("/models/starter/verify", {}))["state"] == "sound"
    path = place.home.models / "m-Q4_0.gguf"
    path.write_bytes(small_model()[:-4] + b"\0\0\0\1")
    verdict = await place.post("/models/m-Q4_0/verify", {})
    assert (verdict["state"], "SHA-256" in verdict["sentence"]) == ("wrong", True)
    assert (await place.ask("POST", "/models/nothing/verify")).status_code == 404


async def test_the_state_says_what_the_settings_say_now(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = await place.get("/status")
    assert (status["network"], status["hub"]) == ("ask", place.mirror.hub)
    assert (status["problem"], status["problem_code"]) == ("", "")
    monkeypatch.setenv("SOTTO_NETWORK", "off")
    assert (await place.get("/status"))["network"] == "off"
    place.house.problem = "The model is being loaded."
    assert (await place.get("/status"))["problem_code"] == "loading"


@pytest.mark.parametrize("name", ["plan", "pulls", "events", "load"])
async def test_a_model_may_be_called_as_it_likes(place: Place, name: str) -> None:
    (place.home.models / f"{name}.gguf").write_bytes(small_model())
    assert (await place.get(f"/models/{name}"))["model"]["name"] == name
    assert (await place.ask("DELETE", f"/models/{name}")).status_code == 204


async def test_of_one_that_embeds_no_writing_is_predicted(place: Place, measure: Measure) -> None:
    measure(place.home)
    encoder().write(place.home.models / "vectors.gguf")
    listed = [one["fit"] for one in (await place.get("/models"))["models"] if one["name"] == "vectors"]
    shown = [(await place.get("/models/vectors"))["model"]["fit"]]
    fits = [one for one in (await place.get("/fit"))["models"] if one["model"] == "vectors"]
    cards = (await place.get("/catalogue?q=embedding"))["cards"]
    for found in (*listed, *shown, *fits, *(file["fit"] for card in cards for file in card["files"])):
        assert (found["decode_tokens_per_s"], found["first_token_s"]) == (None, None)
        assert found["prompt_tokens_per_s"]["expected"] > 0
    assert len(fits) == 1
    assert fits[0]["class"] is None
    assert fits[0]["command"] == "sotto settings set embed_model vectors"


async def test_headers_are_read_beside_the_databases_one_thread(
    place: Place, measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(place.home)
    (place.home.models / "other.gguf").write_bytes(small_model())
    store = await place.house.app.database.read(lambda _: threading.get_ident())
    readers: set[int] = set()

    def read(path: Path) -> Header:
        readers.add(threading.get_ident())
        return read_header(path)

    monkeypatch.setattr(fitting, "read_header", read)
    assert len((await place.get("/fit"))["models"]) > 2
    assert readers
    assert store not in readers


async def test_a_model_is_told_in_plain_words(place: Place) -> None:
    for name in ("starter", "SmolLM2-135M-Instruct"):
        one = await place.get(f"/models/{name}")
        assert one["lines"][0] == "This is a language model."
        assert "Apache" in one["terms"][0]
        assert "Apache License" in one["licence_text"]


@pytest.mark.parametrize("name", ["nothing", "..%2Fsotto.db", "%2Fetc%2Fpasswd", "README.md", "sotto.db"])
async def test_a_name_leads_to_nothing_but_the_shelf(place: Place, name: str) -> None:
    for method in ("GET", "DELETE"):
        assert (await place.ask(method, f"/models/{name}")).status_code == 404


@pytest.mark.parametrize("name", ["starter", "SmolLM2-135M-Instruct"])
async def test_the_starter_stays(place: Place, name: str) -> None:
    status, error = await place.refused("DELETE", f"/models/{name}")
    assert (status, error["code"]) == (403, "refused")
    assert len((await place.get("/models"))["models"]) == 1


async def test_the_one_that_answers_is_not_removed(
    home: Home, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("answering", "beside"):
        (home.models / f"{name}.gguf").write_bytes(small_model())
    home.config.write_text('model = "answering"\n')
    async with opened(home, mirror) as place:
        status, error = await place.refused("DELETE", "/models/answering")
        assert (status, error["sentence"]) == (403, "answering is the model that answers.")
        assert (await place.ask("DELETE", "/models/beside")).status_code == 204
        assert {one["name"] for one in (await place.get("/models"))["models"] if one["removable"]} == set()
    assert [path.stem for path in home.models.glob("*.gguf")] == ["answering"]


async def test_one_that_somebody_waits_for_is_not_removed(place: Place) -> None:
    class Loading(EchoEngine):
        def load(self) -> None:
            """Nothing is loaded yet."""

        def queue(self, owner: str) -> Queue:
            return replace(super().queue(owner), waiting=1)

    path = place.home.models / "beside.gguf"
    path.write_bytes(small_model())
    place.house.app.engines.put(shelf.resolve("beside", place.home), Loading())
    status, error = await place.refused("DELETE", "/models/beside")
    assert (status, error["sentence"]) == (403, "beside is loaded, or about to be.")
    assert path.exists()


async def test_what_is_left_of_a_stopped_download_can_be_removed(place: Place) -> None:
    place.mirror.speed = SLOW
    pull = (await place.agreed())["id"]
    await until(lambda: partial_bytes(place.home) > 200_000)
    await place.ask("POST", f"/pulls/{pull}/stop")
    assert (await place.ask("DELETE", "/models/m-Q4_0")).status_code == 204
    assert partial_bytes(place.home) == 0
    assert await place.get("/pulls") == {"pulls": [], "left": []}


async def test_a_download_is_discarded_and_what_has_its_name_on_the_shelf_stays(place: Place) -> None:
    place.mirror.speed = SLOW
    pull = (await place.agreed())["id"]
    await until(lambda: partial_bytes(place.home) > 200_000)
    status, error = await place.refused("DELETE", "/left/m-Q4_0")
    assert (status, error["sentence"]) == (403, "m-Q4_0 is being downloaded.")
    await place.ask("POST", f"/pulls/{pull}/stop")
    same = place.home.models / "m-Q4_0.gguf"
    same.write_bytes(small_model())
    for _ in range(2):
        assert (await place.ask("DELETE", "/left/m-Q4_0")).status_code == 204
        assert await place.get("/pulls") == {"pulls": [], "left": []}
    assert partial_bytes(place.home) == 0
    assert same.exists()


async def test_nothing_of_a_download_under_way_is_removed_by_whatever_name(place: Place) -> None:
    place.mirror.speed = SLOW
    pull = (await place.agreed())["id"]
    await until(lambda: partial_bytes(place.home) > 200_000)
    for name in ("m-Q4_0", "m-Q4_0.gguf"):
        status, error = await place.refused("DELETE", f"/models/{name}")
        assert (status, error["sentence"]) == (403, "m-Q4_0 is being downloaded.")
    await place.ask("POST", f"/pulls/{pull}/stop")
    assert partial_bytes(place.home) > 200_000


# ---- to choose from ----


async def test_the_catalogue_is_searched_by_every_word(place: Place) -> None:
    everything = (await place.get("/catalogue"))["cards"]
    assert len(everything) == len(catalogue.cards())
    found = (await place.get("/catalogue?q=QWEN%20apache%20chat"))["cards"]
    assert 0 < len(found) < len(everything)
    assert all("qwen" in json.dumps(card).lower() for card in found)
    assert (await place.get("/catalogue?q=no-such-thing"))["cards"] == []


async def test_every_card_can_be_got_and_says_how_it_would_do(place: Place, measure: Measure) -> None:
    measure(place.home)
    cards = (await place.get("/catalogue"))["cards"]
    for card in cards:
        for file in card["files"]:
            names.parse(file["ref"])
    assert {file["fit"]["verdict"] for card in cards for file in card["files"] if file["fit"]} > {"runs"}
    assert any(card["best"] for card in cards)
    name = next(file["name"] for card in cards for file in card["files"])
    (place.home.models / name).write_bytes(small_model())
    (here,) = [card for card in (await place.get("/catalogue"))["cards"] if card["here"]]
    assert here["files"][0]["name"] == name


async def test_fit_says_the_same_as_the_command(
    place: Place, measure: Measure, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(place.home)
    found = (await place.get("/fit?context=8192&users=2"))["models"]
    assert (await place.ask("GET", "/fit?users=0")).status_code == 400
    monkeypatch.setenv("SOTTO_HOME", str(place.home.root))
    with pytest.raises(SystemExit):
        await asyncio.to_thread(main, ["fit", "--context", "8192", "--users", "2", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert [one["model"] for one in found] == [one["model"] for one in said]
    assert all(one.keys() == other.keys() for one, other in zip(found, said, strict=True))
    assert [one["memory_bytes"] for one in found] == [one["memory_bytes"] for one in said]


# ---- who may ----


async def test_a_machine_is_not_measured_while_it_answers(place: Place) -> None:
    async with aclosing(place.house.app.engine.answer("one two", Sampling(), Conversation("me"))) as pieces:
        await anext(pieces)
        status, error = await place.refused("GET", "/fit")
    assert (status, error["code"]) == (429, "busy")


async def test_only_the_person_may(home: Home, mirror: Mirror) -> None:
    """A program on this machine that is not signed in may ask the model, and change nothing here."""
    async with open_app(home=home, environment={"engine": "echo"}, engine=EchoEngine(), attach=False) as app:
        doors = Doors(app.database, Sessions(), is_loopback_only=True)
        house = House(app, doors, Meter(), Metrics(), Runs(app.parts()), problem="")
        gate = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
        transport = httpx2.ASGITransport(app=gate)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:7886") as client:
            for place in (*app_api.pulls.ENDPOINTS, *app_api.models.ENDPOINTS):
                path = place.path.replace("{name}", "starter").replace("{pull}", NOBODYS)
                reply = await client.request(place.method, path, json={} if place.body else None)
                assert (reply.status_code, reply.json()["error"]["code"]) == (403, "not_allowed"), path
    assert mirror.seen == []
