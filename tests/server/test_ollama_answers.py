"""Ollama's API as its official client sees it."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import ollama
import pytest

from sottovoce import __version__
from sottovoce.core.messages import Message, Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi, ollama_api
from sottovoce.server.gate.gate import Gate
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.ollama_api.nouns import ChatAnswered, GenerateAnswered

HOST = "http://127.0.0.1:7886"
NAME = "SmolLM2-135M-Instruct"
HELLO: list[Any] = [{"role": "user", "content": "one two three"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather at a place",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}
CALL = '{"name": "weather", "arguments": {"place": "Oslo"}}'


@pytest.fixture
def app(house: House) -> Gate:
    names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
    return asgi.build(house, names, origins_of(""), ollama_api.ENDPOINTS)


@pytest.fixture
async def client(app: Gate) -> AsyncIterator[ollama.AsyncClient]:
    async with ollama.AsyncClient(HOST, transport=httpx.ASGITransport(app)) as client:
        yield client


@pytest.fixture
async def http(app: Gate) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client:
        yield client


# ---- chats ----


async def test_a_chat_is_answered(client: ollama.AsyncClient) -> None:
    reply = await client.chat("default", HELLO)
    assert (reply.message.role, reply.message.content) == ("assistant", "one two three")
    assert (reply.done, reply.done_reason) == (True, "stop")
    assert (reply.prompt_eval_count, reply.eval_count) == (5, 3)
    assert reply.total_duration is not None
    assert reply.total_duration > 0
    assert reply.created_at is not None
    assert datetime.fromisoformat(reply.created_at).tzinfo is not None


async def test_a_chat_is_streamed_line_by_line(client: ollama.AsyncClient) -> None:
    lines = [line async for line in await client.chat("default", HELLO, stream=True)]
    assert [line.message.content for line in lines] == ["one", " two", " three", ""]
    assert [line.done for line in lines] == [False, False, False, True]
    assert lines[-1].eval_count == 3
    assert lines[0].done_reason is None


async def test_an_answer_is_streamed_where_nothing_is_said(http: httpx.AsyncClient) -> None:
    reply = await http.post("/api/chat", json={"model": "default", "messages": HELLO})
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert len(lines) == 4
    for line in lines:
        ChatAnswered.model_validate(line)
    whole = await http.post("/api/generate", json={"model": "default", "prompt": "one", "stream": False})
    GenerateAnswered.model_validate(whole.json())


async def test_what_was_asked_reaches_the_model(client: ollama.AsyncClient, echo: EchoEngine) -> None:
    await client.chat(
        NAME + ":latest",
        [{"role": "system", "content": "Be brief."}, *HELLO],
        think=False,
        options={"temperature": 0.5, "top_k": 7, "min_p": 0.1, "num_predict": 9, "stop": ["zzz"], "seed": 3},
    )
    assert echo.prompts[-1] == (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "one two three"))
    drawn = echo.samplings[-1]
    assert (drawn.temperature, drawn.top_k, drawn.min_p, drawn.max_tokens) == (0.5, 7, 0.1, 9)
    assert (drawn.stop, drawn.seed, drawn.thinking) == (("zzz",), 3, False)


async def test_minus_one_stands_for_the_default(client: ollama.AsyncClient, echo: EchoEngine) -> None:
    await client.chat("default", HELLO, options={"num_predict": -1, "seed": -1})
    minus = echo.samplings[-1]
    await client.chat("default", HELLO)
    assert minus == echo.samplings[-1]


@pytest.mark.parametrize(
    ("options", "reason"),
    [({}, "stop"), ({"num_predict": 2}, "length"), ({"stop": ["two"]}, "stop")],
)
async def test_the_reason_for_the_end_is_told(
    client: ollama.AsyncClient, options: dict[str, Any], reason: str
) -> None:
    assert (await client.chat("default", HELLO, options=options)).done_reason == reason


async def test_a_chat_without_messages_loads_the_model(client: ollama.AsyncClient) -> None:
    reply = await client.chat("default", [])
    assert (reply.done, reply.done_reason, reply.message.content) == (True, "load", "")
    asked = await client.generate("default", "", stream=True)
    assert [line.done_reason async for line in asked] == ["load"]


async def test_likelihoods_come_with_the_words(client: ollama.AsyncClient) -> None:
    whole = await client.generate("default", "one two", logprobs=True, top_logprobs=2)
    streamed = [
        line async for line in await client.chat("default", HELLO, logprobs=True, top_logprobs=2, stream=True)
    ]
    assert whole.logprobs is not None
    assert [one.token for one in whole.logprobs] == ["one", " two"]
    assert len(whole.logprobs[0].top_logprobs or ()) == 2
    assert [len(line.logprobs or ()) for line in streamed] == [1, 1, 1, 0]


# ---- shapes and functions ----


@pytest.mark.parametrize("form", ["json", {"type": "object", "properties": {"colour": {"type": "string"}}}])
async def test_an_answer_follows_its_format(client: ollama.AsyncClient, echo: EchoEngine, form: Any) -> None:
    reply = await client.chat(
        "default", [{"role": "user", "content": '/json {"colour": "red"}'}], format=form
    )
    assert json.loads(reply.message.content or "") == {"colour": "red"}
    assert echo.samplings[-1].schema is not None


async def test_a_function_is_called_and_its_result_read(client: ollama.AsyncClient, echo: EchoEngine) -> None:
    asked = {"role": "user", "content": CALL}
    for stream in (False, True):
        found = await client.chat("default", [asked], tools=[WEATHER], stream=stream)
        replies = [line async for line in found if line.message.tool_calls] if stream else [found]
        (reply,) = replies
        (call,) = reply.message.tool_calls
        assert (call.function.name, call.function.arguments) == ("weather", {"place": "Oslo"})

    result = {"role": "tool", "tool_name": "weather", "content": "Rain"}
    await client.chat("default", [asked, reply.message, result], tools=[WEATHER])
    system, _, called, answer = echo.prompts[-1]
    assert "The weather at a place" in system.text
    assert called == Message(Role.ASSISTANT, CALL)
    assert answer == Message(Role.USER, "The function weather returned:\nRain")


async def test_results_without_names_come_in_the_order_of_the_calls(
    http: httpx.AsyncClient, echo: EchoEngine
) -> None:
    calls = [
        {"id": "b", "function": {"name": "clock", "arguments": {}}},
        {"function": {"name": "weather", "arguments": {}}},
    ]
    results = [{"role": "tool", "content": "noon"}, {"role": "tool", "content": "Rain"}]
    named = [{"role": "tool", "tool_call_id": "b", "content": "noon"}]
    for sent, expected in ((results, ["clock", "weather"]), (named, ["clock"])):
        said = [*HELLO, {"role": "assistant", "tool_calls": calls}, *sent]
        assert (await http.post("/api/chat", json={"model": "default", "messages": said})).is_success
        text = echo.prompts[-1][-1].text
        assert [line.split()[2] for line in text.splitlines() if line.startswith("The function")] == expected


# ---- one prompt ----


async def test_a_prompt_is_answered_under_its_system_text(
    client: ollama.AsyncClient, echo: EchoEngine
) -> None:
    reply = await client.generate("default", "one two", system="Be brief.")
    assert (reply.response, reply.done_reason, reply.eval_count) == ("one two", "stop", 2)
    assert echo.prompts[-1] == (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "one two"))


async def test_a_raw_prompt_is_gone_on_with_as_it_stands(
    client: ollama.AsyncClient, echo: EchoEngine
) -> None:
    lines = [line async for line in await client.generate("default", "Once upon", raw=True, stream=True)]
    assert "".join(line.response or "" for line in lines) == "Once upon"
    assert echo.texts == ["Once upon"]


# ---- problems ----


async def test_an_engine_that_fails_midway_ends_the_stream_with_an_error(client: ollama.AsyncClient) -> None:
    said: list[str] = []
    stream = await client.chat("default", [{"role": "user", "content": "/fail a b c d"}], stream=True)
    with pytest.raises(ollama.ResponseError, match="was asked to fail"):
        await gather(stream, said)
    assert len(said) == 3


async def gather(stream: Any, said: list[str]) -> None:
    async for line in stream:
        said.append(line.message.content)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_question_that_does_not_fit_is_refused_before_a_stream_begins(
    http: httpx.AsyncClient, stream: bool
) -> None:
    asked = {"model": "default", "prompt": "word " * 5000, "stream": stream}
    reply = await http.post("/api/generate", json=asked)
    assert reply.status_code == 400
    assert reply.json().keys() == {"error"}


async def test_another_model_is_not_found(client: ollama.AsyncClient) -> None:
    with pytest.raises(ollama.ResponseError, match=NAME) as refused:
        await client.chat("llama3.2", HELLO)
    assert refused.value.status_code == 404


async def test_curl_without_a_content_type_is_told_what_to_add(http: httpx.AsyncClient) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        reply = await http.post("/api/chat", content=b'{"model": "default"}', headers={"content-type": kind})
        assert reply.status_code == 415
        assert "content-type: application/json" in reply.json()["error"].lower()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/pull"),
        ("POST", "/api/create"),
        ("POST", "/api/push"),
        ("POST", "/api/copy"),
        ("DELETE", "/api/delete"),
        ("POST", "/api/blobs/sha256:00"),
    ],
)
async def test_the_library_is_not_changed_from_here(http: httpx.AsyncClient, method: str, path: str) -> None:
    reply = await http.request(method, path, json={"model": "llama3.2"})
    assert reply.status_code == 400
    assert "sotto models list" in reply.json()["error"]


# ---- what is served ----


async def test_the_model_is_listed_and_the_listed_name_can_be_asked(client: ollama.AsyncClient) -> None:
    (model,) = (await client.list()).models
    assert model.model == f"{NAME}:latest"
    assert model.size is not None
    assert model.size > 80_000_000
    assert model.digest == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    assert model.details is not None
    assert (model.details.family, model.details.parameter_size) == ("llama", "134.52M")
    assert (await client.chat(model.model, HELLO)).message.content == "one two three"


async def test_the_model_is_shown(client: ollama.AsyncClient) -> None:
    shown = await client.show("default")
    assert shown.modelinfo is not None
    assert shown.modelinfo["llama.context_length"] == 8192
    assert shown.modelinfo["general.parameter_count"] == 134_515_008
    assert shown.capabilities == ["completion", "tools"]
    assert "temperature                    0.2" in (shown.parameters or "")
    assert (shown.modelfile or "").startswith(f"FROM {NAME}:latest\n")
    assert "<|im_start|>" in (shown.template or "")
    assert "Apache License" in (shown.license or "")


async def test_nothing_says_where_the_models_file_lies(http: httpx.AsyncClient, house: House) -> None:
    folder = str(house.app.model.path.parent)
    for reply in (
        await http.get("/api/tags"),
        await http.get("/api/ps"),
        await http.post("/api/show", json={"model": "default"}),
    ):
        assert reply.is_success
        assert folder not in reply.text


async def test_what_runs_is_told_once_it_can_answer(client: ollama.AsyncClient, house: House) -> None:
    (model,) = (await client.ps()).models
    assert (model.model, model.context_length) == (f"{NAME}:latest", 4096)
    assert model.expires_at is not None
    assert model.expires_at.tzinfo is not None
    house.problem = "The model is being loaded."
    assert (await client.ps()).models == []


async def test_the_version_is_ours(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/version")).json() == {"version": __version__}


# ---- vectors ----


async def test_texts_become_vectors_of_length_one(client: ollama.AsyncClient) -> None:
    one = await client.embed("default", "one two")
    both = await client.embed("default", ["one two", "three"])
    assert (len(one.embeddings), len(both.embeddings)) == (1, 2)
    assert one.embeddings[0] == both.embeddings[0] != both.embeddings[1]
    assert math.hypot(*both.embeddings[1]) == pytest.approx(1)
    assert both.prompt_eval_count == 3


async def test_a_vector_can_be_shorter(client: ollama.AsyncClient) -> None:
    whole = (await client.embed("default", "one two")).embeddings[0]
    short = (await client.embed("default", "one two", dimensions=2)).embeddings[0]
    assert len(short) == 2
    assert math.hypot(*short) == pytest.approx(1)
    assert short[0] / short[1] == pytest.approx(whole[0] / whole[1])
    with pytest.raises(ollama.ResponseError, match="dimensions"):
        await client.embed("default", "one two", dimensions=1000)


async def test_the_older_address_makes_one_vector(client: ollama.AsyncClient) -> None:
    assert len((await client.embeddings("default", "one two")).embedding) == 8
    assert (await client.embeddings("default", "")).embedding == []


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        ("/api/embed", {"input": "word " * 5000}, "input:"),
        ("/api/embed", {"input": ["one", "word " * 5000]}, "input.1:"),
        ("/api/embeddings", {"prompt": "word " * 5000}, "prompt:"),
    ],
)
async def test_a_text_too_long_for_a_vector_is_named(
    http: httpx.AsyncClient, path: str, sent: dict[str, Any], field: str
) -> None:
    reply = await http.post(path, json={"model": "default", **sent})
    assert reply.status_code == 400
    assert reply.json()["error"].startswith(field)
