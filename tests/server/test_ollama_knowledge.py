"""A shelf asked through Ollama's API. Its client's methods take no further fields, its door does."""

from __future__ import annotations

from typing import Any

import httpx
import httpx2
import ollama
import pytest

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House

HOST = "http://127.0.0.1:7886"
LEAVE = "Staff get 25 days of paid leave a year."
OLD = "The newest document on “handbook” is from 2001-09-09; the question is about 2031."
TOOL = {"type": "function", "function": {"name": "send", "parameters": {"type": "object"}}}
CHAT, GENERATE = "/api/chat", "/api/generate"
GROUNDS = ("passages", "claims", "citations", "supported_share", "answered", "as_of", "stale", "unread")


def asked(path: str, text: str = LEAVE, **more: Any) -> dict[str, Any]:
    question: dict[str, Any] = {"prompt": text}
    if path == CHAT:
        question = {"messages": [{"role": "user", "content": text}]}
    return {"model": "default", "stream": False, "knowledge": ["handbook"], **question, **more}


def said(answer: dict[str, Any]) -> str:
    text: str = answer["message"]["content"] if "message" in answer else answer["response"]
    return text


def lines(reply: httpx2.Response) -> list[dict[str, Any]]:
    return [httpx.Response(200, text=line).json() for line in reply.text.splitlines()]


@pytest.mark.parametrize("path", [CHAT, GENERATE])
async def test_the_answer_has_its_citations(program: httpx2.AsyncClient, echo: EchoEngine, path: str) -> None:
    reply = await program.post(path, json=asked(path))
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    (citation,) = answer["citations"]
    assert (citation["quote"], citation["document"]) == (LEAVE, "handbook.md")
    assert answer["passages"][0]["told"] is True
    assert answer["claims"][-1]["citations"] == [0]
    assert 0 < answer["supported_share"] < 1
    assert answer["eval_count"] > 0
    assert echo.prompts[-1][-1].text.startswith(f"```\nhandbook.md\n\n{LEAVE}\n```\n\n")


@pytest.mark.parametrize("path", [CHAT, GENERATE])
async def test_the_last_line_of_a_stream_has_them(program: httpx2.AsyncClient, path: str) -> None:
    whole = (await program.post(path, json=asked(path))).json()
    *before, last = lines(await program.post(path, json=asked(path, stream=True)))
    assert last["done"] is True
    assert [last[name] for name in GROUNDS] == [whole[name] for name in GROUNDS]
    assert all(name not in line for line in before for name in GROUNDS)
    assert "".join(said(line) for line in before) == said(whole)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", [CHAT, GENERATE])
async def test_that_the_shelf_ends_before_what_was_asked_is_said(
    program: httpx2.AsyncClient, path: str, stream: bool
) -> None:
    last = lines(await program.post(path, json=asked(path, f"{LEAVE} And in 2031?", stream=stream)))[-1]
    assert (last["answered"], last["as_of"], last["stale"]) == (True, "2001-09-09", OLD)
    other = lines(await program.post(path, json=asked(path, "Quagga xylophone?", stream=stream)))[-1]
    assert (other["answered"], other["as_of"], other["stale"], other["unread"]) == (False, None, None, None)


@pytest.mark.parametrize(("path", "noun"), [(CHAT, ollama.ChatResponse), (GENERATE, ollama.GenerateResponse)])
async def test_the_client_takes_such_an_answer(
    program: httpx2.AsyncClient, house: House, path: str, noun: type[Any]
) -> None:
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""))
    heads = {"Authorization": program.headers["Authorization"]}
    async with ollama.AsyncClient(HOST, transport=httpx.ASGITransport(app), headers=heads) as client:
        whole = await client._request(noun, "POST", path, json=asked(path))
        body = asked(path, stream=True)
        streamed = [line async for line in await client._request(noun, "POST", path, json=body, stream=True)]
    texts = [said(line.model_dump()) for line in (whole, *streamed)]
    assert LEAVE in texts[0]
    assert "".join(texts[1:]) == texts[0]
    assert (whole.done, streamed[-1].done, streamed[-1].eval_count) == (True, True, whole.eval_count)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", [CHAT, GENERATE])
@pytest.mark.parametrize(
    ("text", "quote", "answer", "share"),
    [
        ("Quagga xylophone?", False, "The answer is not on the shelf “handbook”.", None),
        ("How many days of leave?", True, f"> {LEAVE}", 1.0),
    ],
)
async def test_where_no_model_writes_none_is_asked_or_loaded(
    program: httpx2.AsyncClient,
    echo: EchoEngine,
    monkeypatch: pytest.MonkeyPatch,
    stream: bool,
    path: str,
    text: str,
    quote: bool,
    answer: str,
    share: float | None,
) -> None:
    async def load() -> None:
        pytest.fail("The model was loaded.")

    monkeypatch.setattr(echo, "ready", load)
    told = lines(await program.post(path, json=asked(path, text, quote=quote, stream=stream)))
    assert "".join(said(line) for line in told) == answer
    last = told[-1]
    assert (last["supported_share"], last["eval_count"], last["done_reason"]) == (share, 0, "stop")
    assert [citation["quote"] for citation in last["citations"]] == ([LEAVE] if quote else [])
    assert echo.prompts == []


@pytest.mark.parametrize("path", [CHAT, GENERATE])
async def test_an_answer_without_shelves_is_as_it_was(program: httpx2.AsyncClient, path: str) -> None:
    answer = (await program.post(path, json=asked(path, knowledge=[]))).json()
    assert set(GROUNDS) & set(answer) == set()


@pytest.mark.parametrize("name", ["diary", "nothing"])
@pytest.mark.parametrize("path", [CHAT, GENERATE])
async def test_a_shelf_that_the_key_is_not_for_is_as_if_it_were_not_there(
    program: httpx2.AsyncClient, path: str, name: str
) -> None:
    reply = await program.post(path, json=asked(path, knowledge=[name]))
    assert reply.status_code == 404
    assert f"There is no shelf named '{name}' here." in reply.json()["error"]


async def test_a_program_without_a_key_asks_no_shelf(program: httpx2.AsyncClient) -> None:
    del program.headers["Authorization"]
    reply = await program.post(CHAT, json=asked(CHAT))
    assert reply.status_code == 404
    assert "sotto keys add" in reply.json()["error"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("path", "more", "sentence"),
    [
        (CHAT, {"tools": [TOOL]}, "`knowledge` does not go together with functions"),
        (CHAT, {"format": "json"}, "follows a schema cannot be cited from a shelf."),
        (CHAT, {"knowledge": [], "quote": True}, "`quote` needs `knowledge`"),
        (CHAT, {"messages": [{"role": "user", "content": " "}]}, "no question to look for on a shelf."),
        (CHAT, {"messages": [{"role": "system", "content": LEAVE}]}, "Send one in messages"),
        (GENERATE, {"prompt": " \n"}, "Send one in prompt, or leave knowledge out"),
        (GENERATE, {"format": "json"}, "follows a schema cannot be cited from a shelf."),
        (GENERATE, {"raw": True}, "A raw prompt has no question that could be looked up on a shelf."),
    ],
)
async def test_what_does_not_go_with_a_shelf_is_refused(
    program: httpx2.AsyncClient,
    echo: EchoEngine,
    stream: bool,
    path: str,
    more: dict[str, Any],
    sentence: str,
) -> None:
    reply = await program.post(path, json=asked(path) | more | {"stream": stream})
    assert reply.status_code == 400
    assert sentence in reply.json()["error"]
    assert "Next: " in reply.json()["error"]
    assert (echo.prompts, echo.texts) == ([], [])
