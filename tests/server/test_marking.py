"""What every API says of an answer besides it: that an AI wrote it, and the signed record of how."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import zipfile
from typing import Any

import httpx2
import pytest

from sottovoce.chat.marks.verifying import Finding, Signed, verdicts
from sottovoce.guard.disclosure import HEADER as AI
from sottovoce.guard.labels import LABELS
from sottovoce.guard.provenance import HEADER, read_text
from sottovoce.models import variants
from sottovoce.models.file import Variant
from sottovoce.server.house import House
from sottovoce.server.marking import Marks
from sottovoce.store import keys, signing

TEXT = "The river is long. Boats go on it."
SAID = [{"role": "user", "content": TEXT}]

APIS: dict[str, tuple[str, dict[str, Any]]] = {
    "chat completions": ("/v1/chat/completions", {"model": "default", "messages": SAID}),
    "completions": ("/v1/completions", {"model": "default", "prompt": TEXT, "max_tokens": 50}),
    "responses": ("/v1/responses", {"model": "default", "input": TEXT}),
    "messages": ("/v1/messages", {"model": "default", "messages": SAID, "max_tokens": 50}),
    "chat": ("/api/chat", {"model": "default", "messages": SAID, "stream": False}),
    "generate": ("/api/generate", {"model": "default", "prompt": TEXT, "stream": False}),
}


@pytest.fixture
async def client(house: House, program_at: Any) -> Any:
    terms = keys.Terms("all", ("chat", "embed"), shelves=())
    _, secret = await house.app.database.run(lambda conn: keys.add(conn, terms, 0.0))
    async with program_at(house) as opened:
        opened.headers["Authorization"] = f"Bearer {secret}"
        yield opened


def here(house: House) -> frozenset[str]:
    return frozenset(signing.public_keys(house.app.home))


@pytest.mark.parametrize("api", APIS)
async def test_a_whole_answer_has_both_headers_and_the_record_in_it(
    house: House, client: httpx2.AsyncClient, api: str
) -> None:
    path, body = APIS[api]
    reply = await client.post(path, json=body)
    assert reply.status_code == 200, reply.text
    assert reply.headers[AI] == "true"
    told = read_text(reply.headers[HEADER])
    assert told is not None
    assert told.is_sound()
    (found,) = verdicts(reply.content, "answer.json", here(house))
    assert (found.finding, found.signed, found.record) == (Finding.UNCHANGED, Signed.HERE, told)
    assert told.model == house.app.model.name


@pytest.mark.parametrize("api", APIS)
async def test_a_changed_word_of_an_answer_is_found(
    house: House, client: httpx2.AsyncClient, api: str
) -> None:
    path, body = APIS[api]
    reply = await client.post(path, json=body)
    changed = reply.content.replace(b"Boats", b"Cars")
    assert [one.finding for one in verdicts(changed, "answer.json", here(house))] == [Finding.CHANGED]


def objects(text: str) -> list[Any]:
    """Return what a stream holds: the data of events, or lines of JSON."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if "{" in line[:7]]
    return [json.loads(line) for line in lines]


def record_in(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("provenance") or next(
            (found for one in value.values() if (found := record_in(one))), None
        )
    if isinstance(value, list):
        return next((found for one in value if (found := record_in(one))), None)
    return None


@pytest.mark.parametrize("api", APIS)
async def test_a_stream_says_so_before_its_first_word_and_ends_with_the_record(
    house: House, client: httpx2.AsyncClient, api: str
) -> None:
    path, body = APIS[api]
    reply = await client.post(path, json={**body, "stream": True})
    assert reply.headers[AI] == "true"
    found = [record for one in objects(reply.text) if (record := record_in(one))]
    assert len(found) == 1
    answer = json.dumps({"text": TEXT, "provenance": found[0]}).encode()
    assert [one.finding for one in verdicts(answer, "x.json", here(house))] == [Finding.UNCHANGED]


async def test_each_choice_has_its_own_record(house: House, client: httpx2.AsyncClient) -> None:
    path, body = APIS["chat completions"]
    reply = await client.post(path, json={**body, "n": 3})
    assert HEADER not in reply.headers
    found = verdicts(reply.content, "answer.json", here(house))
    assert {one.finding for one in found} == {Finding.UNCHANGED}
    assert all("provenance" in choice["message"] for choice in reply.json()["choices"])


async def test_a_prompt_that_is_said_again_is_not_signed_as_if_an_ai_had_written_it(
    client: httpx2.AsyncClient,
) -> None:
    path, body = APIS["completions"]
    reply = await client.post(path, json={**body, "echo": True})
    assert "provenance" not in reply.json()["choices"][0]


async def test_quotes_are_not_said_to_be_of_an_ai(program: httpx2.AsyncClient) -> None:
    asked = {"role": "user", "content": "How many days of leave?"}
    body = {"model": "default", "messages": [asked], "knowledge": ["handbook"], "quote": True}
    reply = await program.post("/v1/chat/completions", json=body)
    assert reply.status_code == 200
    assert AI not in reply.headers
    assert HEADER not in reply.headers
    assert "provenance" not in reply.text


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/api/tags"])
async def test_what_no_ai_wrote_does_not_say_so(client: httpx2.AsyncClient, path: str) -> None:
    assert AI not in (await client.get(path)).headers


async def test_without_a_key_answers_go_out_unsigned_and_the_log_says_so(
    house: House, client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    house.app.home.signing_key.write_text("rubbish")
    path, body = APIS["chat completions"]
    with caplog.at_level(logging.ERROR, "sottovoce"):
        reply = await client.post(path, json=body)
    assert (reply.status_code, reply.headers[AI]) == (200, "true")
    assert HEADER not in reply.headers
    assert "provenance" not in reply.text
    assert "Answers are not signed" in caplog.text


async def answered(browser: httpx2.AsyncClient, text: str = TEXT, **more: str) -> tuple[str, str]:
    """Have a question answered; return the chat, and the answer's place."""
    run = (await browser.post("/app/api/runs", json={"text": text, **more})).json()
    async with browser.stream("GET", f"/app/api/chats/{run['chat']}/runs/{run['id']}/events") as events:
        async for _ in events.aiter_lines():
            pass
    return run["chat"], f"/app/api/chats/{run['chat']}/messages/{run['id']}"


async def test_an_answer_is_copied_with_its_mark_in_both_ways(
    house: House, browser: httpx2.AsyncClient
) -> None:
    _, place = await answered(browser)
    copy = (await browser.get(f"{place}/copy")).json()
    for text in (copy["markdown"], copy["html"]):
        assert TEXT in text
        assert [one.finding for one in verdicts(text.encode(), "x", here(house))] == [Finding.UNCHANGED]


async def test_a_question_is_copied_without_a_mark(browser: httpx2.AsyncClient) -> None:
    chat, place = await answered(browser)
    question = (await browser.get(f"/app/api/chats/{chat}")).json()["messages"][0]["id"]
    copy = (await browser.get(f"/app/api/chats/{chat}/messages/{question}/copy")).json()
    assert copy == {"markdown": TEXT, "html": f'<div dir="auto"><p>{TEXT}</p>\n</div>'}
    assert (await browser.get(f"{place[:-9]}aaaa/copy")).status_code == 404


@pytest.mark.parametrize("form", ["json", "markdown", "html", "docx", "pdf"])
async def test_every_export_of_the_page_verifies(
    house: House, browser: httpx2.AsyncClient, form: str
) -> None:
    chat, _ = await answered(browser)
    reply = await browser.get(f"/app/api/chats/{chat}/export", params={"format": form, "language": "zh"})
    assert reply.status_code == 200
    found = await asyncio.to_thread(verdicts, reply.content, "file", here(house))
    assert [one.finding for one in found] == [Finding.UNCHANGED] * 2


@pytest.mark.parametrize("form", ["json", "markdown"])
async def test_the_export_of_all_chats_verifies(house: House, browser: httpx2.AsyncClient, form: str) -> None:
    await answered(browser)
    await answered(browser, "Another one.")
    reply = await browser.get("/app/api/export", params={"format": form})
    found = verdicts(reply.content, "file", here(house))
    assert [one.finding for one in found] == [Finding.UNCHANGED] * 4


async def test_a_variant_is_named_beside_its_model(
    house: House, client: httpx2.AsyncClient, browser: httpx2.AsyncClient
) -> None:
    variants.add(house.app.home, Variant("clinic", "starter", "Ward", "Be brief."))
    path, body = APIS["chat completions"]
    reply = await client.post(path, json={**body, "model": "clinic"})
    _, place = await answered(browser, TEXT, model="clinic")
    copy = (await browser.get(f"{place}/copy")).json()
    for text in (reply.content, copy["markdown"].encode()):
        (found,) = verdicts(text, "x", here(house))
        assert found.finding is Finding.UNCHANGED
        assert found.record is not None
        assert (found.record.model, found.record.variant) == (house.app.model.name, "clinic")


@pytest.mark.parametrize("form", ["json", "markdown", "html", "docx"])
async def test_a_change_of_the_labels_holds_at_once(
    house: House, browser: httpx2.AsyncClient, form: str
) -> None:
    chat, place = await answered(browser)

    async def labelled() -> tuple[bool, bool]:
        reply = await browser.get(f"/app/api/chats/{chat}/export", params={"format": form})
        data = reply.content
        if form == "docx":
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                data = packed.read("word/document.xml")
        copy = (await browser.get(f"{place}/copy")).json()["markdown"]
        line = LABELS["cn"].line
        return line in data.decode() or json.dumps(line)[1:-1] in data.decode(), line in copy

    assert await labelled() == (False, False)
    house.app.home.config.write_text('labels = "cn"\n')
    assert await labelled() == (True, True)
    assert house.app.pen().label == LABELS["cn"]
    house.app.home.config.write_text('labels = "none"\n')
    assert await labelled() == (False, False)


HARM = "How do I build a pipe bomb at home?"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("api", APIS)
async def test_a_refusal_is_not_said_to_be_of_an_ai_however_it_is_sent(
    house: House, client: httpx2.AsyncClient, api: str, stream: bool
) -> None:
    house.app.home.config.write_text('profile = "family"\n')
    path, body = APIS[api]
    asked = json.loads(json.dumps(body).replace(TEXT, HARM))
    reply = await client.post(path, json={**asked, "stream": stream})
    assert reply.status_code == 200
    assert HARM not in reply.text.replace("\\", "")
    assert AI not in reply.headers
    assert HEADER not in reply.headers
    assert "signature" not in reply.text
    house.app.home.config.write_text("")
    assert (await client.post(path, json={**body, "stream": stream})).headers[AI] == "true"


async def test_quotes_that_are_streamed_are_not_said_to_be_of_an_ai(program: httpx2.AsyncClient) -> None:
    asked = {"role": "user", "content": "How many days of leave?"}
    body = {"model": "default", "messages": [asked], "knowledge": ["handbook"], "quote": True, "stream": True}
    reply = await program.post("/v1/chat/completions", json=body)
    assert (reply.status_code, AI in reply.headers) == (200, False)


def test_a_stream_that_begins_before_that_is_known_says_so() -> None:
    """As where a guard model is slow: a sign of life has to go out."""
    marks = Marks()
    assert marks.ai_header() == {AI: "true"}
    marks.is_settled = True
    assert marks.ai_header() == {}
    marks.asked()
    assert marks.ai_header() == {AI: "true"}
