"""What a model thinks, as each of the server's languages tells it or leaves it out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import anthropic_api, asgi, ollama_api, openai_api
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House

HOST = "127.0.0.1:7886"
THINKS = "<think>a boat or two</think>\n\nA ship."
ASKED = [{"role": "user", "content": THINKS}]


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    endpoints = (*openai_api.ENDPOINTS, *ollama_api.ENDPOINTS, *anthropic_api.ENDPOINTS)
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), endpoints)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=f"http://{HOST}", timeout=10
    ) as client:
        yield client


async def told(http: httpx2.AsyncClient, path: str, body: dict[str, Any], **headers: str) -> str:
    reply = await http.post(path, json={"model": "default", **body}, headers=headers)
    assert reply.status_code == 200, reply.text
    return reply.text


def deltas(stream: str) -> list[dict[str, Any]]:
    chunks = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]
    return [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]


async def test_chat_completions_give_it_as_reasoning_content(http: httpx2.AsyncClient) -> None:
    whole = json.loads(await told(http, "/v1/chat/completions", {"messages": ASKED}))
    message = whole["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("A ship.", "a boat or two")
    plain = json.loads(
        await told(http, "/v1/chat/completions", {"messages": [{"role": "user", "content": "hi"}]})
    )
    assert "reasoning_content" not in plain["choices"][0]["message"]


async def test_chat_completions_stream_it_before_the_content(http: httpx2.AsyncClient) -> None:
    found = deltas(await told(http, "/v1/chat/completions", {"messages": ASKED, "stream": True}))
    assert found[0] == {"role": "assistant", "content": None, "refusal": None}
    assert "".join(delta.get("reasoning_content", "") for delta in found) == "a boat or two"
    assert "".join(delta.get("content") or "" for delta in found) == "A ship."
    kinds = ["content" in delta for delta in found[1:-1]]
    assert kinds == sorted(kinds)


async def test_a_client_may_send_it_back_and_the_model_does_not_see_it(
    http: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    first = json.loads(await told(http, "/v1/chat/completions", {"messages": ASKED}))
    message = first["choices"][0]["message"]
    await told(
        http, "/v1/chat/completions", {"messages": [*ASKED, message, {"role": "user", "content": "and?"}]}
    )
    assert [said.text for said in echo.prompts[-1]] == [THINKS, "A ship.", "and?"]


async def test_a_call_is_found_behind_a_thought(http: httpx2.AsyncClient) -> None:
    call = '<think>the weather</think>{"name": "weather", "arguments": {"place": "Oslo"}}'
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    body = {"messages": [{"role": "user", "content": call}], "tools": [tool]}
    choice = json.loads(await told(http, "/v1/chat/completions", body))["choices"][0]
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "weather"
    assert (choice["message"]["reasoning_content"], choice["message"]["content"]) == ("the weather", None)


async def test_plain_completions_have_no_thoughts(http: httpx2.AsyncClient) -> None:
    answer = json.loads(await told(http, "/v1/completions", {"prompt": "<think>a</think>b"}))
    assert answer["choices"][0]["text"] == "<think>a</think>b"


async def test_responses_leave_it_out(http: httpx2.AsyncClient) -> None:
    whole = json.loads(await told(http, "/v1/responses", {"input": THINKS}))
    assert [item["type"] for item in whole["output"]] == ["message"]
    assert whole["output"][0]["content"][0]["text"] == "A ship."
    stream = await told(http, "/v1/responses", {"input": THINKS, "stream": True})
    assert '"A"' in stream
    assert '" ship."' in stream
    assert "boat" not in "".join(line for line in stream.splitlines() if "output_text.delta" in line)


@pytest.mark.parametrize("think", [True, None, False])
async def test_ollama_gives_it_as_thinking_unless_told_not_to(
    http: httpx2.AsyncClient, think: bool | None
) -> None:
    thought = None if think is False else "a boat or two"
    asked = {"messages": ASKED, "think": think}
    message = json.loads(await told(http, "/api/chat", {**asked, "stream": False}))["message"]
    assert (message["content"], message.get("thinking")) == ("A ship.", thought)
    lines = [json.loads(line) for line in (await told(http, "/api/chat", asked)).splitlines()]
    assert "".join(line["message"].get("thinking", "") for line in lines) == (thought or "")
    assert "".join(line["message"]["content"] for line in lines) == "A ship."
    whole = json.loads(await told(http, "/api/generate", {"prompt": THINKS, "think": think, "stream": False}))
    assert (whole["response"], whole.get("thinking")) == ("A ship.", thought)


async def test_messages_leave_it_out(http: httpx2.AsyncClient) -> None:
    asked = {"messages": ASKED, "max_tokens": 99}
    whole = json.loads(await told(http, "/v1/messages", asked, **{"anthropic-version": "2023-06-01"}))
    assert [(block["type"], block["text"]) for block in whole["content"]] == [("text", "A ship.")]
    stream = await told(
        http, "/v1/messages", {**asked, "stream": True}, **{"anthropic-version": "2023-06-01"}
    )
    assert "boat" not in stream
