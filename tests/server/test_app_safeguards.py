"""What safeguards did, as the page is shown it."""

from __future__ import annotations

import httpx2

from sottovoce.core import settings
from sottovoce.server.house import House
from sottovoce.store.guard_log import Entry, GuardLog

SAFEGUARDS = "/app/api/safeguards"


async def test_where_none_acted_the_profile_is_told(browser: httpx2.AsyncClient, house: House) -> None:
    settings.store(house.app.home, "profile", "family")
    told = (await browser.get(SAFEGUARDS)).json()
    assert told == {"profile": "family", "acts": [], "count": 0, "unreadable": 0}


async def test_the_latest_acts_are_shown_with_their_rules(browser: httpx2.AsyncClient, house: House) -> None:
    log = GuardLog(house.app.home.guard_log)
    for at in range(3):
        log.add(Entry(at, f"rule-{at}", "weapons", "question", "refused", "me", "server"))
    with log.path.open("ab") as file:
        file.write(b"nonsense\n")
    told = (await browser.get(f"{SAFEGUARDS}?limit=2")).json()
    assert [act["rule"] for act in told["acts"]] == ["rule-2", "rule-1"]
    assert told["acts"][0] == {
        "at": 2.0,
        "rule": "rule-2",
        "category": "weapons",
        "where": "question",
        "outcome": "refused",
    }
    assert (told["count"], told["unreadable"]) == (3, 1)


async def test_programs_do_not_learn_of_them(program: httpx2.AsyncClient) -> None:
    assert (await program.get(SAFEGUARDS)).status_code in (401, 403)


async def test_a_crisis_card_comes_before_a_full_disk(browser: httpx2.AsyncClient, house: House) -> None:
    await house.app.database.run(lambda conn: conn.execute("PRAGMA max_page_count = 1"))
    question = {"text": f"I want to kill myself. {'word ' * 10_000}"}
    reply = await browser.post("/app/api/runs", json=question)
    assert (reply.status_code, reply.json()["error"]["code"]) == (507, "disk_full")
    assert reply.json()["first"].startswith("You matter")
    plain = await browser.post("/app/api/runs", json={"text": "word " * 10_000})
    assert (plain.status_code, set(plain.json())) == (507, {"error"})
