"""What waits for a model elsewhere, over the page's API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from sottovoce.server import app_api, asgi
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.store import chats, waiting
from sottovoce.store.waiting import Consent, Progress, Waiting

NAME = "aaaaaaaaaaaaaaaa"
BASE = "http://127.0.0.1:7886/app/api/later"


class AnyDoors:
    """Lets in whoever the header `as` names, so that only ownership is left to guard."""

    async def open(self, request: Request, required: bool) -> Caller:
        return Caller(request.headers.get("as", "me"), frozenset(Scope))


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    house.doors = AnyDoors()  # type: ignore[assignment]
    names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
    gate = asgi.build(house, names, origins_of(""), app_api.ENDPOINTS)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(gate)) as client:
        yield client
    await house.runs.close()


@pytest.fixture
def chat(house: House) -> str:
    """A chat with a question that was given up."""

    def work(conn: Any) -> str:
        made = chats.start(conn, "me", system="", model="m", now=1.0)
        question = chats.pose(conn, "me", made.id, parent=None, text="Blue?", now=1.0)
        one = Waiting(
            NAME, "me", made.id, question, "cellar", "cellar inside", Consent.TEXT, {}, {}, "",
            Progress.STOPPED, "", "cellar took too long.", sent=6, failed=9, asked=1.0, due=0.0,
        )  # fmt: skip
        waiting.put(conn, one)
        return made.id

    return house.app.database.call(work)


async def test_it_is_listed_asked_again_and_dropped(client: httpx2.AsyncClient, chat: str) -> None:
    (one,) = (await client.get(BASE)).json()["waiting"]
    assert (one["id"], one["chat"], one["upstream"], one["sent"]) == (NAME, chat, "cellar", 6)
    assert (one["state"], one["reason"], one["due"]) == ("stopped", "cellar took too long.", None)
    assert (await client.get(BASE, params={"chat": NAME})).json() == {"waiting": []}
    again = (await client.post(f"{BASE}/{NAME}")).json()
    assert (again["state"], again["due"] > 0) == ("waiting", True)
    assert (await client.delete(f"{BASE}/{NAME}")).status_code == 204
    assert (await client.get(BASE)).json() == {"waiting": []}
    assert (await client.delete(f"{BASE}/{NAME}")).status_code == 404


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_another_persons_is_not_there(client: httpx2.AsyncClient, chat: str, method: str) -> None:
    stranger = {"as": "you"}
    assert (await client.get(BASE, headers=stranger)).json() == {"waiting": []}
    assert (await client.request(method, f"{BASE}/{NAME}", headers=stranger)).status_code == 404
    assert len((await client.get(BASE)).json()["waiting"]) == 1
