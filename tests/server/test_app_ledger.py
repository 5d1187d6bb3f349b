"""What left, as the page is shown it."""

from __future__ import annotations

import httpx2
import pytest

from sottovoce.net.policy import Purpose
from sottovoce.server.house import House

ADDRESS = "http://127.0.0.1:7886"
LEDGER = "/app/api/ledger"


async def test_where_nothing_left_it_says_so(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get(LEDGER)).json() == {
        "count": 0,
        "last": None,
        "unreadable": 0,
        "departures": [],
        "further": None,
    }


async def test_what_left_is_shown_with_when_where_to_and_why(
    browser: httpx2.AsyncClient, house: House
) -> None:
    ledger = house.app.ledger
    for at in range(3):
        leaving = ledger.begin(f"{at}.example", 443, Purpose.DOWNLOAD, "GET")
        ledger.finish(leaving, sent=100, received=2000, outcome="done")
    under_way = ledger.begin("late.example", 443, Purpose.CHECK, "HEAD")
    page = (await browser.get(f"{LEDGER}?limit=2")).json()
    assert (page["count"], page["last"], page["unreadable"]) == (4, under_way.at, 0)
    newest, second = page["departures"]
    assert (newest["host"], newest["purpose"], newest["outcome"]) == ("late.example", "check", "unknown")
    assert second == {
        "id": second["id"],
        "at": second["at"],
        "host": "2.example",
        "port": 443,
        "purpose": "download",
        "method": "GET",
        "sent": 100,
        "received": 2000,
        "outcome": "done",
        "sha256": "",
    }
    rest = (await browser.get(f"{LEDGER}?limit=2&before={page['further']}")).json()
    assert [one["host"] for one in rest["departures"]] == ["1.example", "0.example"]
    assert rest["further"] is None


async def test_a_line_that_nobody_can_read_is_told(browser: httpx2.AsyncClient, house: House) -> None:
    house.app.home.ledger.write_text("what?\n")
    page = (await browser.get(LEDGER)).json()
    assert (page["count"], page["unreadable"]) == (0, 1)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "before=elsewhere"])
async def test_a_page_that_cannot_be_is_refused(browser: httpx2.AsyncClient, query: str) -> None:
    reply = await browser.get(f"{LEDGER}?{query}")
    assert reply.status_code == 400
    assert reply.json()["error"]["field"] == query.partition("=")[0]


async def test_it_is_the_persons_alone(browser: httpx2.AsyncClient) -> None:
    browser.cookies.clear()
    assert (await browser.get(LEDGER)).status_code == 403
