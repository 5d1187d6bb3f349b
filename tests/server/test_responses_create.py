"""/v1/responses as the official client sees it: asked and answered, whole and as it is written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, get_args

import httpx2
import openai
import pytest
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from sottovoce.core.messages import Message, Role
from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.openai_api import responses

HOST = "127.0.0.1:7886"
WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "weather",
    "description": "The weather at a place",
    "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    "strict": True,
}
CALL = '/json {"name": "weather", "arguments": {"place": "Oslo"}}'
STRICT: Any = TypeAdapter(get_args(ResponseStreamEvent)[0])


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    app = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), responses.ENDPOINTS
    )
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=f"http://{HOST}/v1/"
    ) as client:
        yield client


@pytest.fixture
def client(http: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=f"http://{HOST}/v1", api_key="not-needed", http_client=http, max_retries=0
    )


async def ask(client: openai.AsyncOpenAI, asked: Any = "one two three", **given: Any) -> Any:
    return await client.responses.create(**{"model": "default", "input": asked, **given})


async def events_of(client: openai.AsyncOpenAI, asked: Any = "one two three", **given: Any) -> list[Any]:
    return [event async for event in await ask(client, asked, stream=True, **given)]


# ---- whole answers ----


async def test_a_question_is_answered(client: openai.AsyncOpenAI) -> None:
    response = await ask(client)
    assert response.output_text == "one two three"
    assert response.id.startswith("resp_")
    assert (response.object, response.status, response.error) == ("response", "completed", None)
    assert response.model == "SmolLM2-135M-Instruct"
    (message,) = response.output
    assert (message.type, message.role, message.status) == ("message", "assistant", "completed")
    assert (response.usage.input_tokens, response.usage.output_tokens) == (5, 3)
    assert response.usage.total_tokens == 8
    assert response.usage.input_tokens_details.cached_tokens == 0


async def test_what_was_asked_stands_in_the_answer_again(client: openai.AsyncOpenAI) -> None:
    response = await ask(
        client,
        instructions="Be brief.",
        metadata={"topic": "sky"},
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=50,
        tools=[WEATHER],
        tool_choice="none",
        parallel_tool_calls=False,
        text={"verbosity": "low"},
        user="somebody",
        reasoning={"effort": "low"},
    )
    assert response.instructions == "Be brief."
    assert response.metadata == {"topic": "sky"}
    assert (response.temperature, response.top_p, response.max_output_tokens) == (0.5, 0.9, 50)
    assert response.tools[0].name == "weather"
    assert (response.tool_choice, response.parallel_tool_calls) == ("none", False)
    assert (response.text.format.type, response.text.verbosity) == ("text", "low")
    assert (response.user, response.reasoning.effort) == ("somebody", "low")


async def test_every_form_of_input_reaches_the_model(client: openai.AsyncOpenAI, echo: EchoEngine) -> None:
    await ask(
        client,
        [
            {"role": "developer", "content": "Use simple words."},
            {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
            },
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"role": "user", "content": "Weather?"},
            {"type": "function_call", "call_id": "a", "name": "weather", "arguments": '{"place": "Oslo"}'},
            {"type": "function_call_output", "call_id": "a", "output": "rain"},
        ],
        instructions="Be brief.",
    )
    assert echo.prompts[-1] == (
        Message(Role.SYSTEM, "Be brief.\n\nUse simple words."),
        Message(Role.USER, "Hello"),
        Message(Role.ASSISTANT, "Hi"),
        Message(Role.USER, "Weather?"),
        Message(Role.ASSISTANT, '{"name": "weather", "arguments": {"place": "Oslo"}}'),
        Message(Role.USER, "The function weather returned:\nrain"),
    )


async def test_what_is_cut_by_length_is_incomplete(client: openai.AsyncOpenAI) -> None:
    response = await ask(client, "/long 20", max_output_tokens=16)
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.output[0].status == "incomplete"
    assert len(response.output_text.split()) == 16


async def test_likelihoods_come_with_the_text(client: openai.AsyncOpenAI) -> None:
    response = await ask(client, "one two", include=["message.output_text.logprobs"], top_logprobs=2)
    (part,) = response.output[0].content
    assert [token.token for token in part.logprobs] == ["one", " two"]
    assert [len(token.top_logprobs) for token in part.logprobs] == [2, 2]
    assert bytes(part.logprobs[1].bytes) == b" two"


async def test_a_schema_is_followed_or_the_answer_fails(client: openai.AsyncOpenAI) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    form = {"format": {"type": "json_schema", "name": "thing", "schema": schema}}
    response = await ask(client, '/json {"a": 1}', text=form)
    assert json.loads(response.output_text) == {"a": 1}
    assert response.text.format.to_dict()["schema"] == schema
    with pytest.raises(openai.UnprocessableEntityError, match="does not follow"):
        await ask(client, '/json {"a": "x"}', text=form)
    with pytest.raises(openai.BadRequestError) as caught:
        await ask(client, text={"format": {"type": "json_schema", "name": "x", "schema": {"type": "no"}}})
    assert caught.value.param == "text.format.schema"


# ---- functions ----


async def test_a_function_is_called_and_its_result_answered(
    client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    first = await ask(client, CALL, tools=[WEATHER], tool_choice="required")
    (call,) = first.output
    assert (call.type, call.name, call.status) == ("function_call", "weather", "completed")
    assert json.loads(call.arguments) == {"place": "Oslo"}
    assert first.output_text == ""
    second = await ask(
        client,
        [{"type": "function_call_output", "call_id": call.call_id, "output": "rain"}],
        previous_response_id=first.id,
        tools=[WEATHER],
    )
    assert second.output_text == "The function weather returned:\nrain"
    assert echo.prompts[-1][-2].text == '{"name": "weather", "arguments": {"place": "Oslo"}}'


async def test_the_client_may_send_back_what_it_got_as_it_got_it(client: openai.AsyncOpenAI) -> None:
    first = await ask(client, CALL, tools=[WEATHER], tool_choice="required", store=False)
    again: list[Any] = [{"role": "user", "content": CALL}, *first.output]
    again.append({"type": "function_call_output", "call_id": first.output[0].call_id, "output": "rain"})
    second = await ask(client, again, store=False)
    again += [*second.output, {"role": "user", "content": "thanks"}]
    third = await ask(client, again, store=False)
    assert third.output_text == "thanks"


async def test_only_allowed_functions_are_offered(client: openai.AsyncOpenAI, echo: EchoEngine) -> None:
    clock = {**WEATHER, "name": "clock"}
    choice = {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "function", "name": "weather"}],
    }
    response = await ask(client, CALL, tools=[clock, WEATHER], tool_choice=choice)
    assert response.output[0].name == "weather"
    assert "clock" not in echo.prompts[-1][0].text


# ---- refusals ----


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("background", {"background": True}),
        ("conversation", {"conversation": "conv_1"}),
        ("prompt", {"prompt": {"id": "p"}}),
        ("truncation", {"truncation": "auto"}),
        ("service_tier", {"service_tier": "priority"}),
        ("tools.0", {"tools": [{"type": "web_search"}]}),
        ("tools.0.parameters", {"tools": [{**WEATHER, "parameters": {"type": "array"}}]}),
        ("tool_choice", {"tool_choice": {"type": "file_search"}}),
        ("tool_choice.name", {"tool_choice": {"type": "function", "name": "nothing"}}),
        ("input.0.content.0", {"input": [{"role": "user", "content": [{"type": "input_image"}]}]}),
        ("input.0", {"input": [{"type": "computer_call"}]}),
        (
            "input.0.call_id",
            {"input": [{"type": "function_call_output", "call_id": "x", "output": "y"}]},
        ),
        (
            "input",
            {"input": [{"type": "function_call", "call_id": "x", "name": "f", "arguments": "{}"}]},
        ),
        ("input", {"input": []}),
        ("input", {"input": "word " * 5_000}),
        ("reasoning.summary", {"reasoning": {"summary": "auto"}}),
        ("temperature", {"temperature": 3}),
        ("max_output_tokens", {"max_output_tokens": 0}),
        ("something_new", {"extra_body": {"something_new": 1}}),
    ],
)
async def test_what_cannot_be_honoured_is_refused_by_name(
    field: str, given: dict[str, Any], client: openai.AsyncOpenAI, echo: EchoEngine
) -> None:
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            await ask(client, **{**given, "stream": stream})
        assert caught.value.param == field
    assert echo.samplings == [] or field == "input"


# ---- streams ----


async def test_a_stream_tells_every_step_in_order(client: openai.AsyncOpenAI) -> None:
    events = await events_of(client)
    assert [event.type for event in events] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        *["response.output_text.delta"] * 3,
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(event.delta for event in events[4:7]) == events[7].text == "one two three"
    assert events[-1].response.output_text == "one two three"
    assert events[-1].response.usage.output_tokens == 3
    assert len({event.item_id for event in events[3:9]} | {events[-2].item.id}) == 1


async def test_every_event_is_just_as_the_client_types_it(client: openai.AsyncOpenAI) -> None:
    likely = {"include": ["message.output_text.logprobs"], "top_logprobs": 1}
    forced = {"tools": [WEATHER], "tool_choice": "required"}
    for asked, given in (("one two", likely), (CALL, forced), ("/long 20", {"max_output_tokens": 16})):
        for event in await events_of(client, asked, **given):
            STRICT.validate_python(event.to_dict())
            assert not event.model_extra
            response = getattr(event, "response", None)
            assert set((response and response.model_extra) or ()) <= {"provenance"}


async def test_a_stream_says_no_more_and_no_less_than_the_whole(client: openai.AsyncOpenAI) -> None:
    for asked, given in (
        ("one two three", {}),
        (CALL, {"tools": [WEATHER], "tool_choice": "required"}),
        ("/long 20", {"max_output_tokens": 16}),
    ):
        whole = await ask(client, asked, **given)
        last = (await events_of(client, asked, **given))[-1].response
        assert last.status == whole.status
        assert last.usage == whole.usage
        kept = {"type", "status", "name", "arguments", "content"}
        assert [item.to_dict().keys() & kept for item in last.output] == [
            item.to_dict().keys() & kept for item in whole.output
        ]
        assert last.output_text == whole.output_text


async def test_a_call_is_streamed_with_its_arguments(client: openai.AsyncOpenAI) -> None:
    events = await events_of(
        client, CALL, tools=[WEATHER], tool_choice={"type": "function", "name": "weather"}
    )
    assert [event.type for event in events[2:]] == [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert events[2].item.arguments == ""
    assert json.loads(events[4].arguments) == json.loads(events[5].item.arguments) == {"place": "Oslo"}


async def test_the_clients_own_reading_of_a_stream_works(client: openai.AsyncOpenAI) -> None:
    for asked, given in (
        ("one two three", {}),
        (CALL, {"tools": [WEATHER], "tool_choice": "required"}),
    ):
        stream: Any = client.responses.stream(model="default", input=asked, **given)
        async with stream as events:
            final = await events.get_final_response()
        assert final.output_text == ("" if given else "one two three")
        assert len(final.output) == 1


async def test_a_stream_that_is_cut_ends_incomplete(client: openai.AsyncOpenAI) -> None:
    events = await events_of(client, "/long 20", max_output_tokens=16)
    assert events[-1].type == "response.incomplete"
    assert events[-2].item.status == "incomplete"


async def test_a_stream_that_breaks_says_so_in_its_own_shape(client: openai.AsyncOpenAI) -> None:
    events = await events_of(client, "/fail one two three four")
    assert events[-1].type == "response.failed"
    assert events[-1].response.status == "failed"
    assert events[-1].response.error.code == "server_error"
    assert "asked to fail" in events[-1].response.error.message
    assert events[-1].response.output_text == "/fail one two"
    STRICT.validate_python(events[-1].to_dict())
    with pytest.raises(openai.APIStatusError):
        await ask(client, "/fail one two three four")
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(events[-1].response.id)
