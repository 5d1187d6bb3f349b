"""Who reaches the engine itself, and the person's chats: the home's own programs, and a signed-in browser."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import app_api, asgi
from sottovoce.server.caller import GIVEN_TO_KEYS
from sottovoce.server.caller import Scope as Reach
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.sessions import COOKIE
from sottovoce.store import keys

BASE = "http://127.0.0.1:7886"
ENGINE = [endpoint for endpoint in app_api.ENDPOINTS if endpoint.path.startswith("/app/api/engine/")]
PERSONS = [endpoint for endpoint in app_api.ENDPOINTS if endpoint.scope is Reach.PAGE]
NUMBERS = itertools.count()
BODIES: dict[str, dict[str, Any]] = {
    "ready": {},
    "count": {"asked": "hello"},
    "weigh": {"texts": ["hello"]},
    "answer": {"asked": [{"role": "user", "text": "hello"}]},
    "embed": {"texts": ["hello"]},
    "rank": {"question": "hello", "texts": ["hello"]},
    "forget": {"chat": "aaaaaaaaaaaaaaaa"},
}


class Through:
    """The application as it is reached through one end: the home's socket, or the network."""

    def __init__(self, house: House, *, socket: bool) -> None:
        names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
        self._gate = asgi.build(house, names, origins_of(""), app_api.ENDPOINTS)
        self._socket = socket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._gate({**scope, "extensions": {"sotto": {"socket": self._socket}}}, receive, send)


@pytest.fixture
async def outside(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(Through(house, socket=False))
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


@pytest.fixture
async def inside(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(Through(house, socket=True))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


def signed_in(house: House) -> dict[str, str]:
    code = house.doors.sessions.new_link().partition("#")[2]
    return {"cookie": f"{COOKIE}={house.doors.sessions.enter(code, 'here')}", "sec-fetch-site": "same-origin"}


async def with_key(house: House) -> dict[str, str]:
    scopes = tuple(scope.value for scope in GIVEN_TO_KEYS)
    name = f"key{next(NUMBERS)}"
    _, secret = await house.app.database.run(lambda conn: keys.add(conn, keys.Terms(name, scopes), 0.0))
    return {"authorization": f"Bearer {secret}"}


def name_of(endpoint: Endpoint) -> str:
    return endpoint.path.rpartition("/")[2]


async def send(client: httpx2.AsyncClient, endpoint: Endpoint, headers: dict[str, str]) -> httpx2.Response:
    given = {"name": "starter", "number": "1"}
    path = re.sub(r"\{(\w+)\}", lambda found: given.get(found[1], "a" * 16), endpoint.path)
    body = {} if endpoint.body is None else {"json": BODIES.get(name_of(endpoint), {})}
    return await client.request(endpoint.method, path, headers=headers, **body)  # type: ignore[arg-type]


def test_every_place_of_the_engine_has_a_body_to_try() -> None:
    assert [name_of(endpoint) for endpoint in ENGINE] == list(BODIES)


@pytest.mark.parametrize("endpoint", ENGINE, ids=name_of)
async def test_the_engine_is_reached_through_the_homes_socket_only(
    house: House,
    echo: EchoEngine,
    inside: httpx2.AsyncClient,
    outside: httpx2.AsyncClient,
    endpoint: Endpoint,
) -> None:
    for headers in ({}, signed_in(house), await with_key(house)):
        refused = await send(outside, endpoint, headers)
        assert refused.status_code == 403, headers
        assert refused.json()["error"]["hint"]
    assert not echo.prompts
    answer = await send(inside, endpoint, {})
    if name_of(endpoint) == "rank":
        assert answer.json()["error"]["hint"] == "sotto settings set rerank_model NAME", "none is set here"
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("endpoint", PERSONS, ids=lambda one: f"{one.method} {one.path}")
async def test_no_program_with_or_without_a_key_reaches_the_persons_chats(
    house: House, outside: httpx2.AsyncClient, endpoint: Endpoint
) -> None:
    for headers in ({}, await with_key(house)):
        refused = await send(outside, endpoint, headers)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "not_allowed"


async def test_a_signed_in_browser_reaches_the_persons_chats(
    house: House, outside: httpx2.AsyncClient
) -> None:
    shown = signed_in(house)
    made = await outside.post("/app/api/chats", json={}, headers=shown)
    assert made.status_code == 200
    listed = await outside.get("/app/api/chats", headers=shown)
    assert [chat["id"] for chat in listed.json()["chats"]] == [made.json()["chat"]["id"]]
    elsewhere = {**shown, "sec-fetch-site": "same-site"}
    assert (await outside.post("/app/api/chats", json={}, headers=elsewhere)).status_code == 403


async def test_the_line_is_told_to_every_program_that_may_ask(
    house: House, outside: httpx2.AsyncClient
) -> None:
    for headers in ({}, await with_key(house), signed_in(house)):
        assert (await outside.get("/app/api/queue", headers=headers)).status_code == 200


BAD: list[tuple[str, dict[str, Any]]] = [
    ("count", {}),
    ("count", {"asked": [{"role": "developer", "text": "x"}]}),
    ("answer", {"asked": "x", "sampling": {"temperature": 9.0}}),
    ("answer", {"asked": "x", "sampling": {"bias": [[1]]}}),
    ("answer", {"asked": "x", "sampling": {"n_discard": -1}}),
    ("answer", {"asked": "x", "chat": "../../etc/passwd"}),
    ("answer", {"asked": "x", "owner": "other"}),
    ("weigh", {"texts": "x"}),
    ("forget", {"chat": "short"}),
]


@pytest.mark.parametrize(("name", "body"), BAD)
async def test_what_no_program_of_ours_sends_is_refused_before_the_engine(
    echo: EchoEngine, inside: httpx2.AsyncClient, name: str, body: dict[str, Any]
) -> None:
    reply = await inside.post(f"/app/api/engine/{name}", json=body)
    assert reply.status_code == 400
    assert reply.json()["error"]["hint"]
    assert not echo.prompts
