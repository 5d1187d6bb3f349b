"""The help, as the page asks it."""

from __future__ import annotations

import httpx2
import pytest

from sottovoce.help import shelf
from sottovoce.net.policy import Purpose
from sottovoce.server.house import House

HELP = "/app/api/help"


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_all_are_listed(browser: httpx2.AsyncClient, language: shelf.Language) -> None:
    listed = (await browser.get(HELP, params={"language": language})).json()
    assert (listed["language"], listed["answer"], listed["nearest"]) == (language, None, [])
    assert [subject["title"] for subject in listed["subjects"]] == [
        subject.title(language) for subject in shelf.subjects()
    ]
    assert sum(len(subject["questions"]) for subject in listed["subjects"]) == len(shelf.entries())


async def test_a_question_is_answered_with_what_is_so_here(browser: httpx2.AsyncClient, house: House) -> None:
    house.app.ledger.begin("hub.example", 443, Purpose.DOWNLOAD, "GET")
    said = (await browser.get(HELP, params={"q": "Do my questions leave this computer?"})).json()
    assert said["answer"]["id"] == "leaves-machine"
    assert "hub.example" in said["answer"]["answer"]
    assert said["subjects"] == []
    assert "leaves-machine" not in {one["id"] for one in said["nearest"]}


async def test_an_entry_is_answered_in_the_language_that_is_asked_for(browser: httpx2.AsyncClient) -> None:
    said = (await browser.get(HELP, params={"q": "offline", "language": "zh"})).json()
    assert said["answer"]["question"] == "支持离线使用吗？"
    assert said["answer"]["answer"].startswith("不联网也能工作：")
    said = (await browser.get(HELP, params={"q": "支持离线吗"})).json()
    assert (said["language"], said["answer"]["id"]) == ("zh", "offline")


async def test_where_nothing_answers_the_nearest_are_named(browser: httpx2.AsyncClient) -> None:
    said = (await browser.get(HELP, params={"q": "How much does a flight to Paris cost?"})).json()
    assert said["answer"] is None
    assert len(said["nearest"]) == 3
    said = (await browser.get(HELP, params={"q": "x" * 1_000})).json()
    assert (said["answer"], said["nearest"]) == (None, [])


async def test_another_language_is_refused(browser: httpx2.AsyncClient) -> None:
    refused = await browser.get(HELP, params={"language": "fr"})
    assert refused.status_code == 400
    assert "en, zh" in refused.text


async def test_a_program_with_a_key_is_not_shown_the_owners_facts(program: httpx2.AsyncClient) -> None:
    assert (await program.get(HELP)).status_code in (401, 403)
