"""Signing a browser in, over HTTP: the page, the code, the cookie."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import closing
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from starlette.applications import Starlette

from sottovoce.core.paths import Home
from sottovoce.server import enter
from sottovoce.server.caller import Scope
from sottovoce.server.doors import Doors
from sottovoce.server.gate.headers import POLICY
from sottovoce.server.house import House
from sottovoce.server.limits import Meter
from sottovoce.server.metrics import Metrics
from sottovoce.server.sessions import COOKIE, SESSION_SECONDS, Sessions
from sottovoce.store.db import open_database

ADDRESS = "http://127.0.0.1:7886"
OUR_PAGE = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
SESSION = "/app/api/session"


@pytest.fixture
async def doors(home: Home) -> AsyncIterator[Doors]:
    with closing(open_database(home)) as database:
        yield Doors(database, Sessions(), is_loopback_only=True)


@pytest.fixture
async def browser(doors: Doors) -> AsyncIterator[httpx2.AsyncClient]:
    # The engine and the chats are nothing to these places.
    house = House(
        cast("Any", SimpleNamespace(database=None, shelves=None)),
        doors,
        Meter(),
        Metrics(),
        cast("Any", SimpleNamespace()),
    )
    app = Starlette(routes=[place.route(house) for place in enter.ENDPOINTS])
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=ADDRESS, headers=OUR_PAGE
    ) as client:
        yield client


def new_code(doors: Doors) -> str:
    return doors.sessions.new_link().partition("#")[2]


async def test_the_page_of_a_link_holds_nothing_that_our_policy_forbids(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/enter")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"<script>|<style|\son\w+=|style=|javascript:|https?://", page.text)
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(named) == ["/enter.css", "/enter.js", "data:,"]
    for name, kind, rule in (("js", "javascript", "script-src"), ("css", "css", "style-src")):
        file = await browser.get(f"/enter.{name}")
        assert file.status_code == 200
        assert kind in file.headers["content-type"]
        assert f"{rule} 'self'" in POLICY
    assert "connect-src 'self'" in POLICY
    assert "img-src 'self' data:" in POLICY


async def test_opening_a_link_uses_nothing_up(browser: httpx2.AsyncClient, doors: Doors) -> None:
    code = new_code(doors)
    for name in ("/enter", "/enter.js", "/enter.css"):
        await browser.get(name)
    assert (await browser.post(SESSION, json={"code": code})).status_code == 200


async def test_a_code_signs_in_once(browser: httpx2.AsyncClient, doors: Doors) -> None:
    assert (await browser.get(SESSION)).json()["signed_in"] is False
    code = new_code(doors)
    first = await browser.post(SESSION, json={"code": code})
    assert first.json()["signed_in"] is True
    assert Scope.PAGE in first.json()["scopes"]
    assert (await browser.get(SESSION)).json() == first.json()
    browser.cookies.clear()
    second = await browser.post(SESSION, json={"code": code})
    assert second.status_code == 401
    assert second.json()["error"]["sentence"] == "This link has been used, or is too old."
    assert "set-cookie" not in second.headers
    assert (await browser.get(SESSION)).json()["signed_in"] is False


async def test_of_many_who_use_one_code_at_once_one_gets_in(
    browser: httpx2.AsyncClient, doors: Doors
) -> None:
    code = new_code(doors)
    answers = await asyncio.gather(*(browser.post(SESSION, json={"code": code}) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


async def test_the_cookie_is_kept_from_scripts_and_other_sites(
    browser: httpx2.AsyncClient, doors: Doors
) -> None:
    answer = await browser.post(SESSION, json={"code": new_code(doors)})
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie.key == COOKIE
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == str(int(SESSION_SECONDS))
    assert cookie.value not in answer.text


async def test_asking_who_is_signed_in_keeps_the_cookie_for_longer(
    browser: httpx2.AsyncClient, doors: Doors
) -> None:
    await browser.post(SESSION, json={"code": new_code(doors)})
    answer = await browser.get(SESSION)
    assert f"Max-Age={int(SESSION_SECONDS)}" in answer.headers["set-cookie"]
    assert browser.cookies[COOKIE] in answer.headers["set-cookie"]
    browser.cookies.clear()
    browser.cookies.set(COOKIE, "guess")
    assert "set-cookie" not in (await browser.get(SESSION)).headers


async def test_signing_out_ends_the_session_and_takes_the_cookie(
    browser: httpx2.AsyncClient, doors: Doors
) -> None:
    await browser.post(SESSION, json={"code": new_code(doors)})
    token = browser.cookies[COOKIE]
    assert (await browser.delete(SESSION)).json()["signed_in"] is False
    assert COOKIE not in browser.cookies
    browser.cookies.set(COOKIE, token)
    assert (await browser.get(SESSION)).json()["signed_in"] is False
    assert (await browser.delete(SESSION)).status_code == 200  # twice is nothing


async def test_another_page_signs_nobody_out(browser: httpx2.AsyncClient, doors: Doors) -> None:
    await browser.post(SESSION, json={"code": new_code(doors)})
    for foreign in (
        {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ):
        assert (await browser.delete(SESSION, headers=foreign)).status_code == 403
    assert (await browser.get(SESSION)).json()["signed_in"] is True


async def test_a_signed_in_browser_can_let_in_another_and_nobody_else_can(
    browser: httpx2.AsyncClient, doors: Doors
) -> None:
    assert (await browser.post("/app/api/link")).status_code == 403
    await browser.post(SESSION, json={"code": new_code(doors)})
    link = (await browser.post("/app/api/link")).json()["link"]
    browser.cookies.clear()
    assert (await browser.post(SESSION, json={"code": link.partition("#")[2]})).status_code == 200


async def test_guessing_codes_is_refused_with_when_to_come_again(
    browser: httpx2.AsyncClient, doors: Doors
) -> None:
    answers = [await browser.post(SESSION, json={"code": f"guess{n}"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) in range(1, 4)
    assert (await browser.post(SESSION, json={"code": new_code(doors)})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"code": ""}, {"code": 1}, {"code": None}, {"code": "x" * 101}, {"code": "x", "as": "me"}, []],
)
async def test_a_body_that_is_no_code_is_refused(browser: httpx2.AsyncClient, body: Any) -> None:
    assert (await browser.post(SESSION, json=body)).status_code == 400


async def test_neither_codes_nor_cookies_stand_in_a_log_or_in_the_home(
    browser: httpx2.AsyncClient, doors: Doors, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    code = new_code(doors)
    with caplog.at_level(logging.DEBUG):
        await browser.post(SESSION, json={"code": code})
        await browser.get(SESSION)
        await browser.post(SESSION, json={"code": code})
    held = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    for secret in (code, browser.cookies[COOKIE]):
        assert secret not in caplog.text
        assert secret.encode() not in held
