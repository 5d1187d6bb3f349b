"""Every place of the server, however it is called: by what name, from what page, with what kind of body."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import pytest
from starlette.responses import HTMLResponse

from sottovoce.app import open_app
from sottovoce.chat.runs import Runs
from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi
from sottovoce.server.asgi import Places
from sottovoce.server.doors import Doors
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.gate.gate import Gate
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import SAFE, Origins, origins_of
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.log import Journal
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import Sessions

PORT = 7886
NAMES = names_of([("127.0.0.1", PORT), ("::1", PORT)], "127.0.0.1", "")
LISTED = "http://localhost:3000"

GOOD_HOSTS = [("127.0.0.1:7886",), ("localhost:7886",), ("[::1]:7886",)]
BAD_HOSTS: list[tuple[str, ...]] = [
    ("evil.example:7886",),
    ("127.0.0.1.evil.example:7886",),
    ("localhost.evil:7886",),
    ("127.0.0.1:7887",),
    ("",),
    (),
    ("[::ffff:127.0.0.1]:7886",),
    ("localhost.:7886",),
    ("EVIL.EXAMPLE:7886",),
    ("user@127.0.0.1:7886",),
    ("2130706433:7886",),
    ("127.0.0.1:7886", "evil.example"),
]
OWN = {"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin"}
PAGES = {
    "no page": ({}, True),
    "our page": (OWN, True),
    "another page": ({"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}, False),
    "a page without origin": ({"Origin": "null"}, False),
    "another port of this machine": (
        {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"},
        False,
    ),
    "a page that hides": ({"Sec-Fetch-Site": "cross-site"}, False),
}
KINDS = {
    "application/json": True,
    "text/plain": False,
    "application/x-www-form-urlencoded": False,
    "multipart/form-data; boundary=x": False,
    None: True,
}
NOWHERE = [
    ("GET", "/nothing"),
    ("POST", "/v1/nothing"),
    ("PUT", "/v1/messages/nothing"),
    ("DELETE", "/api/nothing"),
    ("POST", "/favicon.ico"),
    ("DELETE", "/"),
    ("OPTIONS", "/v1/models"),
    ("TRACE", "/v1/models"),
]

Pairs = list[tuple[str, str]]


class Answered:
    def __init__(self, status: int, headers: Pairs, body: bytes) -> None:
        self.status, self.body = status, body
        self.headers = dict(headers)
        assert len(self.headers) == len(headers), "a header is there twice"


async def call(
    app: Any, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes = b""
) -> Answered:
    """Send one request as the wire would, and return what comes back."""
    heads: list[dict[str, Any]] = []
    parts: list[bytes] = []
    requests = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        return next(requests, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            heads.append(message)
        else:
            parts.append(message.get("body", b""))

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "server": ("127.0.0.1", PORT),
        "client": ("127.0.0.1", 50000),
        "state": {},
    }
    await app(scope, receive, send)
    (head,) = heads
    pairs = [(name.decode().lower(), value.decode()) for name, value in head["headers"]]
    return Answered(head["status"], pairs, b"".join(parts))


class Watched(Doors):
    """Doors that count who came as far as them; nothing is served before that."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.came = 0

    async def open(self, request: Any, required: bool) -> Any:
        self.came += 1
        return await super().open(request, required)


@pytest.fixture
async def house(home: Home, echo: EchoEngine) -> AsyncIterator[House]:
    async with open_app(home=home, engine=echo, environment={}) as app:
        doors = Watched(app.database, Sessions(), is_loopback_only=True)
        yield House(app, doors, Meter(), Metrics(), Runs(app.parts()), problem="")


async def reached(visit: Visit[Any]) -> Any:
    """Answer."""
    return HTMLResponse("reached")


def quiet(problem: SottoError) -> None:
    """Count nothing."""


def places() -> list[tuple[str, str]]:
    """Every method and path that the server knows, with something in the place of names."""
    known = [(place.method, re.sub(r"\{[^}]*\}", "x", place.path)) for place in asgi.endpoints()]
    assert len(set(known)) == len(known) > 20
    return known


def expected(method: str, host_is_good: bool, page_is_good: bool, kind_is_good: bool) -> int:
    if not host_is_good:
        return 421
    if not page_is_good:
        return 403
    return 200 if kind_is_good or method in SAFE else 415


def requests(method: str) -> Iterable[tuple[Pairs, int]]:
    """Every mix of a name, a page and a kind of body, and what becomes of it."""
    for hosts in (*GOOD_HOSTS, *BAD_HOSTS):
        for page, page_is_good in PAGES.values():
            for kind, kind_is_good in KINDS.items():
                said = [("Host", host) for host in hosts]
                said += [(name, text.format(host=hosts[0] if hosts else "")) for name, text in page.items()]
                said += [] if kind is None else [("Content-Type", kind)]
                yield said, expected(method, hosts in GOOD_HOSTS, page_is_good, kind_is_good)


async def test_a_place_is_reached_by_our_names_and_pages_alone(house):
    open_places = [
        replace(place, handle=reached, scope=None, body=None, computes=False) for place in asgi.endpoints()
    ]
    app = asgi.build(house, NAMES, Origins(), open_places)
    counted = 0
    for method, path in places():
        for headers, status in requests(method):
            answer = await call(app, method, path, headers)
            assert answer.status == status, (method, path, headers, answer.body)
            assert (answer.body == b"reached") == (status == 200)
            counted += 1
    assert counted == len(asgi.endpoints()) * (3 + 12) * 6 * 5


