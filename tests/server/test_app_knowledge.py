"""A chat that asks a shelf, over the page's API."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from sottovoce.engine.echo import EchoEngine
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.server.house import House

LEAVE = "Staff get 25 days of paid leave a year."


@pytest.fixture
async def shelf(house: House) -> str:
    """The id of the person's shelf named handbook."""
    made = await house.app.shelves.add("me", "handbook")
    text, passages = cut(Reading((Block("heading", "Leave", 1), Block("text", f"{LEAVE} Ärzte: 30 Tage."))))
    rules = Document(0, None, "/rules.md", "rules.md", "", "d" * 64, 1, 1, 1e9, None, 0, 2.0)
    await made.file.run(lambda conn: documents.put(conn, rules, text, passages))
    return made.row.id


async def asked(
    browser: httpx2.AsyncClient, path: str = "/app/api/runs", **body: Any
) -> list[tuple[str, Any]]:
    """Ask, and return the events of the run by name."""
    reply = await browser.post(path, json=body)
    assert reply.status_code == 200, reply.text
    run = reply.json()
    told = (await browser.get(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")).text
    blocks = [block.split("\n") for block in told.split("\n\n") if "event: " in block]
    fields = [dict(line.split(": ", 1) for line in block) for block in blocks]
    return [(one["event"], json.loads(one["data"])) for one in fields]


async def messages(browser: httpx2.AsyncClient, chat: str) -> list[dict[str, Any]]:
    return (await browser.get(f"/app/api/chats/{chat}")).json()["messages"]  # type: ignore[no-any-return]


async def test_a_run_tells_its_passages_first_and_its_citations_last(
    browser: httpx2.AsyncClient, shelf: str
) -> None:
    events = await asked(browser, text=LEAVE, knowledge=["handbook"])
    assert [name for name, _ in events][:2] == ["asked", "grounds"]
    shown = events[1][1]
    assert (shown["answers"], shown["shelves"]) == (True, ["handbook"])
    assert shown["passages"][0]["as_of"] == "2001-09-09"
    name, done = events[-1]
    assert name == "done"
    assert done["citations"][0]["quote"] == LEAVE
    assert set(done["claims"][0]) == {"start", "end", "citations", "supported"}


async def test_the_chat_shows_them_later_as_well(browser: httpx2.AsyncClient, shelf: str) -> None:
    events = await asked(browser, text=LEAVE, knowledge=[shelf])
    chat = events[0][1]["chat"]
    question, answer = await messages(browser, chat)
    assert [(one["n"], one["document"], one["told"]) for one in question["grounds"]] == [
        (1, "rules.md", True)
    ]
    done = events[-1][1]
    for name in ("claims", "citations", "supported_share"):
        assert answer[name] == done[name]
    assert (answer["grounds"], question["claims"]) == ([], [])
    assert (question["notices"], answer["notices"]) == ([], [])


async def test_the_chat_shows_later_as_well_that_its_shelf_ends_before_what_was_asked(
    browser: httpx2.AsyncClient, shelf: str
) -> None:
    events = await asked(browser, text=f"{LEAVE} And in 2031?", knowledge=[shelf])
    (notice,) = [said for name, said in events if name == "notice"]
    _, answer = await messages(browser, events[0][1]["chat"])
    assert answer["notices"] == [notice]
    assert (notice["code"], "2031" in notice["text"]) == ("stale", True)


async def test_a_chat_says_which_shelves_it_asks_and_takes_others(
    browser: httpx2.AsyncClient, shelf: str
) -> None:
    begun = (await browser.post("/app/api/chats", json={"knowledge": ["handbook"], "quote": True})).json()
    chat = begun["chat"]["id"]
    assert (begun["chat"]["knowledge"], begun["chat"]["quote"]) == ([shelf], True)
    changed = (await browser.patch(f"/app/api/chats/{chat}", json={"quote": False})).json()
    assert (changed["chat"]["knowledge"], changed["chat"]["quote"]) == ([shelf], False)
    off = (await browser.patch(f"/app/api/chats/{chat}", json={"knowledge": []})).json()
    assert off["chat"]["knowledge"] == []
    await asked(browser, f"/app/api/chats/{chat}/runs", text="hello", knowledge=["handbook"])
    assert (await browser.get(f"/app/api/chats/{chat}")).json()["chat"]["knowledge"] == [shelf]


async def test_quotes_and_what_is_not_there_come_without_a_model(
    browser: httpx2.AsyncClient, shelf: str, echo: EchoEngine
) -> None:
    events = await asked(browser, text="paid leave", knowledge=["handbook"], quote=True)
    assert (events[-1][1]["reason"], events[-1][1]["model"]) == ("quotes", "")
    events = await asked(browser, text="Quagga xylophone?", knowledge=["handbook"])
    assert events[-1][1]["reason"] == "not_on_shelf"
    assert echo.prompts == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/app/api/runs", {"text": "x", "knowledge": ["nothing"]}),
        ("POST", "/app/api/chats", {"knowledge": ["nothing"]}),
    ],
)
async def test_a_shelf_that_is_not_there_is_told_by_its_field(
    browser: httpx2.AsyncClient, method: str, path: str, body: dict[str, Any]
) -> None:
    reply = await browser.request(method, path, json=body)
    assert reply.status_code == 404
    assert reply.json()["error"]["field"] == "knowledge"
    assert (await browser.get("/app/api/chats")).json()["chats"] == []


async def test_a_temporary_chat_asks_a_shelf_and_leaves_nothing(
    browser: httpx2.AsyncClient, shelf: str, house: House
) -> None:
    events = await asked(browser, text=LEAVE, knowledge=["handbook"], temporary=True)
    assert events[-1][1]["citations"]
    question, _ = await messages(browser, events[0][1]["chat"])
    assert question["grounds"]
    rows = house.app.database.look(lambda conn: conn.execute("SELECT count(*) FROM grounds").fetchone())
    assert rows == (0,)
