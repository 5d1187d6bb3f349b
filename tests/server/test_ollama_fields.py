"""The table of the fields of Ollama's API: it has every field of the official client, and it is true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import ollama
import pytest
from ollama import _types as types

from sottovoce.engine.echo import EchoEngine
from sottovoce.server import asgi, ollama_api
from sottovoce.server.conformance import Field, State
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House
from sottovoce.server.ollama_api import nouns
from sottovoce.server.ollama_api.fields import CHAT, EMBED, FIELDS, GENERATE, OLD_EMBED, SHOW, TEST

HOST = "http://127.0.0.1:7886"
Body = dict[str, Any]

# ---- every field stands in it ----

REQUESTS: dict[str, tuple[type[Any], type[Any]]] = {
    CHAT: (types.ChatRequest, nouns.ChatBody),
    GENERATE: (types.GenerateRequest, nouns.GenerateBody),
    EMBED: (types.EmbedRequest, nouns.EmbedBody),
    OLD_EMBED: (types.EmbeddingsRequest, nouns.OldEmbedBody),
    SHOW: (types.ShowRequest, nouns.ShowBody),
}


def names(place: str) -> set[str]:
    return {row.name for row in FIELDS if row.place == place}


@pytest.mark.parametrize("place", REQUESTS)
def test_every_field_of_the_client_stands_in_the_table(place: str) -> None:
    theirs, ours = REQUESTS[place]
    tops = {name.partition(".")[0] for name in names(place)}
    assert set(theirs.model_fields) <= tops
    assert set(ours.model_fields) <= tops


@pytest.mark.parametrize("place", [CHAT, GENERATE])
def test_every_option_stands_in_the_table(place: str) -> None:
    options = {name.removeprefix("options.") for name in names(place) if name.startswith("options.")}
    assert set(ollama.Options.model_fields) <= options
    assert set(nouns.Options.model_fields) == options


def test_every_part_of_a_message_stands_in_the_table() -> None:
    parts = {name.removeprefix("messages.") for name in names(CHAT) if name.startswith("messages.")}
    assert set(ollama.Message.model_fields) <= parts
    assert set(nouns.ChatMessage.model_fields) == parts


def test_the_table_names_no_field_twice() -> None:
    assert len({(row.place, row.name) for row in FIELDS}) == len(FIELDS)


# ---- and does what it says ----

HELLO: list[Body] = [{"role": "user", "content": "one two three"}]
TEXTS = ["one two", "three"]
ASKED: dict[str, Body] = {
    CHAT: {"model": "default", "stream": False, "messages": HELLO},
    GENERATE: {"model": "default", "stream": False, "prompt": "one two three"},
    EMBED: {"model": "default", "input": TEXTS},
    OLD_EMBED: {"model": "default", "prompt": "one two"},
    SHOW: {"model": "default"},
}
TOOL = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}
NO_OBJECT = {"function": {"name": "a", "parameters": {"type": "array"}}}
SEVERAL = [{"function": {"name": name, "arguments": {}}, "id": name} for name in ("weather", "clock")]
IMAGE = "aGVsbG8="


def said(**more: Any) -> Body:
    return {"messages": [{**HELLO[0], **more}]}


def answered(**result: Any) -> Body:
    """Two functions called, and one result."""
    calling = {"role": "assistant", "tool_calls": SEVERAL}
    return {"messages": [*HELLO, calling, {"role": "tool", "content": "noon", **result}]}


def thought(**more: Any) -> Body:
    return {"messages": [*HELLO, {"role": "assistant", "content": "Hi", **more}, *HELLO]}


# What is sent with the field, and what without it; the same at every address that has it.
CASES: dict[str, tuple[Body, Body]] = {
    "model": ({"model": "other"}, {}),
    "stream": ({"stream": True}, {}),
    "knowledge": ({"knowledge": ["nothing"]}, {}),
    "quote": ({"quote": True}, {}),
    "format": ({"format": "json"}, {}),
    "keep_alive": ({"keep_alive": "5m"}, {}),
    "think": ({"think": True}, {}),
    "logprobs": ({"logprobs": True}, {}),
    "top_logprobs": ({"logprobs": True, "top_logprobs": 2}, {"logprobs": True}),
    "truncate": ({"truncate": False}, {}),
    "shift": ({"shift": False}, {}),
    "messages": ({"messages": []}, {}),
    "messages.role": (said(role="system"), {}),
    "messages.content": (said(content="four"), {}),
    "messages.thinking": (thought(thinking="Hmm"), thought()),
    "messages.images": (said(images=[IMAGE]), {}),
    "messages.tool_calls": (thought(tool_calls=SEVERAL), thought()),
    "messages.tool_name": (answered(tool_name="clock"), answered()),
    "messages.tool_call_id": (answered(tool_call_id="clock"), answered()),
    "tools": ({"tools": [TOOL]}, {}),
    "prompt": ({"prompt": "four"}, {}),
    "suffix": ({"suffix": "end"}, {}),
    "system": ({"system": "Be brief."}, {}),
    "template": ({"template": "{{ .Prompt }}"}, {}),
    "context": ({"context": [1, 2]}, {}),
    "raw": ({"raw": True}, {}),
    "images": ({"images": [IMAGE]}, {}),
    "width": ({"width": 64}, {}),
    "height": ({"height": 64}, {}),
    "steps": ({"steps": 4}, {}),
    "input": ({"input": "four"}, {}),
    "dimensions": ({"dimensions": 2}, {}),
    "options": ({"options": {"temperature": 0.3}}, {}),
    "name": ({"model": None, "name": "default"}, {"model": None}),
    "verbose": ({"verbose": False}, {}),
}

LOOKED_UP = {"model": 404, "knowledge": 404, "quote": 400}
"""The status of what is honoured by being looked up, and not found."""

OPTIONS: Body = {
    "temperature": 0.3,
    "top_p": 0.3,
    "top_k": 3,
    "min_p": 0.3,
    "stop": ["two"],
    "repeat_penalty": 1.3,
    "presence_penalty": 0.3,
    "frequency_penalty": 0.3,
    "seed": 3,
    "num_predict": 2,
    "num_ctx": 4096,
    "num_keep": 4,
    "numa": True,
    "num_batch": 256,
    "num_gpu": 1,
    "main_gpu": 0,
    "low_vram": True,
    "logits_all": True,
    "use_mmap": False,
    "use_mlock": True,
    "num_thread": 2,
    "mirostat_tau": 5.0,
    "mirostat_eta": 0.1,
    "f16_kv": True,
    "vocab_only": False,
    "embedding_only": False,
    "mirostat": 0,
    "tfs_z": 1,
    "typical_p": 1.0,
    "repeat_last_n": 64,
    "penalize_newline": True,
}


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    listening = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
    app = asgi.build(house, listening, origins_of(""), ollama_api.ENDPOINTS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client:
        yield client


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: f"{row.place.rpartition('/')[2]}-{row.name}")
async def test_a_field_does_what_the_table_says(
    row: Field, http: httpx.AsyncClient, echo: EchoEngine
) -> None:
    option = row.name.removeprefix("options.")
    with_it, without = ({"options": {option: OPTIONS[option]}}, {}) if option in OPTIONS else CASES[row.name]
    before = await outcome(http, echo, row.place, without)
    after = await outcome(http, echo, row.place, with_it)
    if row.state is State.ACCEPTED:
        assert before[0] == 200
        assert after == before
    elif row.state is State.HONOURED:
        assert after[0] == LOOKED_UP.get(row.name, 200)
        assert after != before
    else:
        assert (before[0], after[0]) == (200, 400)
        assert row.name.rpartition(".")[2] in str(after[1])
        assert after[2] == [], "the engine was asked all the same"


async def outcome(
    http: httpx.AsyncClient, echo: EchoEngine, place: str, change: Body
) -> tuple[int, Body, Any]:
    """Return the status, what was answered (without times), and what reached the engine."""
    for seen in (echo.prompts, echo.texts, echo.samplings, echo.kept):
        seen.clear()
    reply = await http.post(place.removeprefix("POST "), json=ASKED[place] | change)
    is_one = reply.headers["content-type"] == "application/json"
    answer = {
        name: value
        for name, value in (reply.json() if is_one else {"lines": reply.text}).items()
        if name != "created_at" and "duration" not in name
    }
    record = answer.get("provenance")
    if isinstance(record, dict):  # signed at its own moment
        answer["provenance"] = {
            key: value for key, value in record.items() if key not in ("made", "signature")
        }
    kept = [seconds for seconds in echo.kept if seconds is not None]
    return reply.status_code, answer, [*echo.prompts, *echo.texts, *echo.samplings, *kept]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("options.num_ctx", {"options": {"num_ctx": 4097}}),
        ("options.mirostat", {"options": {"mirostat": 1}}),
        ("options.tfs_z", {"options": {"tfs_z": 0.5}}),
        ("options.typical_p", {"options": {"typical_p": 0.5}}),
        ("options.repeat_last_n", {"options": {"repeat_last_n": -1}}),
        ("options.penalize_newline", {"options": {"penalize_newline": False}}),
        ("options.f16_kv", {"options": {"f16_kv": False}}),
        ("options.vocab_only", {"options": {"vocab_only": True}}),
        ("options.embedding_only", {"options": {"embedding_only": True}}),
        ("options.nonsense", {"options": {"nonsense": 1}}),
        ("options.temperature", {"options": {"temperature": 3}}),
        ("options.num_predict", {"options": {"num_predict": 0}}),
        ("options.seed", {"options": {"seed": -2}}),
        ("options.stop", {"options": {"stop": [str(at) for at in range(9)]}}),
        ("think", {"think": "high"}),
        ("keep_alive", {"keep_alive": "soon"}),
        ("top_logprobs", {"top_logprobs": 21}),
        ("truncate", {"truncate": True}),
        ("shift", {"shift": True}),
        ("format", {"format": {"type": "strnig"}}),
        ("messages.0.role", said(role="robot")),
        ("messages.1.role", {"messages": [*HELLO, {"role": "assistant", "content": "It is"}]}),
        ("messages.0.tool_name", said(role="tool")),
        ("tools.0.function.parameters", {"tools": [NO_OBJECT]}),
        ("nonsense", {"nonsense": 1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_a_value_that_cannot_be_had_is_refused_by_name(
    field: str, change: Body, http: httpx.AsyncClient, echo: EchoEngine
) -> None:
    status, answer, seen = await outcome(http, echo, CHAT, change)
    assert status == 400
    assert field in answer["error"]
    assert "Next: " in answer["error"]
    assert seen == []


async def test_a_raw_prompt_takes_no_system_text(http: httpx.AsyncClient, echo: EchoEngine) -> None:
    status, answer, seen = await outcome(http, echo, GENERATE, {"raw": True, "system": "Be brief."})
    assert (status, seen) == (400, [])
    assert "system" in answer["error"]


async def test_what_is_null_counts_as_not_there(http: httpx.AsyncClient, echo: EchoEngine) -> None:
    plain = await outcome(http, echo, GENERATE, {})
    nothing = dict.fromkeys(set(nouns.GenerateBody.model_fields) - ASKED[GENERATE].keys())
    nulls = {**nothing, "options": dict.fromkeys(nouns.Options.model_fields), "width": None}
    assert await outcome(http, echo, GENERATE, nulls) == plain


def test_the_table_says_where_it_is_shown() -> None:
    assert {row.test for row in FIELDS} == {TEST}
    assert __file__.replace("\\", "/").endswith(TEST)
