"""The table of /v1/responses' fields: it has every field of the official client, and it is true."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal, Union, get_args, get_origin

import httpx2
import pytest
from openai.types.responses import input_item_list_params, response_create_params, response_retrieve_params
from typing_extensions import get_type_hints, is_typeddict

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi
from sottovoce.server.conformance import Field, State
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.openai_api import responses
from sottovoce.server.openai_api.responses_fields import FIELDS, KEPT, LISTED, PLACE, TEST
from sottovoce.server.openai_api.responses_nouns import REFUSED, ResponseBody

Body = dict[str, Any]
Case = tuple[Body, Body]

HOST = "127.0.0.1:7886"
CLIENTS = {
    PLACE: response_create_params.ResponseCreateParamsStreaming,
    KEPT: response_retrieve_params.ResponseRetrieveParamsStreaming,
    LISTED: input_item_list_params.InputItemListParams,
}


NOT_OF_THE_CLIENT = {"knowledge", "quote"}
"""Sent by programs, but not in its parameters' types."""


def rows(place: str) -> dict[str, Field]:
    return {row.name: row for row in FIELDS if row.place == place}


# ---- every field stands in it ----


def nouns(hint: Any) -> Iterator[Any]:
    if is_typeddict(hint):
        yield hint
    else:
        for part in get_args(hint):
            yield from nouns(part)


def kinds_of(noun: Any) -> list[str]:
    """Return the `type` that tells this one from its kin, if it has one."""
    return list(words(get_type_hints(noun).get("type")))


