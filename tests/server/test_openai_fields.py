"""The table of the OpenAI API's fields: it has every field of the official client, and it is true."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal, Union, get_args, get_origin

import httpx2
import pytest
from docs import conformance
from openai.types import completion_create_params, embedding_create_params
from openai.types.chat import completion_create_params as chat_create_params
from typing_extensions import get_type_hints, is_typeddict

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi, openai_api
from sottovoce.server.conformance import Field, State
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.openai_api.fields import CHAT, COMPLETION, EMBEDDING, FIELDS, TEST
from sottovoce.server.openai_api.nouns_chat import ChatBody
from sottovoce.server.openai_api.nouns_text import CompletionBody, EmbeddingBody

Body = dict[str, Any]

HOST = "127.0.0.1:7886"
CLIENTS = {
    CHAT: chat_create_params.CompletionCreateParamsStreaming,
    COMPLETION: completion_create_params.CompletionCreateParamsStreaming,
    EMBEDDING: embedding_create_params.EmbeddingCreateParams,
}
OURS = {CHAT: ChatBody, COMPLETION: CompletionBody, EMBEDDING: EmbeddingBody}

NOT_OF_THE_CLIENT = {
    "messages.assistant.annotations",
    "messages.assistant.reasoning_content",
    *(f"messages.assistant.{name}" for name in ("passages", "claims", "citations", "supported_share")),
    *(f"messages.assistant.{name}" for name in ("answered", "as_of", "stale", "unread", "provenance")),
    *("top_k", "min_p", "repeat_penalty", "knowledge", "quote"),
}
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


def kind_of(noun: Any) -> str | None:
    """Return the `role` or `type` that tells this one from its kin, if it has one."""
    hints = get_type_hints(noun)
    for name in ("role", "type"):
        for word in words(hints.get(name)):
            return word
    return None


def words(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    elif get_origin(hint) is Union:
        for part in get_args(hint):
            yield from words(part)


def paths(noun: Any, table: dict[str, Field], at: str = "") -> Iterator[str]:
    """Yield the path of every field, as deep as the table goes."""
    for name, hint in get_type_hints(noun).items():
        if name in ("type", "role"):
            continue
        path = at + name
        inner = [part for part in nouns(hint) if goes_deeper(path, table)]
        if path in table or not inner:
            yield path
        for part in inner:
            kind = kind_of(part)
            here = f"{path}.{kind}" if kind else path
            if goes_deeper(here, table):
                yield from paths(part, table, f"{here}.")
            else:
                yield here


def goes_deeper(path: str, table: dict[str, Field]) -> bool:
    return any(name.startswith(f"{path}.") for name in table)


@pytest.mark.parametrize("place", CLIENTS)
def test_every_field_of_the_client_stands_in_the_table(place: str) -> None:
    table = rows(place)
    found = set(paths(CLIENTS[place], table))
    assert len(found) >= 5
    assert sorted(path for path in found if path not in table and not goes_deeper(path, table)) == []


@pytest.mark.parametrize("place", CLIENTS)
def test_the_table_names_no_field_that_is_not_there(place: str) -> None:
    table = rows(place)
    known = set(paths(CLIENTS[place], table)) | NOT_OF_THE_CLIENT
    assert sorted(name for name in table if name.partition("=")[0] not in known) == []


@pytest.mark.parametrize("place", CLIENTS)
def test_every_field_we_read_stands_in_the_table(place: str) -> None:
    tops = {name.partition(".")[0].partition("=")[0] for name in rows(place)}
    noun = OURS[place]
    assert set(noun.model_fields) | set(noun.refused) == tops


def test_a_field_that_is_missing_from_the_table_is_noticed() -> None:
    table = rows(CHAT)
    for name in ("messages.tool.tool_call_id", "temperature", "messages.user.content.file", "tools.custom"):
        less = {path: row for path, row in table.items() if path != name}
        found = set(paths(CLIENTS[CHAT], less))
        assert [path for path in found if path not in less and not goes_deeper(path, less)] == [name]


# ---- and does what it says ----

ASKED: dict[str, Body] = {
    CHAT: {"model": "default", "messages": [{"role": "user", "content": "one two three four"}]},
    COMPLETION: {"model": "default", "prompt": "one two three four"},
    EMBEDDING: {"model": "default", "input": "one two three four"},
}
PARAMETERS: Body = {"type": "object", "properties": {"place": {"type": "string"}}}
TOOL: Body = {"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}
CLOCK: Body = {"type": "function", "function": {"name": "clock"}}
CUSTOM: Body = {"type": "custom", "custom": {"name": "weather"}}
OLD: Body = {"name": "weather", "parameters": PARAMETERS}
CALL: Body = {"type": "function", "id": "a", "function": {"name": "weather", "arguments": "{}"}}
OLD_CALL: Body = {"name": "weather", "arguments": "{}"}
SPEAKS_CALL = {"role": "user", "content": '/json {"name": "weather", "arguments": {}}'}
SPEAKS_TWO = {
    "role": "user",
    "content": '/json {"name": "weather", "arguments": {}}\n{"name": "weather", "arguments": {}}',
}
MARK: Body = {"prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}
LAST: Body = {"role": "user", "content": "And now?"}
TEXT: Body = {"type": "text", "text": "one two three four"}
IMAGE: Body = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
SOUND: Body = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
FILE: Body = {"type": "file", "file": {"file_id": "file-1"}}
CHOSEN: Body = {"type": "function", "function": {"name": "weather"}}


def said(role: str, content: Any, **more: Any) -> Body:
    """A message of this role among what makes it whole."""
    before: list[Body] = []
    if role == "tool":
        more = {"tool_call_id": "a", **more}
        before = [{"role": "assistant", "tool_calls": [CALL]}]
    if role == "function":
        more = {"name": "weather", **more}
    return {"messages": [*before, {"role": role, "content": content, **more}, LAST]}


def schema(**more: Any) -> Body:
    wanted = {"name": "answer", "schema": {"type": "object"}, **more}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


def tool(**more: Any) -> Body:
    return {"tools": [{"type": "function", "function": {**TOOL["function"], **more}}]}


def allowed(mode: str, *names: str) -> Body:
    tools = [{"type": "function", "function": {"name": name}} for name in names]
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}
    return {"messages": [SPEAKS_CALL], "tools": [TOOL, CLOCK], "tool_choice": choice}


def contents(role: str) -> dict[str, tuple[Body, Body]]:
    at = f"messages.{role}.content"
    return {
        at: (said(role, "four"), said(role, "one")),
        f"{at}.text.text": (said(role, [{**TEXT, "text": "four"}]), said(role, [TEXT])),
        f"{at}.text.prompt_cache_breakpoint": (said(role, [TEXT | MARK]), said(role, [TEXT])),
    }


DRAWN: dict[str, tuple[Body, Body]] = {
    "model": ({"model": "other"}, {}),
    "temperature": ({"temperature": 0.3}, {}),
    "top_p": ({"top_p": 0.3}, {}),
    "presence_penalty": ({"presence_penalty": 0.3}, {}),
    "frequency_penalty": ({"frequency_penalty": 0.3}, {}),
    "top_k": ({"top_k": 7}, {}),
    "min_p": ({"min_p": 0.3}, {}),
    "repeat_penalty": ({"repeat_penalty": 1.3}, {}),
    "logit_bias": ({"logit_bias": {"7": -100}}, {}),
    "seed": ({"seed": 7}, {}),
    "stop": ({"stop": "three"}, {}),
    "n": ({"n": 2}, {}),
    "stream": ({"stream": True}, {}),
    "stream_options.include_usage": (
        {"stream": True, "stream_options": {"include_usage": True}},
        {"stream": True},
    ),
    "stream_options.include_obfuscation": (
        {"stream": True, "stream_options": {"include_obfuscation": True}},
        {"stream": True},
    ),
    "user": ({"user": "somebody"}, {}),
}

MESSAGES: dict[str, tuple[Body, Body]] = {
    "messages": ({"messages": [{"role": "user", "content": "four"}]}, {}),
    **contents("developer"),
    "messages.developer.name": (said("developer", "one", name="Ann"), said("developer", "one")),
    **contents("system"),
    "messages.system.name": (said("system", "one", name="Ann"), said("system", "one")),
    **contents("user"),
    "messages.user.content.image_url": (said("user", [TEXT, IMAGE]), {}),
    "messages.user.content.input_audio": (said("user", [TEXT, SOUND]), {}),
    "messages.user.content.file": (said("user", [TEXT, FILE]), {}),
    "messages.user.name": (said("user", "one", name="Ann"), said("user", "one")),
    **contents("assistant"),
    "messages.assistant.content.refusal.refusal": (
        said("assistant", [{"type": "refusal", "refusal": "No."}]),
        said("assistant", [{"type": "refusal", "refusal": "Never."}]),
    ),
    "messages.assistant.refusal": (said("assistant", "one", refusal="No."), said("assistant", "one")),
    "messages.assistant.name": (said("assistant", "one", name="Ann"), said("assistant", "one")),
    "messages.assistant.audio": (said("assistant", "one", audio={"id": "audio-1"}), said("assistant", "one")),
    "messages.assistant.annotations": (said("assistant", "one", annotations=[{}]), said("assistant", "one")),
    "messages.assistant.reasoning_content": (
        said("assistant", "one", reasoning_content="two"),
        said("assistant", "one"),
    ),
    **{
        f"messages.assistant.{name}": (said("assistant", "one", **{name: given}), said("assistant", "one"))
        for name, given in (
            ("passages", [{}]),
            ("claims", [{}]),
            ("citations", [{}]),
            ("supported_share", 1.0),
            ("answered", True),
            ("as_of", "2026-05-01"),
            ("stale", "It is old."),
            ("unread", "It is gone."),
            ("provenance", {"v": 1}),
        )
    },
    "messages.assistant.function_call.name": (
        said("assistant", None, function_call={**OLD_CALL, "name": "clock"}),
        said("assistant", None, function_call=OLD_CALL),
    ),
    "messages.assistant.function_call.arguments": (
        said("assistant", None, function_call={**OLD_CALL, "arguments": '{"place":"Oslo"}'}),
        said("assistant", None, function_call=OLD_CALL),
    ),
    "messages.assistant.tool_calls.function.id": (
        {
            "messages": [
                {"role": "assistant", "tool_calls": [CALL | {"id": "b"}]},
                *said("tool", "x")["messages"][1:],
            ]
        },
        said("tool", "x"),
    ),
    "messages.assistant.tool_calls.function.function.name": (
        said("assistant", None, tool_calls=[CALL | {"function": {"name": "clock", "arguments": "{}"}}]),
        said("assistant", None, tool_calls=[CALL]),
    ),
    "messages.assistant.tool_calls.function.function.arguments": (
        said(
            "assistant", None, tool_calls=[CALL | {"function": {"name": "weather", "arguments": "nonsense"}}]
        ),
        said("assistant", None, tool_calls=[CALL]),
    ),
    "messages.assistant.tool_calls.custom": (
        said(
            "assistant",
            None,
            tool_calls=[{"type": "custom", "id": "a", "custom": {"name": "x", "input": "y"}}],
        ),
        {},
    ),
    **contents("tool"),
    "messages.tool.tool_call_id": (said("tool", "x", tool_call_id="b"), said("tool", "x")),
    "messages.function.name": (said("function", "x", name="clock"), said("function", "x")),
    "messages.function.content": (said("function", "y"), said("function", None)),
}

CALLING: Body = {"messages": [SPEAKS_CALL], "tools": [TOOL, CLOCK]}
FORMS: dict[str, tuple[Body, Body]] = {
    "response_format.text": ({"response_format": {"type": "text"}}, {}),
    "response_format.json_object": ({"response_format": {"type": "json_object"}}, {}),
    "response_format.json_schema.json_schema.schema": (schema(schema=PARAMETERS), schema()),
    "response_format.json_schema.json_schema.name": (schema(name="other"), schema()),
    "response_format.json_schema.json_schema.description": (schema(description="A town"), schema()),
    "response_format.json_schema.json_schema.strict": (schema(strict=True), schema(strict=False)),
    "tools.function.function.name": (tool(name="clock"), tool()),
    "tools.function.function.description": (tool(description="How it is outside"), tool()),
    "tools.function.function.parameters": (tool(parameters={"type": "object"}), tool()),
    "tools.function.function.strict": (tool(strict=True), tool()),
    "tools.custom": ({"tools": [CUSTOM]}, {}),
    "tool_choice": (CALLING | {"tool_choice": "none"}, CALLING),
    "tool_choice.function.function.name": (
        CALLING | {"tool_choice": CHOSEN},
        CALLING | {"tool_choice": "required"},
    ),
    "tool_choice.allowed_tools.allowed_tools.mode": (
        allowed("required", "weather"),
        allowed("auto", "weather"),
    ),
    "tool_choice.allowed_tools.allowed_tools.tools": (
        allowed("auto", "weather", "clock"),
        allowed("auto", "clock"),
    ),
    "tool_choice.custom": (CALLING | {"tool_choice": CUSTOM}, CALLING),
    "parallel_tool_calls": (
        {"messages": [SPEAKS_TWO], "tools": [TOOL], "parallel_tool_calls": False},
        {"messages": [SPEAKS_TWO], "tools": [TOOL]},
    ),
    "functions.name": ({"functions": [OLD | {"name": "clock"}]}, {"functions": [OLD]}),
    "functions.description": ({"functions": [OLD | {"description": "Outside"}]}, {"functions": [OLD]}),
    "functions.parameters": ({"functions": [{"name": "weather"}]}, {"functions": [OLD]}),
    "function_call": (
        {"messages": [SPEAKS_CALL], "functions": [OLD], "function_call": "none"},
        {"messages": [SPEAKS_CALL], "functions": [OLD]},
    ),
    "function_call.name": (
        {"messages": [SPEAKS_CALL], "functions": [OLD], "function_call": {"name": "weather"}},
        {"messages": [SPEAKS_CALL], "functions": [OLD]},
    ),
}

CASES: dict[str, dict[str, tuple[Body, Body]]] = {
    CHAT: {
        **DRAWN,
        **MESSAGES,
        **FORMS,
        "knowledge": ({"knowledge": ["nothing"]}, {}),
        "quote": ({"quote": True}, {}),
        "max_completion_tokens": ({"max_completion_tokens": 2}, {}),
        "max_tokens": ({"max_tokens": 2}, {}),
        "logprobs": ({"logprobs": True}, {}),
        "top_logprobs": ({"logprobs": True, "top_logprobs": 2}, {"logprobs": True}),
        "reasoning_effort": ({"reasoning_effort": "low"}, {"reasoning_effort": "minimal"}),
        "verbosity": ({"verbosity": "low"}, {"verbosity": "medium"}),
        "modalities": ({"modalities": ["text"]}, {}),
        "modalities=audio": ({"modalities": ["text", "audio"]}, {}),
        "prediction.content": ({"prediction": {"type": "content", "content": [TEXT | MARK]}}, {}),
        "store": ({"store": False}, {}),
        "store=true": ({"store": True}, {}),
        "service_tier": ({"service_tier": "auto"}, {}),
        **{
            f"service_tier={tier}": ({"service_tier": tier}, {})
            for tier in ("flex", "scale", "priority", "fast")
        },
        "metadata": ({"metadata": {"about": "this"}}, {}),
        "prompt_cache_key": ({"prompt_cache_key": "x"}, {}),
        "prompt_cache_options": ({"prompt_cache_options": {"mode": "explicit", "ttl": "30m"}}, {}),
        "prompt_cache_retention": ({"prompt_cache_retention": "24h"}, {}),
        "safety_identifier": ({"safety_identifier": "x"}, {}),
        "audio": ({"audio": {"format": "wav", "voice": "alloy"}}, {"audio": None}),
        "moderation": ({"moderation": {"model": "omni-moderation-latest"}}, {"moderation": None}),
        "web_search_options": ({"web_search_options": {}}, {}),
    },
    COMPLETION: {
        **DRAWN,
        "prompt": ({"prompt": ["four", "five"]}, {}),
        "prompt=numbers": ({"prompt": [1, 2]}, {}),
        "max_tokens": ({"max_tokens": 2}, {}),
        "echo": ({"echo": True}, {"echo": False}),
        "logprobs": ({"logprobs": 2}, {}),
        "best_of": ({"best_of": 1}, {}),
        "best_of=more": ({"best_of": 2}, {}),
        "suffix": ({"suffix": "the end"}, {"suffix": None}),
        "knowledge": ({"knowledge": ["handbook"]}, {"knowledge": None}),
        "quote": ({"quote": True}, {"quote": None}),
    },
    EMBEDDING: {
        "model": ({"model": "other"}, {}),
        "input": ({"input": ["four"]}, {}),
        "input=numbers": ({"input": [[1, 2], [3]]}, {}),
        "encoding_format": ({"encoding_format": "base64"}, {"encoding_format": "float"}),
        "dimensions": ({"dimensions": 3}, {}),
        "user": ({"user": "somebody"}, {}),
    },
}
"""What is sent with the field, and what without it."""

LOOKED_UP = {
    "model": 404,
    "messages.tool.tool_call_id": 400,
    "messages.assistant.tool_calls.function.id": 400,
    "knowledge": 404,
    "quote": 400,
}
"""The status of what is honoured by being looked up, and not found."""


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    app = asgi.build(
        house, names_of([("127.0.0.1", 7886)], "127.0.0.1", ""), origins_of(""), openai_api.ENDPOINTS
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        yield client


async def outcome(
    http: httpx2.AsyncClient, echo: EchoEngine, place: str, change: Body
) -> tuple[int, Any, list[object]]:
    """Return the status, what was answered without its ids, and what reached the engine."""
    for seen in (echo.prompts, echo.texts, echo.samplings):
        seen.clear()
    method, _, path = place.partition(" ")
    reply = await http.request(method, path, json=ASKED[place] | change)
    if reply.headers["content-type"].startswith("application/json"):
        answer = [reply.json()]
    else:
        lines = [line.removeprefix("data: ") for line in reply.text.split("\n\n") if line]
        answer = [json.loads(line) for line in lines if line != "[DONE]"]
    return (
        reply.status_code,
        [without_ids(one) for one in answer],
        [*echo.prompts, *echo.texts, *echo.samplings],
    )


def without_ids(node: Any) -> Any:
    if isinstance(node, list):
        return [without_ids(part) for part in node]
    if isinstance(node, dict):
        left_out = ("id", "created", "service_tier", "made", "signature")
        return {name: without_ids(part) for name, part in node.items() if name not in left_out}
    return node


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: f"{row.place.rpartition('/')[2]}-{row.name}")
async def test_a_field_does_what_the_table_says(
    row: Field, http: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    with_it, without = CASES[row.place][row.name]
    before = await outcome(http, echo, row.place, without)
    after = await outcome(http, echo, row.place, with_it)
    assert before[0] == 200, before
    assert with_it != without
    if row.state is State.ACCEPTED:
        assert after == before
    elif row.state is State.HONOURED:
        assert after[0] == LOOKED_UP.get(row.name, 200), after
        assert after != before
    else:
        error = after[1][0]["error"]
        assert after[0] == 400
        top = row.name.partition("=")[0].partition(".")[0]
        assert error["param"].partition(".")[0] == top
        assert error["param"] in error["message"]
        assert error["code"] == "unsupported_parameter"
        assert row.reason in error["message"]
        assert after[2] == [], "the engine was asked all the same"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        (said("user", [TEXT, IMAGE]), "messages.0.content.1"),
        (said("assistant", "one", audio={"id": "x"}), "messages.0.audio"),
        ({"tools": [TOOL, CUSTOM]}, "tools.1"),
        (CALLING | {"tool_choice": CUSTOM}, "tool_choice"),
        ({"store": True}, "store"),
    ],
)
async def test_a_refusal_names_the_very_part(
    change: Body, param: str, http: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    _, answer, _ = await outcome(http, echo, CHAT, change)
    assert answer[0]["error"]["param"] == param


@pytest.mark.parametrize("place", CLIENTS)
async def test_a_field_that_nobody_knows_is_refused_by_name(
    place: str, http: httpx2.AsyncClient, echo: EchoEngine
) -> None:
    status, answer, seen = await outcome(http, echo, place, {"temprature": 1})
    assert (status, answer[0]["error"]["param"], seen) == (400, "temprature", [])
    assert answer[0]["error"]["code"] == "unsupported_parameter"


def test_the_table_says_where_it_is_shown() -> None:
    assert {row.test for row in FIELDS} == {TEST}
    assert TEST.endswith(__file__.replace("\\", "/").rpartition("/")[2])
    for place in CLIENTS:
        assert set(CASES[place]) == set(rows(place))


def test_the_page_shows_every_row_of_every_api() -> None:
    page = conformance.conformance_page()
    for _, _, fields in conformance.APIS:
        for row in fields:
            field = " = ".join(row.name.split("="))
            assert f"| `{field}` | {row.state} | " in page.partition(f"### {row.place}\n")[2], row.name
