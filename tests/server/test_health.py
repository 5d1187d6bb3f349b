"""How the server says that it runs, that it can answer, and what it counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from starlette.applications import Starlette

from sottovoce.server.doors import Doors
from sottovoce.server.health import ENDPOINTS
from sottovoce.server.house import House
from sottovoce.server.sessions import Sessions


def client(house: House) -> httpx2.AsyncClient:
    app = Starlette(routes=[place.route(house) for place in ENDPOINTS])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x")


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(house) as found:
        yield found


@pytest.mark.parametrize(
    ("problem", "stopping"), [("", False), ("The model is being loaded.", False), ("", True)]
)
async def test_a_server_that_runs_says_so_whatever_else(
    house: House, http: httpx2.AsyncClient, problem: str, stopping: bool
) -> None:
    house.problem, house.stopping = problem, stopping
    response = await http.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"ok": True})


async def test_a_server_that_can_answer_is_ready(http: httpx2.AsyncClient) -> None:
    response = await http.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True})


@pytest.mark.parametrize(
    ("problem", "stopping", "code", "sentence"),
    [
        ("The model is being loaded.", False, "model_problem", "The model is being loaded."),
        ("", True, "stopping", "The server is stopping."),
        ("The model is being loaded.", True, "stopping", "The server is stopping."),
    ],
)
async def test_a_server_that_cannot_answer_says_why(
    house: House, http: httpx2.AsyncClient, problem: str, stopping: bool, code: str, sentence: str
) -> None:
    house.problem, house.stopping = problem, stopping
    response = await http.get("/readyz")
    assert response.status_code == 503
    error = response.json()["error"]
    assert (error["code"], error["sentence"]) == (code, sentence)
    assert error["hint"]
    assert int(response.headers["retry-after"]) > 0


async def test_the_numbers_are_read_by_prometheus(house: House, http: httpx2.AsyncClient) -> None:
    house.metrics.left()
    response = await http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "sotto_left_total 1.0" in response.text
    assert "sotto_slots 4.0" in response.text


async def test_the_numbers_are_for_those_who_may_see_them(house: House) -> None:
    elsewhere = Doors(house.app.database, Sessions(), is_loopback_only=False)
    async with client(replace(house, doors=elsewhere)) as stranger:
        assert (await stranger.get("/metrics")).status_code == 401
        assert (await stranger.get("/healthz")).status_code == 200
        assert (await stranger.get("/readyz")).status_code == 200
