"""The table of the Messages API's fields: it has every field of the official client, and it is true."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, get_args

import httpx2
import pytest
from anthropic.types.message_count_tokens_params import MessageCountTokensParams
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from typing_extensions import get_type_hints, is_typeddict

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import anthropic_api, asgi
from sottovoce.server.anthropic_api.fields import FIELDS, TEST
from sottovoce.server.anthropic_api.nouns import MessageBody
from sottovoce.server.conformance import Field, State
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House

HOST = "127.0.0.1:7886"
ROWS = {row.name: row for row in FIELDS}
Body = dict[str, Any]

OTHERS = {"temperature", "top_p", "top_k", "betas", "knowledge", "quote"}
"""Sent by programs, but not in its parameters' types."""

# ---- every field stands in it ----


def typed_dicts(hint: Any) -> Iterator[Any]:
    if is_typeddict(hint):
        yield hint
    else:
        for part in get_args(hint):
            yield from typed_dicts(part)


def kind_of(noun: Any) -> str | None:
    """Return the `type` that tells this one from its kin, if it has one."""
    found = [text for part in [get_type_hints(noun).get("type")] for text in words(part)]
    return found[0] if found else None


def words(hint: Any) -> Iterator[str]:
    for part in get_args(hint):
        if isinstance(part, str):
            yield part
        else:
            yield from words(part)


def paths(noun: Any, at: str = "") -> Iterator[str]:
    """Yield the path of every field, as deep as the table goes."""
    for name, hint in get_type_hints(noun).items():
        if name == "type":
            continue
        inner = list(typed_dicts(hint))
        if not inner or is_last(at + name):
            yield at + name
            continue
        for part in inner:
            kind = kind_of(part)
            here = f"{at}{name}.{kind}" if kind else at + name
            if is_last(here):
                yield here
            else:
                yield from paths(part, f"{here}.")


def is_last(path: str) -> bool:
    """Whether the table says all there is to say at this path."""
    above, _, _ = path.rpartition(".")
    if any(name.startswith(f"{path}.") for name in ROWS):
        return False
    return path in ROWS or f"{above}.*" in ROWS


@pytest.mark.parametrize("noun", [MessageCreateParamsStreaming, MessageCountTokensParams])
def test_every_field_of_the_client_stands_in_the_table(noun: Any) -> None:
    found = set(paths(noun))
    assert len(found) > 20
    assert [path for path in found if not is_last(path)] == []


def test_the_table_names_no_field_that_is_not_there() -> None:
    known = set(paths(MessageCreateParamsStreaming)) | OTHERS
    gone = [name for name in ROWS if name not in known and not name.endswith("*") and not is_group(name)]
    assert gone == []


def is_group(name: str) -> bool:
    return any(other.startswith(f"{name}.") for other in ROWS)


def test_every_field_we_read_stands_in_the_table() -> None:
    tops = {name.partition(".")[0] for name in ROWS}
    assert set(MessageBody.model_fields) <= tops


# ---- and does what it says ----

ASKED: Body = {
    "model": "default",
    "max_tokens": 50,
    "messages": [{"role": "user", "content": "one two three"}],
}
TOOL: Body = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}},
}
USE: Body = {"type": "tool_use", "id": "a", "name": "weather", "input": {"place": "Oslo"}}
RESULT: Body = {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "Rain"}]}
SCHEMA: Body = {"type": "json_schema", "schema": {"type": "object"}}
TEXT: Body = {"type": "text", "text": "one two three"}
CACHE: Body = {"type": "ephemeral", "ttl": "1h"}
CALL = [{"role": "user", "content": '/json {"name": "weather", "arguments": {}}'}]
CALLS = [
    {"role": "user", "content": '{"name": "weather", "arguments": {}}\n{"name": "weather", "arguments": {}}'}
]


def said(*blocks: Body, role: str = "user") -> Body:
    return {"messages": [{"role": role, "content": list(blocks)}]}


