"""What the page does with one message, over the API, on the echo engine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from sottovoce.core.messages import Conversation
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import app_api, asgi
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House

NOBODYS = "aaaaaaaaaaaaaaaa"
TWO_WORDS = {"max_tokens": 2}


class AnyDoors:
    """Lets in whoever the header `as` names, so that only ownership is left to guard."""

    async def open(self, request: Request, required: bool) -> Caller:
        return Caller(request.headers.get("as", "me"), frozenset(Scope))


class Page:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def send(self, method: str, path: str, body: Any = None, owner: str = "me") -> httpx2.Response:
        more = {} if body is None else {"json": body}
        return await self.client.request(method, path, headers={"as": owner}, **more)

    async def do(self, method: str, path: str, body: Any = None) -> Any:
        reply = await self.send(method, path, body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def ask(self, text: str, chat: str | None = None, **more: Any) -> dict[str, str]:
        """Ask and wait for the end."""
        path = "runs" if chat is None else f"chats/{chat}/runs"
        run: dict[str, str] = await self.do("POST", path, {"text": text, **more})
        await self.events(run)
        return run

    async def events(self, run: dict[str, str]) -> list[tuple[str, Any]]:
        reply = await self.send("GET", f"chats/{run['chat']}/runs/{run['id']}/events")
        blocks = [block.splitlines() for block in reply.text.split("\n\n") if "data:" in block]
        return [
            (lines[1].removeprefix("event: "), json.loads(lines[2].removeprefix("data: ")))
            for lines in blocks
        ]

    async def branch(self, chat: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.do("GET", f"chats/{chat}"))["messages"]
        return found


@pytest.fixture
async def page(house: House) -> AsyncIterator[Page]:
    house.doors = AnyDoors()  # type: ignore[assignment]
    names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
    gate = asgi.build(house, names, origins_of(""), app_api.ENDPOINTS)
    base = "http://127.0.0.1:7886/app/api/"
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(gate), base_url=base) as client:
        yield Page(client)
    await house.runs.close()


async def test_a_cut_answer_is_gone_on_with(page: Page) -> None:
    run = await page.ask("one two three four", sampling=TWO_WORDS)
    on = await page.do("POST", f"chats/{run['chat']}/runs", {"go_on": run["id"]})
    assert on == run
    heard = await page.events(run)
    assert [name for name, _ in heard] == ["asked", "whole", "reading", "text", "text", "done"]
    assert heard[1][1]["text"] == "one two"
    _, answer = await page.branch(run["chat"])
    assert (answer["id"], answer["text"], answer["reason"]) == (run["id"], heard[-1][1]["text"], "stop")
    assert (answer["text"], answer["usage"]["answer"]) == ("one two three four", 2)


async def test_one_that_is_whole_is_not(page: Page) -> None:
    run = await page.ask("one two")
    refused = await page.send("POST", f"chats/{run['chat']}/runs", {"go_on": run["id"]})
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert (error["code"], error["field"]) == ("bad_value", "go_on")
    assert error["hint"]
    assert len(await page.branch(run["chat"])) == 2


async def test_a_message_is_deleted_with_what_follows_and_computed_afresh(
    page: Page, house: House, echo: EchoEngine
) -> None:
    run = await page.ask("keep this")
    later = await page.ask("a secret", run["chat"])
    assert [message["below"] for message in await page.branch(run["chat"])] == [3, 2, 1, 0]
    gone = await page.send("DELETE", f"chats/{run['chat']}/messages/{later['question']}")
    assert gone.status_code == 204
    assert [message["text"] for message in await page.branch(run["chat"])] == ["keep this"] * 2
    assert (await page.do("GET", "search?q=secret"))["hits"] == []
    assert Conversation("me", run["chat"]) not in echo.seen
    events = await page.send("GET", f"chats/{run['chat']}/runs/{later['id']}/events")
    assert events.status_code == 404
    assert house.app.database.look(lambda conn: conn.execute("SELECT * FROM unscrubbed").fetchall()) == []


async def test_nothing_is_deleted_while_the_chat_is_answered(page: Page) -> None:
    run = await page.ask("keep this")
    going = await page.do("POST", f"chats/{run['chat']}/runs", {"text": "/slow 50"})
    refused = await page.send("DELETE", f"chats/{run['chat']}/messages/{run['question']}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "busy")
    assert int(refused.headers["retry-after"]) > 0
    await page.send("POST", f"chats/{run['chat']}/runs/{going['id']}/stop")
    assert (await page.send("DELETE", f"chats/{run['chat']}/messages/{run['question']}")).status_code == 204
    assert await page.branch(run["chat"]) == []


async def test_a_chat_begins_with_a_copy_of_a_branch(page: Page) -> None:
    run = await page.ask("one")
    await page.ask("two", run["chat"])
    made = await page.do(
        "POST", f"chats/{run['chat']}/fork", {"message": run["id"], "title": "One (from here)"}
    )
    assert made["chat"]["title"] == "One (from here)"
    assert [message["text"] for message in made["messages"]] == ["one", "one"]
    assert made["chat"]["id"] != run["chat"]
    await page.ask("three", made["chat"]["id"])
    assert len(await page.branch(made["chat"]["id"])) == len(await page.branch(run["chat"])) == 4


async def test_what_the_reader_thinks_is_kept_and_goes_along_when_exported(page: Page, house: House) -> None:
    run = await page.ask("one")
    place = f"chats/{run['chat']}/messages/{run['id']}"
    for liked in (1, -1, None, -1):
        shown = await page.do("PATCH", place, {"liked": liked})
        assert [message["liked"] for message in shown["messages"]] == [None, liked]
    file = await page.send("GET", f"chats/{run['chat']}/export")
    await page.send("DELETE", f"chats/{run['chat']}")
    taken = await page.client.post(
        "import", content=file.content, headers={"Content-Type": "application/json"}
    )
    assert taken.status_code == 200, taken.text
    assert [message["liked"] for message in await page.branch(run["chat"])] == [None, -1]


PLACES: list[tuple[str, str, Any]] = [
    ("DELETE", "chats/{chat}/messages/{id}", None),
    ("PATCH", "chats/{chat}/messages/{id}", {"liked": 1}),
    ("POST", "chats/{chat}/fork", {"message": "{id}", "title": "mine"}),
    ("POST", "chats/{chat}/runs", {"go_on": "{id}"}),
]


@pytest.mark.parametrize(("method", "path", "body"), PLACES)
async def test_what_is_another_owners_is_as_if_it_were_not_there(
    page: Page, method: str, path: str, body: Any
) -> None:
    run = await page.ask("my secret text", sampling=TWO_WORDS)
    before = await page.branch(run["chat"])

    async def told(owner: str, chat: str, message: str) -> tuple[int, str]:
        asked = json.loads(json.dumps(body).replace("{id}", message))
        reply = await page.send(method, path.format(chat=chat, id=message), asked, owner)
        return reply.status_code, reply.text.replace(chat, "ID").replace(message, "ID")

    there = await told("other", run["chat"], run["id"])
    assert there[0] == 404
    assert "secret" not in there[1]
    assert there == await told("me", NOBODYS, NOBODYS)
    assert await page.branch(run["chat"]) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", f"chats/{NOBODYS}/messages/{NOBODYS}", {"liked": 2}),
        ("PATCH", f"chats/{NOBODYS}/messages/{NOBODYS}", {"liked": "1"}),
        ("PATCH", f"chats/{NOBODYS}/messages/{NOBODYS}", {}),
        ("POST", f"chats/{NOBODYS}/fork", {"message": "x", "title": "t"}),
        ("POST", f"chats/{NOBODYS}/fork", {"message": NOBODYS, "title": ""}),
        ("POST", f"chats/{NOBODYS}/runs", {"go_on": "x"}),
        ("DELETE", f"chats/{NOBODYS}/messages/short", None),
    ],
)
async def test_wrong_input_is_refused_in_words(page: Page, method: str, path: str, body: Any) -> None:
    reply = await page.send(method, path, body)
    assert reply.status_code == (404 if method == "DELETE" else 400)
    assert reply.json()["error"]["sentence"]
    assert reply.json()["error"]["hint"]