def words(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from (word for word in get_args(hint) if isinstance(word, str))
    elif get_origin(hint) is Union:
        for part in get_args(hint):
            yield from words(part)


def paths(noun: Any, table: dict[str, Field], at: str = "") -> Iterator[str]:
    """Yield the path of every field, as deep as the table goes."""
    for name, hint in get_type_hints(noun).items():
        path = at + name
        if name == "type":
            continue
        inner = [part for part in nouns(hint) if goes_deeper(path, table)]
        if path in table or not inner:
            yield path
        for part in inner:
            for here in [f"{path}.{kind}" for kind in kinds_of(part)] or [path]:
                if goes_deeper(here, table):
                    yield from paths(part, table, f"{here}.")
                else:
                    yield here


def goes_deeper(path: str, table: dict[str, Field]) -> bool:
    return any(name.startswith(f"{path}.") for name in table)


def stands(path: str, table: dict[str, Field]) -> bool:
    """Whether there is a row for it, or one for all its kin that have none."""
    return path in table or f"{path.rpartition('.')[0]}.*" in table or goes_deeper(path, table)


@pytest.mark.parametrize("place", CLIENTS)
def test_every_field_of_the_client_stands_in_the_table(place: str) -> None:
    table = rows(place)
    found = set(paths(CLIENTS[place], table))
    assert len(found) >= 4
    assert sorted(path for path in found if not stands(path, table)) == []


@pytest.mark.parametrize("place", CLIENTS)
def test_the_table_names_no_field_that_is_not_there(place: str) -> None:
    table = rows(place)
    known = set(paths(CLIENTS[place], table))
    names = {name.partition("=")[0] for name in table if not name.endswith(".*")} - NOT_OF_THE_CLIENT
    assert sorted(names - known) == []


def test_every_field_we_read_stands_in_the_table() -> None:
    tops = {name.partition(".")[0].partition("=")[0] for name in rows(PLACE)}
    assert set(ResponseBody.model_fields) | set(REFUSED) == tops


def test_a_field_that_is_missing_from_the_table_is_noticed() -> None:
    table = rows(PLACE)
    for name in ("temperature", "input.function_call.id", "text.format.json_schema.strict", "prompt"):
        less = {path: row for path, row in table.items() if path != name}
        found = set(paths(CLIENTS[PLACE], less))
        assert [path for path in found if not stands(path, less)] == [name]


# ---- and does what it says ----

ASKED: Body = {"model": "default", "input": "one two three four"}
PARAMETERS: Body = {"type": "object", "properties": {"place": {"type": "string"}}}
TOOL: Body = {"type": "function", "name": "weather", "parameters": PARAMETERS}
CLOCK: Body = {"type": "function", "name": "clock"}
CALLING = '/json {"name": "weather", "arguments": {}}'
TWO = '/json {"name": "weather", "arguments": {}}\n{"name": "weather", "arguments": {}}'
LAST: Body = {"role": "user", "content": "And now?"}
MARK: Body = {"prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}
IN: Body = {"type": "input_text", "text": "one"}
OUT: Body = {"type": "output_text", "text": "one", "annotations": []}
CALL: Body = {"type": "function_call", "call_id": "a", "name": "weather", "arguments": "{}"}
RESULT: Body = {"type": "function_call_output", "call_id": "a", "output": "rain"}


def said(content: Any, role: str = "user", **more: Any) -> Body:
    return {"input": [{"role": role, "content": content, **more}, LAST]}


def call(**more: Any) -> Body:
    return {"input": [{**CALL, **more}, RESULT]}


def result(**more: Any) -> Body:
    return {"input": [CALL, {**RESULT, **more}]}


def tool(**more: Any) -> Body:
    return {"tools": [{**TOOL, **more}]}


def form(**more: Any) -> Body:
    return {"text": {"format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}, **more}}}


def allowed(mode: str, *names: str) -> Body:
    tools = [{"type": "function", "name": name} for name in names]
    choice = {"type": "allowed_tools", "mode": mode, "tools": tools}
    return {"input": CALLING, "tools": [TOOL, CLOCK], "tool_choice": choice}


def chosen(choice: Any) -> Body:
    return {"input": CALLING, "tools": [TOOL, CLOCK], "tool_choice": choice}


CASES: dict[str, Case] = {
    "model": ({"model": "other"}, {}),
    "instructions": ({"instructions": "Be brief."}, {}),
    "previous_response_id": ({"previous_response_id": "resp_1"}, {}),
    "stream": ({"stream": True}, {}),
    "store": ({"store": False}, {}),
    "temperature": ({"temperature": 0.3}, {}),
    "top_p": ({"top_p": 0.3}, {}),
    "max_output_tokens": ({"max_output_tokens": 2}, {}),
    "top_logprobs": ({"top_logprobs": 2}, {}),
    "include": (
        {"include": ["message.output_text.logprobs"]},
        {"include": ["code_interpreter_call.outputs"]},
    ),
    "parallel_tool_calls": (
        {"input": TWO, "tools": [TOOL], "parallel_tool_calls": False},
        {"input": TWO, "tools": [TOOL]},
    ),
    "text.verbosity": ({"text": {"verbosity": "low"}}, {"text": {"verbosity": "medium"}}),
    "text.format.text": ({"text": {"format": {"type": "text"}}}, {}),
    "text.format.json_object": ({"text": {"format": {"type": "json_object"}}}, {}),
    "text.format.json_schema.schema": (form(schema=PARAMETERS), form()),
    "text.format.json_schema.description": (form(description="A town"), form()),
    "text.format.json_schema.name": (form(name="y"), form()),
    "text.format.json_schema.strict": (form(strict=True), form(strict=False)),
    "reasoning.effort": ({"reasoning": {"effort": "low"}}, {"reasoning": {"effort": "none"}}),
    "reasoning.context": ({"reasoning": {"context": "auto"}}, {}),
    "reasoning.context=all_turns": ({"reasoning": {"context": "all_turns"}}, {}),
    "reasoning.mode": ({"reasoning": {"mode": "standard"}}, {}),
    "reasoning.mode=pro": ({"reasoning": {"mode": "pro"}}, {}),
    "reasoning.summary": ({"reasoning": {"summary": "auto"}}, {"reasoning": {"summary": None}}),
    "reasoning.generate_summary": ({"reasoning": {"generate_summary": "auto"}}, {}),
    "input": ({"input": [{"role": "user", "content": "four"}]}, {}),
    "input.message.role": (said("one", "developer"), said("one")),
    "input.message.content": (said("four"), said("one")),
    "input.message.content.input_text.text": (said([{**IN, "text": "four"}]), said([IN])),
    "input.message.content.input_text.prompt_cache_breakpoint": (said([IN | MARK]), said([IN])),
    "input.message.content.output_text.text": (
        said([{**OUT, "text": "four"}], "assistant"),
        said([OUT], "assistant"),
    ),
    "input.message.content.output_text.annotations": (
        said([{**OUT, "annotations": [{}]}], "assistant"),
        said([OUT], "assistant"),
    ),
    "input.message.content.output_text.logprobs": (
        said([{**OUT, "logprobs": []}], "assistant"),
        said([OUT], "assistant"),
    ),
    "input.message.content.refusal.refusal": (
        said([{"type": "refusal", "refusal": "No."}], "assistant"),
        said([{"type": "refusal", "refusal": "Never."}], "assistant"),
    ),
    "input.message.content.input_image": (said([{"type": "input_image", "image_url": "data:,"}]), {}),
    "input.message.content.input_file": (said([{"type": "input_file", "file_id": "x"}]), {}),
    "input.message.id": (said("one", id="msg_1"), said("one")),
    "input.message.status": (said("one", status="completed"), said("one")),
    "input.message.phase": (
        said("one", "assistant", phase="final_answer"),
        said("one", "assistant"),
    ),
    "input.function_call.name": (call(name="clock"), call()),
    "input.function_call.arguments": (call(arguments='{"place": "Oslo"}'), call()),
    "input.function_call.call_id": (call(call_id="b"), call()),
    "input.function_call.id": (call(id="fc_1"), call()),
    "input.function_call.status": (call(status="completed"), call()),
    "input.function_call.caller": (call(caller={"type": "direct"}), call()),
    "input.function_call.namespace": (call(namespace="here"), call()),
    "input.function_call.async": (call(**{"async": True}), call()),
    "input.function_call_output.call_id": (result(call_id="b"), result()),
    "input.function_call_output.output": (result(output="sun"), result()),
    "input.function_call_output.output.input_text.text": (
        result(output=[{**IN, "text": "sun"}]),
        result(output=[IN]),
    ),
    "input.function_call_output.output.input_text.prompt_cache_breakpoint": (
        result(output=[IN | MARK]),
        result(output=[IN]),
    ),
    "input.function_call_output.output.*": (result(output=[{"type": "input_image"}]), result()),
    "input.function_call_output.name": ({"input": [{**RESULT, "name": "clock"}]}, {}),
    "input.function_call_output.id": (result(id="fco_1"), result()),
    "input.function_call_output.status": (result(status="completed"), result()),
    "input.function_call_output.caller": (result(caller={"type": "direct"}), result()),
    "input.function_call_output.namespace": (result(namespace="here"), result()),
    "input.item_reference.id": ({"input": [{"type": "item_reference", "id": "msg_1"}, LAST]}, {}),
    "input.reasoning": (
        {"input": [{"type": "reasoning", "id": "rs_1", "summary": []}, LAST]},
        {"input": [LAST]},
    ),
    "input.*": ({"input": [{"type": "computer_call", "id": "x"}]}, {}),
    "tools.function.name": (tool(name="clock"), tool()),
    "tools.function.description": (tool(description="Outside"), tool()),
    "tools.function.parameters": (tool(parameters={"type": "object"}), tool()),
    "tools.function.strict": (tool(strict=True), tool()),
    "tools.function.output_schema": (tool(output_schema={"type": "string"}), tool()),
    "tools.function.defer_loading": (tool(defer_loading=False), tool()),
    "tools.function.defer_loading=true": (tool(defer_loading=True), tool()),
    "tools.function.allowed_callers": (tool(allowed_callers=["direct"]), tool()),
    "tools.function.allowed_callers=programmatic": (tool(allowed_callers=["programmatic"]), tool()),
    "tools.function.async": (tool(**{"async": False}), tool()),
    "tools.function.async=true": (tool(**{"async": True}), tool()),
    "tools.*": ({"tools": [{"type": "web_search"}]}, {}),
    "tool_choice": (chosen("none"), chosen("auto")),
    "tool_choice.function.name": (
        chosen({"type": "function", "name": "weather"}),
        chosen("none"),
    ),
    "tool_choice.allowed_tools.mode": (allowed("required", "weather"), allowed("auto", "weather")),
    "tool_choice.allowed_tools.tools": (allowed("auto", "weather"), allowed("auto", "clock")),
    "tool_choice.*": (chosen({"type": "file_search"}), chosen("auto")),
    "knowledge": ({"knowledge": ["nothing"]}, {}),
    "quote": ({"quote": True}, {}),
    "metadata": ({"metadata": {"a": "b"}}, {}),
    "user": ({"user": "somebody"}, {}),
    "safety_identifier": ({"safety_identifier": "x"}, {}),
    "max_tool_calls": ({"max_tool_calls": 3}, {}),
    "prompt_cache_key": ({"prompt_cache_key": "x"}, {}),
    "prompt_cache_options": ({"prompt_cache_options": {"mode": "implicit", "ttl": "12h"}}, {}),
    "prompt_cache_retention": ({"prompt_cache_retention": "24h"}, {}),
    "truncation": ({"truncation": "disabled"}, {}),
    "truncation=auto": ({"truncation": "auto"}, {}),
    "background": ({"background": False}, {}),
    "background=true": ({"background": True}, {}),
    "service_tier": ({"service_tier": "auto"}, {"service_tier": "default"}),
    "service_tier=*": ({"service_tier": "flex"}, {}),
    "stream_options.include_obfuscation": (
        {"stream": True, "stream_options": {"include_obfuscation": True}},
        {"stream": True},
    ),
    "access_programs": ({"access_programs": {"cyber": "standard"}}, {}),
    "context_management": ({"context_management": [{"type": "compaction"}]}, {"context_management": None}),
    "conversation": ({"conversation": "conv_1"}, {"conversation": None}),
    "image": ({"image": {"context_compression": "auto"}}, {}),
    "moderation": ({"moderation": {"model": "omni-moderation-latest"}}, {"moderation": None}),
    "prompt": ({"prompt": {"id": "pmpt_1"}}, {"prompt": None}),
}
"""What is sent with the field, and what without it."""

LOOKED_UP = {
    "model": 404,
    "knowledge": 404,
    "quote": 400,
    "previous_response_id": 404,
    "input.item_reference.id": 404,
    "input.function_call.call_id": 400,
    "input.function_call_output.call_id": 400,
}
"""The status of what is honoured by being looked up, and not found."""


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    app = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), responses.ENDPOINTS
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        yield client


async def outcome(
    http: httpx2.AsyncClient, echo: EchoEngine, change: Body
) -> tuple[int, object, list[object], int]:
    """Return the status, what was answered, what reached the engine, and whether it is kept."""
    echo.prompts.clear()
    echo.samplings.clear()
    reply = await http.post("/v1/responses", json=ASKED | change)
    answer: Any = reply.headers["content-type"]
    kept = 0
    if reply.status_code != 200:
        answer = reply.json()
    elif "json" in answer:
        whole = reply.json()
        answer = [{**item, "id": "", "call_id": ""} for item in whole["output"]], whole["status"]
        kept = (await http.get(f"/v1/responses/{whole['id']}")).status_code
    return reply.status_code, answer, [*echo.prompts, *echo.samplings], kept


@pytest.mark.parametrize("row", rows(PLACE).values(), ids=lambda row: row.name)
async def test_a_field_does_what_the_table_says(
    row: Field, http: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    with_it, without = CASES[row.name]
    before = await outcome(http, echo, without)
    after = await outcome(http, echo, with_it)
    assert before[0] == 200, before
    assert with_it != without
    if row.state is State.ACCEPTED:
        assert after == before
    elif row.state is State.HONOURED:
        assert after[0] == LOOKED_UP.get(row.name, 200)
        assert after != before
    else:
        assert after[0] == 400
        assert row.name.partition("=")[0].partition(".")[0] in str(after[1])
        assert after[2] == [], "the engine was asked all the same"


@pytest.mark.parametrize("row", [*rows(KEPT).values(), *rows(LISTED).values()], ids=lambda row: row.name)
async def test_a_query_does_what_the_table_says(row: Field, http: httpx2.AsyncClient) -> None:
    asked = {"input": [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]}
    kept = (await http.post("/v1/responses", json=ASKED | asked)).json()["id"]
    path = row.place.partition(" ")[2].replace("{response}", kept)
    plain = (await http.get(path)).json()
    value: Any = {
        "stream": "false",
        "stream=true": "true",
        "starting_after": "3",
        "include_obfuscation": "true",
        "limit": "1",
        "order": "asc",
        "after": plain["last_id"] if row.place == LISTED else "",
    }.get(row.name, "message.output_text.logprobs")
    name = row.name.partition("=")[0]
    reply = await http.get(path, params={name: value})
    assert reply.status_code == (400 if row.state is State.REFUSED else 200)
    if row.state is State.REFUSED:
        assert reply.json()["error"]["param"] == name
    else:
        assert (reply.json() == plain) is (row.state is State.ACCEPTED)


def test_the_table_says_where_it_is_shown() -> None:
    assert {row.test for row in FIELDS} == {TEST}
    assert TEST.endswith(__file__.replace("\\", "/").rpartition("/")[2])
    assert set(CASES) == set(rows(PLACE))