def told(use: Body = USE, result: Body = RESULT) -> Body:
    """A function called and answered."""
    return {
        "messages": [
            {"role": "user", "content": "What now?"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ]
    }


def thought(block: Body) -> Body:
    messages = [*ASKED["messages"], {"role": "assistant", "content": [TEXT, block]}, *ASKED["messages"]]
    return {"messages": messages}


def offered(**more: Any) -> Body:
    return {"tools": [{**TOOL, **more}]}


def chosen(messages: list[Body] = CALL, **choice: Any) -> Body:
    return {"messages": messages, "tools": [TOOL], "tool_choice": choice}


THOUGHT = {"type": "thinking", "thinking": "Hmm", "signature": "x"}
REDACTED = {"type": "redacted_thinking", "data": "x"}

# What is sent with the field, and what without it.
CASES: dict[str, tuple[Body, Body]] = {
    "model": ({"model": "other"}, {}),
    "max_tokens": ({"max_tokens": 2}, {}),
    "messages": ({"messages": [{"role": "user", "content": "four"}]}, {}),
    "messages.role": ({"messages": [{"role": "system", "content": "one"}, *ASKED["messages"]]}, {}),
    "messages.content.text.text": (said({**TEXT, "text": "four"}), {}),
    "messages.content.text.cache_control": (said({**TEXT, "cache_control": CACHE}), {}),
    "messages.content.text.citations": (said({**TEXT, "citations": [{"type": "char_location"}]}), {}),
    "messages.content.tool_use.id": (told(use={**USE, "id": "b"}), told()),
    "messages.content.tool_use.name": (told(use={**USE, "name": "clock"}), told()),
    "messages.content.tool_use.input": (told(use={**USE, "input": {}}), told()),
    "messages.content.tool_use.cache_control": (told(use={**USE, "cache_control": CACHE}), told()),
    "messages.content.tool_use.caller": (told(use={**USE, "caller": {"type": "direct"}}), told()),
    "messages.content.tool_use.toolset_name": (told(use={**USE, "toolset_name": "browser"}), told()),
    "messages.content.tool_result.tool_use_id": (told(result={**RESULT, "tool_use_id": "b"}), told()),
    "messages.content.tool_result.content.text.text": (told(result={**RESULT, "content": [TEXT]}), told()),
    "messages.content.tool_result.content.text.cache_control": (
        told(result={**RESULT, "content": [{"type": "text", "text": "Rain", "cache_control": CACHE}]}),
        told(),
    ),
    "messages.content.tool_result.content.text.citations": (
        told(result={**RESULT, "content": [{"type": "text", "text": "Rain", "citations": [{}]}]}),
        told(),
    ),
    "messages.content.tool_result.content": (told(result={**RESULT, "content": "Sun"}), told()),
    "messages.content.tool_result.content.*": (
        told(result={**RESULT, "content": [{"type": "image"}]}),
        told(),
    ),
    "messages.content.tool_result.is_error": (told(result={**RESULT, "is_error": True}), told()),
    "messages.content.tool_result.cache_control": (told(result={**RESULT, "cache_control": CACHE}), told()),
    "messages.content.tool_result.toolset_name": (told(result={**RESULT, "toolset_name": "browser"}), told()),
    "messages.content.thinking": (thought(THOUGHT), thought({**TEXT, "text": ""})),
    "messages.content.redacted_thinking": (thought(REDACTED), thought({**TEXT, "text": ""})),
    "messages.content.*": (said({"type": "image", "source": {"type": "url", "url": "http://x"}}), {}),
    "system": ({"system": "Be brief."}, {}),
    "system.text.text": ({"system": [{"type": "text", "text": "Be brief."}]}, {}),
    "system.text.cache_control": ({"system": [{**TEXT, "cache_control": CACHE}]}, {"system": [TEXT]}),
    "system.text.citations": ({"system": [{**TEXT, "citations": [{}]}]}, {"system": [TEXT]}),
    "knowledge": ({"knowledge": ["nothing"]}, {}),
    "quote": ({"quote": True}, {}),
    "stop_sequences": ({"stop_sequences": ["two"]}, {}),
    "stream": ({"stream": True}, {}),
    "temperature": ({"temperature": 0.3}, {}),
    "top_p": ({"top_p": 0.3}, {}),
    "top_k": ({"top_k": 3}, {}),
    "tools": (offered(), {}),
    "tools.custom.name": (offered(name="clock"), offered()),
    "tools.custom.description": (offered(description="The weather"), offered()),
    "tools.custom.input_schema": (offered(input_schema={"type": "object"}), offered()),
    "tools.custom.strict": (offered(strict=True), offered()),
    "tools.custom.cache_control": (offered(cache_control=CACHE), offered()),
    "tools.custom.eager_input_streaming": (offered(eager_input_streaming=True), offered()),
    "tools.custom.defer_loading": (offered(defer_loading=False), offered()),
    "tools.custom.allowed_callers": (offered(allowed_callers=["direct"]), offered()),
    "tools.custom.input_examples": (offered(input_examples=[{"place": "Oslo"}]), offered()),
    "tools.*": ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, {}),
    "tool_choice.auto": (chosen(type="auto"), {"messages": CALL, "tools": [TOOL]}),
    "tool_choice.auto.disable_parallel_tool_use": (
        chosen(CALLS, type="auto", disable_parallel_tool_use=True),
        chosen(CALLS, type="auto"),
    ),
    "tool_choice.any": (chosen(type="any"), chosen(type="none")),
    "tool_choice.any.disable_parallel_tool_use": (
        chosen(type="any", disable_parallel_tool_use=True),
        chosen(type="any"),
    ),
    "tool_choice.tool.name": (chosen(type="tool", name="weather"), chosen(type="none")),
    "tool_choice.tool.disable_parallel_tool_use": (
        chosen(type="tool", name="weather", disable_parallel_tool_use=True),
        chosen(type="tool", name="weather"),
    ),
    "tool_choice.none": (chosen(type="none"), chosen(type="auto")),
    "thinking.enabled": ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, {}),
    "thinking.enabled.budget_tokens": (
        {"thinking": {"type": "enabled", "budget_tokens": 2048}},
        {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    ),
    "thinking.enabled.display": (
        {"thinking": {"type": "enabled", "budget_tokens": 1024, "display": "omitted"}},
        {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    ),
    "thinking.disabled": ({"thinking": {"type": "disabled"}}, {}),
    "thinking.adaptive": ({"thinking": {"type": "adaptive"}}, {}),
    "thinking.adaptive.display": ({"thinking": {"type": "adaptive", "display": "omitted"}}, {}),
    "thinking.between_tools": ({"thinking": {"type": "between_tools"}}, {}),
    "output_config.effort": ({"output_config": {"effort": "high"}}, {}),
    "output_config.format.json_schema.schema": ({"output_config": {"format": SCHEMA}}, {}),
    "cache_control": ({"cache_control": CACHE}, {}),
    "metadata": ({"metadata": {"user_id": "somebody"}}, {}),
    "service_tier": ({"service_tier": "standard_only"}, {}),
    "speed": ({"speed": "standard"}, {}),
    "container": ({"container": "container_1"}, {}),
    "diagnostics": ({"diagnostics": {"previous_message_id": "msg_1"}}, {}),
    "inference_geo": ({"inference_geo": "eu"}, {}),
}  # fmt: skip
SHOWN_BY = {
    "model": 404,
    "knowledge": 404,
    "quote": 400,
    "messages.content.tool_use.id": 400,
    "messages.content.tool_result.tool_use_id": 400,
}
"""The status of what is honoured by being looked up, and not found."""
HEADERS = {
    "betas": "anthropic-beta",
    "user_profile_id": "anthropic-user-profile-id",
    "workspace_id": "anthropic-workspace-id",
}


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    app = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), anthropic_api.ENDPOINTS
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        yield client


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: row.name)
async def test_a_field_does_what_the_table_says(
    row: Field, http: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    with_it, without = CASES.get(row.name, ({}, {}))
    headers = {HEADERS[row.name]: "some_1"} if row.name in HEADERS else {}
    before = await outcome(http, echo, without, {})
    after = await outcome(http, echo, with_it, headers)
    assert before[0] == 200, before
    if row.state is State.ACCEPTED:
        assert with_it != without or headers
        assert after == before
    elif row.state is State.HONOURED:
        assert after[0] == SHOWN_BY.get(row.name, 200)
        assert after != before
    else:
        assert after[0] == 400
        assert with_it.keys() & {row.name.partition(".")[0]}
        assert any(part in str(after[1]) for part in row.name.split(".")), after[1]
        assert after[2] == [], "the engine was asked all the same"


async def outcome(
    http: httpx2.AsyncClient, echo: EchoEngine, change: Body, headers: Mapping[str, str]
) -> tuple[int, object, list[object]]:
    """Return the status, what was answered (without its ids), and what reached the engine."""
    echo.prompts.clear()
    echo.samplings.clear()
    reply = await http.post("/v1/messages", json=ASKED | change, headers=headers)
    answer: Any = reply.text
    if reply.status_code == 200 and reply.headers["content-type"] == "application/json":
        answer = reply.json()
        answer = [
            [{**block, "id": ""} for block in answer["content"]],
            answer["stop_reason"],
        ]
    return reply.status_code, answer, [*echo.prompts, *echo.samplings]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("speed", {"speed": "fast"}),
        ("effort", {"output_config": {"effort": "low"}}),
        ("defer_loading", offered(defer_loading=True)),
        ("allowed_callers", offered(allowed_callers=["code_execution_20250825"])),
        ("caller", told(use={**USE, "caller": {"type": "code_execution_20250825"}})),
        ("budget", {"budget": 1}),
    ],
)
async def test_a_value_that_cannot_be_had_is_refused_by_name(
    field: str, change: Body, http: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    status, answer, seen = await outcome(http, echo, change, {})
    assert status == 400
    assert field in str(answer)
    assert seen == []


def test_the_table_says_where_it_is_shown() -> None:
    assert {row.test for row in FIELDS} == {TEST}
    assert TEST.endswith(__file__.replace("\\", "/").rpartition("/")[2])
    assert set(CASES) | set(HEADERS) == set(ROWS)
