"""Bodies that nobody would send on purpose: each gets an answer or a sentence, and none reaches too far."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from starlette.types import Message as AsgiMessage
from starlette.types import Scope as AsgiScope

from sottovoce.app import open_app
from sottovoce.chat.runs import Runs
from sottovoce.core.paths import open_home
from sottovoce.core.sampling import Sampling, checked
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.request import request
from sottovoce.server import asgi
from sottovoce.server.description import describe
from sottovoce.server.doors import Doors
from sottovoce.server.gate.gate import Gate
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import Sessions

EXAMPLES = 1_250
"""For each of eight routes: 10,000 bodies in all."""

ASKED = [{"role": "user", "content": "a boat"}]
BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"model": "default", "messages": ASKED},
    "/v1/completions": {"model": "default", "prompt": "a boat"},
    "/v1/embeddings": {"model": "default", "input": "a boat"},
    "/v1/responses": {"model": "default", "input": "a boat", "store": False},
    "/v1/messages": {"model": "default", "messages": ASKED, "max_tokens": 9},
    "/api/chat": {"model": "default", "messages": ASKED},
    "/api/generate": {"model": "default", "prompt": "a boat"},
    "/api/embed": {"model": "default", "input": "a boat"},
}
EMBED = ("/v1/embeddings", "/api/embed")
ALLOWED = frozenset(
    (
        *("prompt", "n_predict", "stream", "return_tokens", "response_fields", "id_slot", "cache_prompt"),
        *("temperature", "top_p", "top_k", "min_p", "repeat_penalty", "presence_penalty"),
        *("frequency_penalty", "seed", "stop", "json_schema", "logit_bias", "n_probs"),
    )
)
"""All that the engine is ever told."""

EVIL = (
    "n_discard",
    "id_slot",
    "lora",
    "grammar",
    "samplers",
    "cache_prompt",
    "slot_id",
    "__proto__",
    "model",
)
numbers = some.one_of(
    some.integers(-(2**70), 2**70), some.floats(), some.sampled_from([0, -1, 1e308, 2**31 - 1, 2**63])
)
PLAUSIBLE = (
    *(None, True, False, 0, 1, 2, 7, 0.5, 1.5, -1, 64, "auto", "none", "json", "x", "default", ["x"], [], {}),
    *({"type": "text"}, {"type": "json_object"}, {"include_usage": True}, {"17": 3}, {"type": "auto"}, ASKED),
)
"""Values that some field takes; most of what is wholly made up is refused at the door."""

values = some.recursive(
    some.one_of(some.none(), some.booleans(), numbers, some.text(max_size=40)),
    lambda inner: some.one_of(
        some.lists(inner, max_size=4), some.dictionaries(some.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


class Server:
    """A whole server on the echo engine, asked without sockets, many thousand times."""

    def __init__(self, root: Path) -> None:
        self.engine = EchoEngine(can_embed=True)
        self._home = open_home(root)
        self._runner = asyncio.Runner()
        self._app: Gate | None = None

    def start(self) -> None:
        self._runner.run(self._open())

    async def _open(self) -> None:
        self._opened = open_app(home=self._home, environment={}, engine=self.engine)
        app = await self._opened.__aenter__()
        doors = Doors(app.database, Sessions(), is_loopback_only=True)
        house = House(app, doors, Meter(), Metrics(), Runs(app.parts()), problem="")
        names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
        self._app = asgi.build(house, names, origins_of(""))

    def stop(self) -> None:
        self._runner.run(self._opened.__aexit__(None, None, None))
        self._runner.close()

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        return self._runner.run(self._post(path, body))

    async def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        assert self._app is not None
        heads = [(b"host", b"127.0.0.1:7886"), (b"content-type", b"application/json")]
        scope: AsgiScope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": heads,
            "scheme": "http",
            "http_version": "1.1",
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 7886),
            "root_path": "",
        }
        arriving = iter([{"type": "http.request", "body": body, "more_body": False}])
        leaving = asyncio.Event()
        status, answer = 0, bytearray()

        async def receive() -> AsgiMessage:
            for message in arriving:
                return message
            await leaving.wait()
            return {"type": "http.disconnect"}

        async def send(message: AsgiMessage) -> None:
            nonlocal status
            status = message.get("status", status)
            answer.extend(message.get("body", b""))

        await self._app(scope, receive, send)
        return status, bytes(answer)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    one = Server(tmp_path_factory.mktemp("fuzz") / "home")
    one.start()
    yield one
    one.stop()


def fields(path: str) -> list[str]:
    """Return the names that the route's noun knows."""
    (place,) = (one for one in asgi.endpoints() if one.path == path and one.method == "POST")
    assert place.body is not None
    return list(place.body.model_fields)


