"""Functions and schemas on the real starter model, which was never taught to call anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import aclosing

import pytest

from sottovoce.chat import schema
from sottovoce.chat.call import Call, answer
from sottovoce.chat.tools import Choice, Tool, spoken_calls, spoken_result
from sottovoce.core.events import Called, Finished, Text
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import LlamaEngine

Make = Callable[..., LlamaEngine]

pytestmark = pytest.mark.model

ADDRESS = {
    "type": "object",
    "properties": {"street": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
    "required": ["street", "zip"],
}
ITEM = {
    "type": "object",
    "properties": {"sku": {"type": "string"}, "count": {"type": "integer", "minimum": 1, "maximum": 9}},
    "required": ["sku", "count"],
}
PARAMETERS = {
    "get_weather": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
        "required": ["city", "unit"],
    },
    "place_order": {
        "type": "object",
        "properties": {
            "customer": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
                "required": ["name", "address"],
            },
            "items": {"type": "array", "items": ITEM, "minItems": 1},
            "gift": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["customer", "items", "gift"],
        "$defs": {"address": ADDRESS},
    },
    "set_timer": {
        "type": "object",
        "properties": {
            "minutes": {"type": "integer"},
            "tags": {"type": "array", "items": {"enum": ["home", "work"]}},
            "loud": {"type": "boolean"},
        },
        "required": ["minutes", "tags"],
        "additionalProperties": False,
    },
}
TOOLS = tuple(Tool(name, f"Do {name}", json.dumps(rules)) for name, rules in PARAMETERS.items())
QUESTIONS = (
    "What is the weather in Paris?",
    "Order two red chairs for Ada Lovelace, 12 Main Street, 10115 Berlin.",
    "Set a timer for ten minutes at work.",
)


async def said(engine: LlamaEngine, call: Call) -> tuple[str, list[Called], str]:
    text, calls, reason = "", [], ""
    async with aclosing(answer(engine, call)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Text):
                text += piece.text
            elif isinstance(piece, Called):
                calls.append(piece)
            elif isinstance(piece, Finished):
                reason = piece.reason
    return text, calls, reason


def ask(text: str, choice: Choice, **drawn: float) -> Call:
    sampling = Sampling(**drawn)  # type: ignore[arg-type]
    return Call("local", (Message(Role.USER, text),), sampling, TOOLS, choice)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        *((name, {"temperature": 0.0}) for name in (None, *PARAMETERS)),
        (None, {"temperature": 1.0, "seed": 7}),
    ],
)
async def test_a_call_that_must_be_is_valid_every_time(
    make: Make, name: str | None, drawn: dict[str, float]
) -> None:
    engine = make()
    for question in QUESTIONS:
        text, calls, reason = await said(engine, ask(question, Choice("required", name), **drawn))
        (call,) = calls
        assert (text, reason) == ("", "call")
        assert name in (None, call.name)
        schema.held(call.arguments, json.dumps(PARAMETERS[call.name]))


async def test_a_model_that_may_call_says_something_or_calls_well(make: Make) -> None:
    engine = make()
    for question in (*QUESTIONS, "Hello!", "Repeat exactly: {"):
        text, calls, reason = await said(engine, ask(question, Choice(), max_tokens=60))
        assert reason in ("stop", "length", "call")
        assert bool(text) != bool(calls)
        for call in calls:
            schema.held(call.arguments, json.dumps(PARAMETERS[call.name]))


async def test_a_result_is_answered_in_words(make: Make) -> None:
    engine = make()
    asked = Message(Role.USER, "What is the weather in Paris?")
    _, (call,), _ = await said(
        engine, Call("local", (asked,), Sampling(), TOOLS[:1], Choice("required", "get_weather"))
    )
    history = (
        asked,
        Message(Role.ASSISTANT, spoken_calls([call])),
        spoken_result(call.name, "21 C, clear sky"),
    )
    text, _, _ = await said(
        engine, Call("local", history, Sampling(max_tokens=60), TOOLS[:1], Choice("none"))
    )
    assert text
    text, calls, _ = await said(engine, Call("local", history, Sampling(max_tokens=60), TOOLS[:1]))
    assert text or calls


async def test_an_answer_follows_its_schema(make: Make) -> None:
    engine = make()
    for rules in (*PARAMETERS.values(), ITEM, {"type": "array", "items": ADDRESS, "maxItems": 2}):
        wanted = json.dumps(rules)
        call = Call("local", (Message(Role.USER, "Invent one."),), Sampling(schema=wanted, max_tokens=400))
        text, _, reason = await said(engine, call)
        if reason != "length":
            schema.held(text, wanted)


async def test_absurd_bounds_never_reach_the_engine(make: Make) -> None:
    engine = make()
    wide = {"type": "array", "items": {"type": "integer"}, "maxItems": 10**9}
    call = Call("local", (Message(Role.USER, "Hi"),), Sampling(schema=json.dumps(wide), max_tokens=20))
    _, _, reason = await said(engine, call)
    assert reason in ("stop", "length")