def stored(house: House) -> list[bytes]:
    return [path.read_bytes() for path in sorted(house.app.home.root.glob("sotto.db*"))]


async def test_nothing_behind_the_gate_hears_of_those_who_are_turned_away(house, echo):
    app = asgi.build(house, NAMES, Origins())
    body = json.dumps({"model": "default", "messages": [{"role": "user", "content": "hello"}]}).encode()
    house.app.database.look(lambda conn: conn.execute("SELECT 1"))
    before = stored(house)
    for method, path in (*places(), *NOWHERE):
        for headers, status in requests(method):
            if status != 200:
                answer = await call(app, method, path, headers, body)
                assert answer.status == status
                assert_dressed(answer)
                assert_shaped(path, answer)
    assert house.doors.came == 0
    assert (echo.prompts, echo.texts) == ([], [])
    assert stored(house) == before
    assert len(house.meter) == 0


async def test_no_place_can_stand_outside_the_gate(house):
    app = asgi.build(house, NAMES, Origins())
    assert type(app) is Journal
    gate = app._inside
    assert type(gate) is Gate
    inside = gate._inside
    assert type(inside) is Places
    known = {(place.method, place.path) for place in asgi.endpoints()}
    for route in inside.routes:
        assert any((method, route.path) in known for method in route.methods or ())


async def test_a_place_beside_the_gate_would_be_found_out(house):
    """The safeguard taken away: without the gate the same matrix lets strangers in."""
    place = Endpoint("GET", "/beside", reached, scope=None)
    bare = Places([place.route(house)], quiet)
    answer = await call(bare, "GET", "/beside", [("Host", "evil.example")])
    assert answer.body == b"reached"


def assert_dressed(answer: Answered) -> None:
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers
    assert "location" not in answer.headers
    assert not any(name.startswith("access-control") for name in answer.headers)


def assert_shaped(path: str, answer: Answered) -> None:
    said = json.loads(answer.body)
    if path.startswith("/v1/messages"):
        assert said["type"] == "error"
        assert said["error"]["message"]
    elif path.startswith("/v1"):
        assert set(said["error"]) == {"message", "type", "param", "code"}
    elif path.startswith("/api"):
        assert isinstance(said["error"], str)
    else:
        assert said["error"]["hint"]


@pytest.mark.parametrize(("method", "path"), NOWHERE)
async def test_where_nothing_is_the_answer_is_in_the_shape_of_the_path(house, method, path):
    app = asgi.build(house, NAMES, Origins())
    answer = await call(app, method, path, [("Host", "localhost:7886")])
    assert answer.status in (404, 405)
    assert_dressed(answer)
    assert_shaped(path, answer)


async def test_a_wrong_method_is_told_the_right_ones(house):
    app = asgi.build(house, NAMES, Origins())
    answer = await call(app, "PATCH", "/app/api/session", [("Host", "localhost:7886")])
    assert answer.status == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, POST"


@pytest.mark.parametrize(
    "path", ["/v1/models/", "//v1/models", "/v1/./models", "/v1/../v1/models", "/V1/models"]
)
async def test_nobody_is_sent_elsewhere(house, path):
    app = asgi.build(house, NAMES, Origins())
    answer = await call(app, "GET", path, [("Host", "localhost:7886")])
    assert answer.status == 404
    assert "location" not in answer.headers


async def test_a_listed_page_may_ask_and_is_told_so_on_every_answer(house):
    app = asgi.build(house, NAMES, origins_of(LISTED))
    page = [("Host", "localhost:7886"), ("Origin", LISTED), ("Sec-Fetch-Site", "same-site")]
    asks = [
        *page,
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization"),
    ]
    for method, path in (*places(), *NOWHERE):
        granted = await call(app, "OPTIONS", path, asks)
        assert granted.status == 200
        assert granted.headers["access-control-allow-origin"] == LISTED
        assert granted.headers["access-control-allow-headers"] == "authorization"
        wrong = await call(app, method, path, [*page, ("Content-Length", "99999999999")])
        assert wrong.status == 413
        assert wrong.headers["access-control-allow-origin"] == LISTED
        assert "access-control-allow-credentials" not in wrong.headers
    assert house.doors.came == 0
    other = await call(
        app, "OPTIONS", "/v1/models", [*asks[:1], ("Origin", "http://evil.example"), *asks[2:]]
    )
    assert other.status == 403
    assert "access-control-allow-origin" not in other.headers


async def test_the_socket_goes_by_its_own_name(house):
    app = asgi.build(house, NAMES, Origins())

    async def through_the_socket(scope: Any, receive: Any, send: Any) -> None:
        await app(
            {**scope, "server": ("/tmp/s.sock", None), "extensions": {"sotto": {"socket": True}}},
            receive,
            send,
        )

    assert (await call(through_the_socket, "GET", "/", [("Host", "localhost")])).status == 200
    assert (await call(through_the_socket, "GET", "/", [("Host", "evil.example")])).status == 421
    assert (await call(app, "GET", "/", [("Host", "localhost")])).status == 421
