"""The Messages API as its official client sees it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types import RawMessageStreamEvent
from starlette.requests import Request

from sottovoce.core.messages import Message, Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import anthropic_api, asgi
from sottovoce.server.anthropic_api import models
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House

HOST = "127.0.0.1:7886"
HELLO: list[Any] = [{"role": "user", "content": "one two three"}]
WEATHER: dict[str, Any] = {
    "name": "weather",
    "description": "The weather at a place",
    "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
}
CALL = '{"name": "weather", "arguments": {"place": "Oslo"}}'
USE = {"type": "tool_use", "id": "a", "name": "weather", "input": {}}
FORCED: Any = {"type": "tool", "name": "weather"}


@pytest.fixture
async def client(house: House) -> AsyncIterator[anthropic.AsyncAnthropic]:
    app = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), anthropic_api.ENDPOINTS
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        yield anthropic.AsyncAnthropic(
            base_url=f"http://{HOST}", api_key="not-needed", http_client=http, max_retries=0
        )


async def ask(client: anthropic.AsyncAnthropic, **given: Any) -> Any:
    asked = {"model": "default", "max_tokens": 100, "messages": HELLO, **given}
    return await client.messages.create(**asked)


async def events_of(client: anthropic.AsyncAnthropic, **given: Any) -> list[RawMessageStreamEvent]:
    return [event async for event in await ask(client, stream=True, **given)]


# ---- whole answers ----


async def test_a_message_is_answered(client: anthropic.AsyncAnthropic) -> None:
    message = await ask(client)
    assert message.content[0].text == "one two three"
    assert message.id.startswith("msg_")
    assert (message.type, message.role, message.model) == ("message", "assistant", "SmolLM2-135M-Instruct")
    assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
    assert (message.usage.input_tokens, message.usage.output_tokens) == (5, 3)
    assert message.usage.cache_read_input_tokens == 0


async def test_what_was_asked_reaches_the_model(client: anthropic.AsyncAnthropic, echo: EchoEngine) -> None:
    await ask(
        client,
        system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        messages=[
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]},
            {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
        ],
        extra_body={"temperature": 0.5, "top_p": 0.8, "top_k": 7},
        stop_sequences=["zzz"],
        thinking={"type": "disabled"},
    )
    assert echo.prompts[-1] == (
        Message(Role.SYSTEM, "Be brief."),
        Message(Role.USER, "Hello"),
        Message(Role.ASSISTANT, "Hi"),
        Message(Role.USER, "one\n\ntwo"),
    )
    drawn = echo.samplings[-1]
    assert (drawn.temperature, drawn.top_p, drawn.top_k, drawn.max_tokens) == (0.5, 0.8, 7, 100)
    assert (drawn.stop, drawn.thinking) == (("zzz",), False)


@pytest.mark.parametrize(
    ("given", "reason", "sequence"),
    [
        ({}, "end_turn", None),
        ({"max_tokens": 2}, "max_tokens", None),
        ({"stop_sequences": ["three", "two", "four"]}, "stop_sequence", "two"),
        ({"tools": [WEATHER], "tool_choice": FORCED}, "tool_use", None),
    ],
)
async def test_the_reason_for_the_end_is_told(
    client: anthropic.AsyncAnthropic, given: dict[str, Any], reason: str, sequence: str | None
) -> None:
    text = f"/json {CALL}" if "tools" in given else "one two three"
    given = {"messages": [{"role": "user", "content": text}], **given}
    message = await ask(client, **given)
    assert (message.stop_reason, message.stop_sequence) == (reason, sequence)
    last = [event for event in await events_of(client, **given) if event.type == "message_delta"]
    assert [(one.delta.stop_reason, one.delta.stop_sequence) for one in last] == [(reason, sequence)]


async def test_an_answer_that_fills_the_window_says_so(
    client: anthropic.AsyncAnthropic, echo: EchoEngine
) -> None:
    message = await ask(client, max_tokens=9000, messages=[{"role": "user", "content": "/long 9000"}])
    assert message.stop_reason == "model_context_window_exceeded"


async def test_an_answer_follows_a_schema(client: anthropic.AsyncAnthropic, echo: EchoEngine) -> None:
    schema = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}
    message = await ask(
        client,
        messages=[{"role": "user", "content": '/json {"colour": "red"}'}],
        output_config={"format": {"type": "json_schema", "schema": schema}},
    )
    assert json.loads(message.content[0].text) == {"colour": "red"}
    assert json.loads(echo.samplings[-1].schema or "")["properties"] == schema["properties"]


# ---- functions ----


async def test_a_function_is_called_and_its_result_read(
    client: anthropic.AsyncAnthropic, echo: EchoEngine
) -> None:
    asked = {"role": "user", "content": f"/json {CALL}"}
    message = await ask(client, messages=[asked], tools=[WEATHER], tool_choice=FORCED)
    (use,) = message.content
    assert use.type == "tool_use"
    assert (use.name, use.input) == ("weather", {"place": "Oslo"})
    assert use.id.startswith("toolu_")

    result = {"type": "tool_result", "tool_use_id": use.id, "content": [{"type": "text", "text": "Rain"}]}
    await ask(
        client,
        tools=[WEATHER],
        messages=[
            asked,
            {"role": "assistant", "content": message.content},
            {"role": "user", "content": [result, {"type": "text", "text": "So?"}]},
        ],
    )
    system, _, called, answer = echo.prompts[-1]
    assert "weather" in system.text
    assert called == Message(Role.ASSISTANT, CALL)
    assert answer == Message(Role.USER, "The function weather returned:\nRain\n\nSo?")


async def test_a_failed_function_is_told_as_such(client: anthropic.AsyncAnthropic, echo: EchoEngine) -> None:
    result = {"type": "tool_result", "tool_use_id": "a", "content": "no such place", "is_error": True}
    await ask(
        client,
        messages=[*HELLO, {"role": "assistant", "content": [USE]}, {"role": "user", "content": [result]}],
    )
    assert echo.prompts[-1][-1].text == "The function weather returned:\nError: no such place"


async def test_tool_choice_none_offers_no_function(
    client: anthropic.AsyncAnthropic, echo: EchoEngine
) -> None:
    await ask(client, tools=[WEATHER], tool_choice={"type": "none"})
    assert echo.prompts[-1] == (Message(Role.USER, "one two three"),)


async def test_earlier_thoughts_are_not_read_again(
    client: anthropic.AsyncAnthropic, echo: EchoEngine
) -> None:
    thoughts = [
        {"type": "thinking", "thinking": "Hmm", "signature": "x"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "Hi"},
    ]
    await ask(client, messages=[*HELLO, {"role": "assistant", "content": thoughts}, *HELLO])
    assert echo.prompts[-1][1] == Message(Role.ASSISTANT, "Hi")


# ---- streams ----


async def test_a_stream_has_its_events_in_order(client: anthropic.AsyncAnthropic) -> None:
    events = await events_of(client)
    assert [event.type for event in events] == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events[-2].usage.output_tokens == 3
    assert events[-2].usage.input_tokens == 5


async def test_the_bytes_of_a_stream_are_events_with_names(house: House) -> None:
    app = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), anthropic_api.ENDPOINTS
    )
    body = {"model": "default", "max_tokens": 9, "messages": HELLO, "stream": True}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        reply = await http.post(f"http://{HOST}/v1/messages", json=body)
    assert reply.headers["content-type"].startswith("text/event-stream")
    for event in reply.text.removesuffix("\n\n").split("\n\n"):
        name, data = event.split("\n")
        assert name == f"event: {json.loads(data.removeprefix('data: '))['type']}"
    assert 'event: ping\ndata: {"type": "ping"}\n\n' in reply.text


async def test_the_clients_own_stream_gathers_the_message(client: anthropic.AsyncAnthropic) -> None:
    async with client.messages.stream(model="default", max_tokens=100, messages=HELLO) as stream:
        said = [text async for text in stream.text_stream]
        whole = await stream.get_final_message()
    assert said == ["one", " two", " three"]
    assert whole.content[0].text == "one two three"
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (5, 3)


async def test_a_streamed_call_gathers_to_its_arguments(client: anthropic.AsyncAnthropic) -> None:
    async with client.messages.stream(
        model="default",
        max_tokens=100,
        messages=[{"role": "user", "content": f"/json {CALL}"}],
        tools=[WEATHER],
        tool_choice=FORCED,
    ) as stream:
        whole = await stream.get_final_message()
    (use,) = whole.content
    assert use.type == "tool_use"
    assert (use.name, use.input, whole.stop_reason) == ("weather", {"place": "Oslo"}, "tool_use")


async def test_an_engine_that_fails_midway_ends_the_stream_with_an_error(
    client: anthropic.AsyncAnthropic,
) -> None:
    stream = await ask(client, stream=True, messages=[{"role": "user", "content": "/fail a b c d"}])
    said: list[str] = []
    with pytest.raises(anthropic.APIStatusError) as failed:
        await gather(stream, said)
    assert said.count("content_block_delta") == 3
    assert failed.value.type == "api_error"
    assert "was asked to fail" in str(failed.value)


async def gather(stream: Any, kinds: list[str]) -> None:
    async for event in stream:
        kinds.append(event.type)


# ---- problems ----


async def test_a_question_that_does_not_fit_is_refused_before_a_stream_begins(
    client: anthropic.AsyncAnthropic,
) -> None:
    long = [{"role": "user", "content": "word " * 5000}]
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        await events_of(client, messages=long)


async def test_another_model_is_not_found(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as refused:
        await ask(client, model="claude-opus-5")
    assert refused.value.type == "not_found_error"
    assert "SmolLM2-135M-Instruct" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"extra_body": {"temperature": 3}}, "temperature"),
        ({"stop_sequences": [str(at) for at in range(9)]}, "stop_sequences"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"messages": [*HELLO, {"role": "assistant", "content": "It is"}]}, "messages.1.role"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "image"}]}]},
            "messages.0.content.1",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "no"}]}]},
            "messages.0.content.0.tool_use_id",
        ),
        (
            {"messages": [{"role": "user", "content": [USE]}]},
            "messages.0.content.0",
        ),
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools.0.type"),
        ({"tools": [{**WEATHER, "input_schema": {"type": "array"}}]}, "tools.0.input_schema"),
        ({"tools": [WEATHER], "tool_choice": {"type": "tool"}}, "tool_choice.name"),
        ({"tools": [WEATHER], "tool_choice": {"type": "tool", "name": "other"}}, "tool_choice"),
        ({"tool_choice": {"type": "any"}}, "tool_choice"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "strnig"}}}},
            "output_config.format.schema",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_a_field_that_is_wrong_is_named(
    client: anthropic.AsyncAnthropic, echo: EchoEngine, given: dict[str, Any], field: str
) -> None:
    for stream in (False, True):
        with pytest.raises(anthropic.BadRequestError) as refused:
            await ask(client, stream=stream, **given)
        assert refused.value.type == "invalid_request_error"
        assert field in str(refused.value)
        assert "Next: " in str(refused.value)
    assert echo.prompts == []


# ---- counting ----


async def test_tokens_are_counted_as_the_model_would_see_them(client: anthropic.AsyncAnthropic) -> None:
    bare = await client.messages.count_tokens(model="default", messages=HELLO)
    told = await client.messages.count_tokens(model="default", messages=HELLO, tools=[WEATHER])
    assert bare.input_tokens == (await ask(client)).usage.input_tokens
    assert told.input_tokens == (await ask(client, tools=[WEATHER])).usage.input_tokens
    assert told.input_tokens > bare.input_tokens


# ---- models ----


async def test_models_are_listed_as_this_client_expects_them(house: House) -> None:
    places = (
        Endpoint("GET", "/v1/models", models.listed, Scope.MODELS),
        Endpoint("GET", "/v1/models/{model}", models.shown, Scope.MODELS),
    )
    app = asgi.build(house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), places)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        client = anthropic.AsyncAnthropic(base_url=f"http://{HOST}", api_key="none", http_client=http)
        found = [model async for model in client.models.list()]
        one = await client.models.retrieve("default")
        with pytest.raises(anthropic.NotFoundError):
            await client.models.retrieve("claude-opus-5")
    assert [model.id for model in found] == ["SmolLM2-135M-Instruct"]
    assert one == found[0]
    assert (one.type, one.max_input_tokens, one.created_at.year) == ("model", 4096, 1970)


def test_the_clients_version_header_tells_it_from_others() -> None:
    theirs = Request({"type": "http", "headers": [(b"anthropic-version", b"2023-06-01")]})
    assert models.is_meant(theirs)
    assert not models.is_meant(Request({"type": "http", "headers": []}))
