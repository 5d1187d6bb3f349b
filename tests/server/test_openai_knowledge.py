"""A shelf asked through the OpenAI API: by whom, with what, and what the answer has besides."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sottovoce.core.messages import OWNER, Message, Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.knowledge import embedding, mounts, passages
from sottovoce.knowledge.questions import Questions
from sottovoce.knowledge.shelves import Shelves
from sottovoce.knowledge.zim.header import Identity
from sottovoce.knowledge.zim.mount import Mount
from sottovoce.server.house import House

LEAVE = "Staff get 25 days of paid leave a year."
STATE = ("answered", "as_of", "stale", "unread")
PATH = "/v1/chat/completions"
OLD = "The newest document on “handbook” is from 2001-09-09; the question is about 2031."
TOOL = {"type": "function", "function": {"name": "send"}}


class Alike(EchoEngine):
    """Finds all texts alike."""

    async def embed(self, texts: Sequence[str], owner: str = OWNER) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]


def body(text: str = LEAVE, **more: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": text}]
    return {"model": "default", "messages": messages, "knowledge": ["handbook"], **more}


async def test_the_answer_has_its_citations(program: httpx2.AsyncClient, echo: EchoEngine) -> None:
    reply = await program.post(PATH, json=body())
    assert reply.status_code == 200, reply.text
    message = reply.json()["choices"][0]["message"]
    (citation,) = message["citations"]
    assert (citation["quote"], citation["document"], citation["as_of"]) == (
        LEAVE,
        "handbook.md",
        "2001-09-09",
    )
    assert message["passages"][0]["told"] is True
    assert 0 < message["supported_share"] < 1
    assert echo.prompts[-1][-1].text.startswith(f"```\nhandbook.md\n\n{LEAVE}\n```\n\n")


async def test_a_stream_ends_with_them(program: httpx2.AsyncClient) -> None:
    lines = (await program.post(PATH, json=body(stream=True))).text.split("\n\n")
    chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    last = chunks[-1]["choices"][0]
    assert last["finish_reason"] == "stop"
    assert last["delta"]["citations"][0]["quote"] == LEAVE
    assert "supported_share" in last["delta"]
    assert all("citations" not in chunk["choices"][0]["delta"] for chunk in chunks[:-1])


async def test_what_is_not_there_is_said_and_no_model_writes(
    program: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    reply = (await program.post(PATH, json=body("Quagga xylophone?"))).json()
    message = reply["choices"][0]["message"]
    assert message["content"] == "The answer is not on the shelf “handbook”."
    assert message["citations"] == []
    assert reply["usage"]["total_tokens"] == 0
    assert echo.prompts == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LEAVE, (True, "2001-09-09", None, None)),
        (f"{LEAVE} And in 2031?", (True, "2001-09-09", OLD, None)),
        ("Quagga xylophone in 2031?", (False, None, OLD, None)),
    ],
)
async def test_whether_it_is_there_and_how_old_it_is_is_said(
    program: httpx2.AsyncClient, stream: bool, text: str, told: tuple[object, ...]
) -> None:
    reply = await program.post(PATH, json=body(text, stream=stream, n=2))
    if stream:
        lines = [json.loads(line[6:]) for line in reply.text.split("\n\n") if line.startswith("data: {")]
        choices = [chunk["choices"][0] for chunk in lines]
        messages = [choice["delta"] for choice in choices if choice["finish_reason"]]
    else:
        messages = [choice["message"] for choice in reply.json()["choices"]]
    assert [tuple(said[name] for name in STATE) for said in messages] == [told, told]


async def test_an_encyclopaedia_that_cannot_be_read_is_named(
    house: House, program: httpx2.AsyncClient, tmp_path: Path
) -> None:
    shelf = await house.app.shelves.open("me", "handbook")
    gone = Mount(tmp_path / "w.zim", Identity("u", 1, 1), "W", "eng", None, 1, indexed=True, checked=1.0)
    await shelf.file.run(lambda conn: mounts.put(conn, gone))
    message = (await program.post(PATH, json=body())).json()["choices"][0]["message"]
    assert message["unread"] == f"There is no encyclopaedia at {gone.path} any more, or not yet."
    assert (message["stale"], message["answered"]) == (None, True)


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "   "}],
        [{"role": "system", "content": LEAVE}],
        [{"role": "user", "content": LEAVE}, {"role": "user", "content": "\n"}],
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_without_a_question_no_shelf_is_passed_over(
    program: httpx2.AsyncClient, echo: EchoEngine, messages: list[Any], stream: bool
) -> None:
    reply = await program.post(PATH, json=body(messages=messages, stream=stream))
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "messages")
    assert "There is no question to look for on a shelf." in reply.json()["error"]["message"]
    assert echo.prompts == []


async def test_quotes_come_without_a_model(program: httpx2.AsyncClient, echo: EchoEngine) -> None:
    reply = (await program.post(PATH, json=body("How many days of leave?", quote=True))).json()
    message = reply["choices"][0]["message"]
    assert message["content"] == f"> {LEAVE}"
    assert [citation["quote"] for citation in message["citations"]] == [LEAVE]
    assert message["supported_share"] == 1.0
    assert [passage["told"] for passage in message["passages"]] == [False]
    assert echo.prompts == []


async def test_quotes_are_chosen_by_meaning_where_the_shelf_has_vectors(
    house: House, program_at: Callable[[House], httpx2.AsyncClient]
) -> None:
    engine = Alike(can_embed=True)
    questions = Questions(engine)

    async def ask() -> Questions:
        return questions

    shelves = Shelves(house.app.home, house.app.database, ask)
    shelf = await shelves.open("me", "handbook")
    async with aclosing(embedding.fill(shelf.file, engine, passages.told)) as steps:
        _ = [step async for step in steps]
    house = replace(house, app=replace(house.app, shelves=shelves))
    async with program_at(house) as program:
        reply = (await program.post(PATH, json=body("Holidays?", quote=True))).json()
    assert reply["choices"][0]["message"]["content"] == f"> {LEAVE}"
    await shelves.close()


async def test_quotes_need_a_shelf(program: httpx2.AsyncClient) -> None:
    reply = await program.post(PATH, json=body(knowledge=[], quote=True))
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "quote")


async def test_an_answer_without_shelves_is_as_it_was(program: httpx2.AsyncClient) -> None:
    reply = (await program.post(PATH, json=body(knowledge=[]))).json()
    assert set(reply["choices"][0]["message"]) == {"role", "content", "refusal", "provenance"}


@pytest.mark.parametrize("name", ["diary", "nothing"])
async def test_a_shelf_that_the_key_is_not_for_is_as_if_it_were_not_there(
    program: httpx2.AsyncClient, name: str
) -> None:
    reply = await program.post(PATH, json=body(knowledge=[name]))
    assert reply.status_code == 404
    error = reply.json()["error"]
    assert (error["param"], error["message"].partition(".")[0]) == (
        "knowledge",
        f"There is no shelf named '{name}' here",
    )


async def test_a_program_without_a_key_asks_no_shelf(program: httpx2.AsyncClient) -> None:
    del program.headers["Authorization"]
    reply = await program.post(PATH, json=body())
    assert reply.status_code == 404
    assert "sotto keys add" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"tools": [TOOL]}, "tools"),
        ({"functions": [{"name": "send"}]}, "functions"),
        ({"response_format": {"type": "json_object"}}, "knowledge"),
    ],
)
async def test_functions_and_schemas_do_not_go_with_a_shelf(
    program: httpx2.AsyncClient, echo: EchoEngine, more: dict[str, Any], param: str
) -> None:
    reply = await program.post(PATH, json=body(**more))
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == param
    assert echo.prompts == []


async def test_each_choice_has_its_own(program: httpx2.AsyncClient) -> None:
    reply = (await program.post(PATH, json=body(n=2))).json()
    assert [len(choice["message"]["citations"]) for choice in reply["choices"]] == [1, 1]


async def test_an_answer_is_taken_back_as_it_was_given(program: httpx2.AsyncClient, echo: EchoEngine) -> None:
    asked = body()
    for quote in (False, True):
        message = (await program.post(PATH, json=asked | {"quote": quote})).json()["choices"][0]["message"]
        again = [*asked["messages"], message, {"role": "user", "content": "And then?"}]
        reply = await program.post(PATH, json=asked | {"messages": again, "knowledge": []})
        assert reply.status_code == 200, reply.text
        texts = [said.text for said in echo.prompts[-1]]
        assert texts == ["Be kind.", LEAVE, message["content"], "And then?"]


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_nothing_supports_has_the_documents_own_words(
    program: httpx2.AsyncClient, echo: EchoEngine, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    answer = echo.answer
    monkeypatch.setattr(
        echo, "answer", lambda asked, *how: answer((Message(Role.USER, "Bananas are always blue."),), *how)
    )
    reply = await program.post(PATH, json=body("How many days of leave?", stream=stream))
    if stream:
        chunks = [json.loads(line[6:]) for line in reply.text.split("\n\n") if line.startswith("data: {")]
        message = chunks[-1]["choices"][0]["delta"]
    else:
        message = reply.json()["choices"][0]["message"]
    assert [citation["quote"] for citation in message["citations"]] == [LEAVE]
    assert message["supported_share"] == 0.0
    assert [claim["citations"] for claim in message["claims"]] == [[]]
    assert message["passages"][0]["told"] is True
