"""The log says what happened to a request, and never a word of what was in it."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from sottovoce.core.paths import Home
from sottovoce.server import log, problems
from sottovoce.server.answering import EventStream
from sottovoce.server.log import Journal, kept, line

CANARY = "correct-horse-battery-staple"


def read(home: Home) -> list[dict[str, Any]]:
    return [json.loads(one) for one in (home.logs / log.FILE).read_text("utf-8").splitlines()]


async def answer(request: Request) -> Response:
    noted = line(request.scope)
    noted.room, noted.route, noted.key = "openai_api", "/v1/things/{id}", "k7"
    noted.tokens += 12
    await request.body()
    return Response("fine")


async def fail(request: Request) -> Response:
    line(request.scope).route = "/fail"

    async def chunks() -> AsyncGenerator[bytes, None]:
        yield b"data: x\n\n"
        raise ValueError(CANARY)

    return EventStream(chunks(), problems.OPENAI)


async def crash(request: Request) -> Response:
    try:
        raise KeyError(CANARY)
    except KeyError:
        logging.getLogger("sottovoce.server.endpoint").exception("A request failed at %s", "/crash")
    return Response("sorry", 500)


def app(counted: list[tuple[str, int]]) -> Journal:
    places = [
        Route("/v1/things/{id}", answer, methods=["POST", "GET"]),
        Route("/fail", fail),
        Route("/crash", crash),
    ]
    return Journal(Starlette(routes=places), lambda room, status: counted.append((room, status)))


def client(counted: list[tuple[str, int]]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app(counted)), base_url="http://x")


async def test_a_request_leaves_one_line(home: Home) -> None:
    counted: list[tuple[str, int]] = []
    with kept(home):
        async with client(counted) as http:
            response = await http.get("/v1/things/7")
    (one,) = read(home)
    assert one.pop("time").endswith("+00:00")
    assert one.pop("ms") >= 0
    assert one == {
        "level": "info",
        "part": "server.log",
        "message": "request",
        "id": response.headers["x-request-id"],
        "method": "GET",
        "route": "/v1/things/{id}",
        "status": 200,
        "tokens": 12,
        "key": "k7",
        "left": False,
    }
    assert response.headers["request-id"] == response.headers["x-request-id"]
    assert counted == [("openai_api", 200)]


async def test_no_word_of_a_request_is_ever_in_the_log(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    with kept(home):
        async with client([]) as http:
            for path in ("/v1/things/", "/", "/fail?q=", "/crash?q=", "/v1/"):
                for method in ("GET", "POST", "DELETE", CANARY.upper()):
                    await http.request(
                        method,
                        f"{path}{CANARY}",
                        content=CANARY,
                        headers={"Authorization": f"Bearer {CANARY}", "User-Agent": CANARY, "Cookie": CANARY},
                    )
    said = (home.logs / log.FILE).read_text("utf-8")
    assert CANARY not in said.lower()
    seen, err = capfd.readouterr()
    assert CANARY not in (seen + err).lower()
    lines = read(home)
    assert sum(one["message"] == "request" for one in lines) == 20
    assert any("KeyError" in one.get("problem", "") for one in lines)
    assert any("ValueError" in one["message"] for one in lines)
    assert any(one.get("method") == "other" for one in lines)


async def test_what_others_log_is_cut_to_what_they_always_say(home: Home) -> None:
    with kept(home):
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": KeyError(CANARY), "text": CANARY}
        )
        logging.getLogger("some.library").warning("cannot read %s", CANARY)
        logging.getLogger("some.library").info("nothing of note")
    lines = read(home)
    assert [one["message"] for one in lines] == ["Task exception was never retrieved", "cannot read %s"]
    assert CANARY not in json.dumps(lines)


async def test_a_client_that_left_is_seen(home: Home) -> None:
    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        """Take it."""

    with kept(home):
        await Journal(inside, lambda room, status: None)({"type": "http", "method": "GET"}, receive, send)
    (one,) = read(home)
    assert (one["status"], one["left"], one["route"]) == (200, True, None)


async def test_a_cancelled_request_leaves_its_line_too(home: Home) -> None:
    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    async def nothing(*_: object) -> Any:
        """Do nothing."""

    with kept(home):
        journal = Journal(inside, lambda room, status: None)
        task = asyncio.create_task(journal({"type": "http", "method": "GET"}, nothing, nothing))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    (one,) = read(home)
    assert (one["status"], one["left"]) == (None, True)


async def test_an_anthropic_problem_names_its_request(home: Home) -> None:
    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        await problems.ANTHROPIC.response(problems.unforeseen())(scope, receive, send)

    journal = Journal(inside, lambda room, status: None)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(journal), base_url="http://x") as http:
        response = await http.get("/")
        again = await http.get("/")
    assert response.json()["request_id"] == response.headers["request-id"]
    assert again.json()["request_id"] != response.json()["request_id"]


def test_the_log_is_private_bounded_and_given_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST_BYTES", 2000)
    ours = logging.getLogger("sottovoce")
    before = logging.getLogger().handlers[:], ours.handlers[:], ours.level
    with kept(home):
        for number in range(200):
            ours.info("a line, number %s", number)
    assert (logging.getLogger().handlers[:], ours.handlers[:], ours.level) == before
    files = sorted(home.logs.iterdir())
    assert [file.name for file in files] == ["server.log", *(f"server.log.{n}" for n in (1, 2, 3))]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert "number 199" in files[0].read_text("utf-8")


def test_a_log_that_cannot_be_written_disturbs_nothing(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    home.logs.rmdir()
    with kept(home):
        logging.getLogger("sottovoce").warning("lost")
    assert capfd.readouterr() == ("", "")


def test_a_place_outside_a_journal_may_note_what_it_likes() -> None:
    scope: Scope = {"type": "http"}
    line(scope).tokens += 3
    assert line(scope).tokens == 3
