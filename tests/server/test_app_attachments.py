"""Texts given along with a question, over the page's API."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sottovoce.chat.attached import told
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import bodies
from sottovoce.server.app_api.nouns import MOST_TEXT
from sottovoce.store.attachments import MOST, MOST_NAME, Attachment

ADDRESS = "http://127.0.0.1:7886"
NOTES = {"name": "notes.txt", "text": "one\ntwo"}


async def asked(browser: httpx2.AsyncClient, path: str = "/app/api/runs", **body: Any) -> dict[str, str]:
    """Ask and wait for the end of the answer."""
    reply = await browser.post(path, json=body)
    assert reply.status_code == 200, reply.text
    run: dict[str, str] = reply.json()
    await browser.get(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")
    return run


async def question_of(browser: httpx2.AsyncClient, run: dict[str, str]) -> dict[str, Any]:
    messages = (await browser.get(f"/app/api/chats/{run['chat']}")).json()["messages"]
    return next(message for message in messages if message["id"] == run["question"])


def place(run: dict[str, str], number: object = 1) -> str:
    return f"/app/api/chats/{run['chat']}/messages/{run['question']}/attachments/{number}"


async def test_a_question_shows_what_is_attached_and_the_model_reads_it(
    browser: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    run = await asked(browser, text="Why?", attachments=[NOTES])
    question = await question_of(browser, run)
    assert question["text"] == "Why?"
    assert question["attachments"] == [{"number": 1, "name": "notes.txt", "characters": 7}]
    assert echo.prompts[-1][-1].text == told("Why?", [Attachment(**NOTES)])


async def test_a_text_is_given_as_a_file_that_no_browser_renders(browser: httpx2.AsyncClient) -> None:
    text = "<script>alert(1)</script> 你好\r\n"
    run = await asked(browser, attachments=[{"name": 'a"\r\n<b>;é.html', "text": text}])
    reply = await browser.get(place(run))
    assert reply.content == text.encode()
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert reply.headers["content-disposition"] == (
        "attachment; filename=\"attachment.txt\"; filename*=UTF-8''a%22%20%3Cb%3E%3B%C3%A9.html"
    )


@pytest.mark.parametrize(("number", "status"), [(2, 404), (0, 400), (21, 400), ("x", 400)])
async def test_what_is_not_there_is_said_to_be_missing(
    browser: httpx2.AsyncClient, number: object, status: int
) -> None:
    run = await asked(browser, attachments=[NOTES])
    assert (await browser.get(place(run, number))).status_code == status
    elsewhere = await asked(browser, text="other")
    assert (await browser.get(place({**run, "chat": elsewhere["chat"]}))).status_code == 404


async def test_an_edit_keeps_or_changes_them(browser: httpx2.AsyncClient) -> None:
    first = await asked(browser, text="Why?", attachments=[NOTES, {"name": "b.md", "text": "B"}])
    kept = {"message": first["question"], "number": 2}
    new = {"name": "c.md", "text": "C"}
    runs = f"/app/api/chats/{first['chat']}/runs"
    second = await asked(browser, runs, text="How?", parent="", attachments=[kept, new])
    names = [one["name"] for one in (await question_of(browser, second))["attachments"]]
    assert names == ["b.md", "c.md"]
    third = await asked(browser, runs, text="None?", parent="")
    assert (await question_of(browser, third))["attachments"] == []
    again = await asked(browser, runs, again=second["question"])
    assert len((await question_of(browser, again))["attachments"]) == 2


async def test_each_way_to_have_asked_shows_what_is_attached_to_it(browser: httpx2.AsyncClient) -> None:
    first = await asked(browser, text="Why?", attachments=[NOTES])
    await asked(browser, f"/app/api/chats/{first['chat']}/runs", text="How?", parent="")
    path = f"/app/api/chats/{first['chat']}/messages/{first['question']}/versions"
    found = (await browser.get(path)).json()["messages"]
    assert [[one["name"] for one in message["attachments"]] for message in found] == [["notes.txt"], []]


async def test_what_is_kept_many_times_over_counts_like_what_is_sent(browser: httpx2.AsyncClient) -> None:
    first = await asked(browser, attachments=[{"name": "a.txt", "text": "a" * 1_000_000}])
    kept = {"message": first["question"], "number": 1}
    runs = f"/app/api/chats/{first['chat']}/runs"
    reply = await browser.post(runs, json={"attachments": [kept] * 17})
    assert (reply.status_code, reply.json()["error"]["field"]) == (413, "attachments")
    assert "16 MB" in reply.json()["error"]["sentence"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"text": ""}, 400, "empty"),
        ({"attachments": []}, 400, "empty"),
        ({"attachments": [NOTES] * (MOST + 1)}, 400, "attachments"),
        ({"attachments": [{"name": "", "text": "a"}]}, 400, "name"),
        ({"attachments": [{"name": "n" * 1001, "text": "a"}]}, 400, "name"),
        ({"attachments": [{"name": "a.txt", "text": ""}]}, 400, "text"),
        ({"attachments": [{"name": "a.txt"}]}, 400, "text"),
        ({"attachments": [{"name": "a.txt", "text": "a", "kind": "b"}]}, 400, "kind"),
        ({"attachments": "a.txt"}, 400, "attachments"),
        ({"attachments": [{"name": "a.txt", "text": "a" * 8_000_001}]}, 400, "8000000"),
        ({"attachments": [{"name": "a", "text": "a" * 8_000_000}] * 3}, 413, "16 MB"),
        ({"attachments": [{"message": "aaaaaaaaaaaaaaaa", "number": 1}]}, 404, "attachment"),
    ],
)
async def test_a_bad_attachment_gets_a_sentence_and_nothing_is_stored(
    browser: httpx2.AsyncClient, body: dict[str, Any], status: int, says: str
) -> None:
    reply = await browser.post("/app/api/runs", json=body)
    assert (reply.status_code, says in reply.json()["error"]["sentence"]) == (status, True), reply.text
    assert (await browser.get("/app/api/chats")).json()["chats"] == []


async def test_five_megabytes_are_taken_and_given_back_the_same(browser: httpx2.AsyncClient) -> None:
    text = "五百万字节的文本。\n" * 190_000
    run = await asked(browser, text="Why?", attachments=[{"name": "large.txt", "text": text}])
    assert (await question_of(browser, run))["attachments"][0]["characters"] == len(text)
    assert (await browser.get(place(run))).text == text


def test_the_page_bounds_what_it_sends_as_the_server_does() -> None:
    page = (Path(__file__).parents[2] / "web" / "shared" / "attachments.ts").read_text("utf-8")
    said = {
        name: int(value.replace("_", ""))
        for name, value in re.findall(r"export const (MOST\w*) = ([\d_]+);", page)
    }
    assert said["MOST"] == MOST
    assert said["MOST_NAME"] == MOST_NAME
    assert said["MOST_BYTES"] <= MOST_TEXT
    assert said["MOST_TOGETHER"] < bodies.MOST_BYTES
