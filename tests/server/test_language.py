"""A page's reader is told of problems in Chinese where the browser asks for it; a program never is."""

from __future__ import annotations

import httpx2
import pytest

from sottovoce.chat.guarding.wordless import SENTENCE_ZH
from sottovoce.server.house import House
from sottovoce.server.language import preferred


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.7", "zh"),
        ("de,fr;q=0.9", "en"),
        ("de,zh;q=0.1", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=0, en;q=0", "en"),
        ("*", "en"),
        ("zh;q=9", "en"),
        ("zh;q=0.8;q=0.9", "en"),
        ("x" * 10_000 + ",zh", "en"),
        ("中文", "en"),
        (",,,;;;", "en"),
    ],
)
def test_the_language_that_is_wished_for_most_counts(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


MISSING = "/app/api/chats/aaaaaaaaaaaaaaaa"


async def test_the_page_is_told_in_the_language_of_its_reader(browser: httpx2.AsyncClient) -> None:
    english = (await browser.get(MISSING)).json()["error"]
    chinese = (await browser.get(MISSING, headers={"Accept-Language": "zh-CN"})).json()["error"]
    assert english["sentence"] == "There is no chat 'aaaaaaaaaaaaaaaa'."
    assert chinese["sentence"] == "没有对话 'aaaaaaaaaaaaaaaa'。"
    assert chinese["code"] == english["code"]
    assert chinese["hint"] == english["hint"] == "sotto chats list"


async def test_one_reader_does_not_change_the_language_of_the_next(browser: httpx2.AsyncClient) -> None:
    await browser.get(MISSING, headers={"Accept-Language": "zh-CN"})
    assert (await browser.get(MISSING)).json()["error"]["sentence"].startswith("There is no chat")


async def test_a_program_is_told_in_english(program: httpx2.AsyncClient) -> None:
    asked = {"model": "nothing", "messages": [{"role": "user", "content": "x"}]}
    told = await program.post("/v1/chat/completions", json=asked, headers={"Accept-Language": "zh-CN"})
    assert told.status_code == 404
    assert "There is no model" in told.text


async def test_what_no_model_answers_is_told_in_it_too(browser: httpx2.AsyncClient, house: House) -> None:
    chinese = {"Accept-Language": "zh-CN"}
    run = (await browser.post("/app/api/runs", json={"text": "😀"}, headers=chinese)).json()
    await browser.get(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")
    branch = (await browser.get(f"/app/api/chats/{run['chat']}")).json()["messages"]
    assert branch[-1]["text"] == SENTENCE_ZH


@pytest.mark.parametrize(("text", "echoed"), [("😀😀", "😀😀"), ("???", "???"), ("\u200b\u2060", "…")])
async def test_a_programs_emoji_are_passed_on_and_what_is_unseen_is_empty(
    program: httpx2.AsyncClient, text: str, echoed: str
) -> None:
    asked = {"model": "default", "messages": [{"role": "user", "content": text}]}
    told = await program.post("/v1/chat/completions", json=asked)
    assert told.json()["choices"][0]["message"]["content"] == echoed