def test_all_places_that_compute_are_here() -> None:
    computing = {
        one.path for one in asgi.endpoints() if one.computes and one.path.startswith(("/v1", "/api/"))
    }
    assert computing <= {*BODIES, "/api/embeddings"}


@pytest.mark.parametrize("path", BODIES)
def test_a_fuzzed_body_is_answered_or_refused_in_words(path: str, server: Server) -> None:
    known = some.sampled_from(fields(path))
    names = some.one_of(known, some.sampled_from(EVIL), some.text(max_size=12))
    likely = some.dictionaries(known, some.sampled_from(PLAUSIBLE), max_size=2)
    changes = some.one_of(likely, some.dictionaries(names, values, max_size=4))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(changes=changes, left_out=some.sampled_from([None, None, None, *BODIES[path]]))
    def fuzz(changes: dict[str, Any], left_out: str | None) -> None:
        body = {**BODIES[path], **changes}
        body.pop(left_out, None)
        status, answer = server.post(path, json.dumps(body).encode("utf-8", "surrogatepass"))
        assert 200 <= status < 500, (status, answer, body)
        if status != 200:
            assert json.loads(answer)["error"], body

    fuzz()
    assert path in EMBED or len(server.engine.samplings) > 20, "hardly any came through"
    for sampling in server.engine.samplings:
        assert checked(sampling)
        told = request([1, 2, 3], sampling, Sampling(), 4096, 0, afresh=False)
        assert told.keys() <= ALLOWED
    server.engine.samplings.clear()


@pytest.mark.parametrize(
    "body",
    [
        b'{"model": "default", "messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"model": "default", "messages": [{"role": "user", "content": "\xff"}]}',
        b"[" * 100_000,
        b'{"a":' * 10_000,
        b'{"model": "default", "stop": ' + json.dumps(["x"] * 100_000).encode() + b', "messages": []}',
        json.dumps(
            {"model": "default", "messages": [{"role": "user", "content": "x " * 5_000_000}]}
        ).encode(),
        json.dumps({"model": "default", "messages": ASKED, "temperature": 10**4000}).encode(),
        json.dumps(
            {
                **BODIES["/v1/chat/completions"],
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": {"type": "string", "pattern": "("}},
                },
            }
        ).encode(),
        b"\x00\x01\x02",
        b"",
        b"null",
        b'"text"',
        b"{}",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_an_absurd_body_is_refused_in_words(body: bytes, server: Server) -> None:
    status, answer = server.post("/v1/chat/completions", body)
    assert 400 <= status < 500, (status, answer)
    assert json.loads(answer)["error"]["message"]


def test_what_our_description_allows_is_never_an_error_of_ours(server: Server) -> None:
    described = schemathesis.openapi.from_dict(describe(asgi.endpoints()))
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.method.upper() != "POST" or operation.path not in BODIES:
            continue

        @settings(
            max_examples=60,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            body = json.dumps(case.body if isinstance(case.body, dict) else None)
            status, answer = server.post(case.operation.path, body.encode("utf-8", "surrogatepass"))
            assert 200 <= status < 500, (status, answer, body)
            asked += 1

        ask()
    assert asked > 300
