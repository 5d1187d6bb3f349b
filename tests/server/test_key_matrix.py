"""Every place of the server, with keys that are wrong, expired, removed, or for something else."""

from __future__ import annotations

import re
import time

import httpx2
import pytest

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi
from sottovoce.server.caller import GIVEN_TO_KEYS, Scope
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.store import keys
from sottovoce.store.keys import Terms

GUARDED = [place for place in asgi.endpoints() if place.scope is not None]
ADDRESS = "http://127.0.0.1:7886"


async def ask(house: House, place: Endpoint, secret: str) -> int:
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    path = re.sub(r"\{[^}]*\}", "abcdabcdabcdabcd", place.path)
    heads = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as client:
        return (await client.request(place.method, path, headers=heads, content=b"{}")).status_code


async def made(house: House, *scopes: Scope, expires: float | None = None, removed: bool = False) -> str:
    terms = Terms("somebody", scopes, expires=expires)
    key, secret = await house.app.database.run(lambda conn: keys.add(conn, terms, time.time()))
    if removed:
        await house.app.database.run(lambda conn: keys.remove(conn, key))
    return secret


@pytest.mark.parametrize("place", GUARDED, ids=lambda place: f"{place.method} {place.path}")
async def test_no_bad_key_opens_any_place(place: Endpoint, house: House, echo: EchoEngine) -> None:
    assert await ask(house, place, "sk-sotto-wrong") == 401
    assert await ask(house, place, await made(house, *GIVEN_TO_KEYS, removed=True)) == 401
    others = [scope for scope in GIVEN_TO_KEYS if scope is not place.scope]
    assert await ask(house, place, await made(house, *others)) == 403
    assert (echo.prompts, echo.texts) == ([], [])


@pytest.mark.parametrize("place", GUARDED, ids=lambda place: f"{place.method} {place.path}")
async def test_no_expired_key_opens_any_place(place: Endpoint, house: House) -> None:
    assert await ask(house, place, await made(house, *GIVEN_TO_KEYS, expires=time.time() - 1)) == 401


@pytest.mark.parametrize("place", GUARDED, ids=lambda place: f"{place.method} {place.path}")
async def test_a_good_key_opens_what_it_is_for_and_never_the_persons_own(
    place: Endpoint, house: House
) -> None:
    status = await ask(house, place, await made(house, *GIVEN_TO_KEYS))
    assert (status in (401, 403)) == (place.scope is Scope.PAGE)
