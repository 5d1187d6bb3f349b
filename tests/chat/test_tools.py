from __future__ import annotations

import json
from typing import Any

import pytest

from sottovoce.chat.tools import (
    MAX_TOOLS,
    Choice,
    Tool,
    checked,
    described,
    merged,
    shape,
    spoken_calls,
    spoken_result,
    with_told,
)
from sottovoce.core.errors import BadSchema, BadValue
from sottovoce.core.events import Called
from sottovoce.core.messages import Message, Role

SYSTEM, USER, ASSISTANT = Role.SYSTEM, Role.USER, Role.ASSISTANT
PLACE = '{"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}'
WEATHER = Tool("weather", "The weather at a place", PLACE)
TREE = json.dumps(
    {
        "type": "object",
        "properties": {"root": {"$ref": "#/$defs/node"}},
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/node"}},
            }
        },
    }
)


# ---- what the model is told ----


def test_the_model_is_told_of_every_function_in_few_words() -> None:
    titled = json.dumps({"title": "Args", "type": "object", "additionalProperties": False})
    told = described((WEATHER, Tool("clock", parameters=titled)), Choice())
    assert '"name": "weather", "description": "The weather at a place"' in told
    assert '{"name": "clock", "parameters": {"type": "object"}}' in told


def test_a_parameter_may_be_named_like_a_rule() -> None:
    named = json.dumps({"type": "object", "properties": {"title": {"type": "string", "title": "T"}}})
    assert '{"title": {"type": "string"}}' in described((Tool("f", parameters=named),), Choice())


def test_the_model_is_told_the_same_whether_it_may_call_or_must() -> None:
    may, must = Choice("auto"), Choice("required", "weather")
    assert described((WEATHER,), may) == described((WEATHER,), must) != ""


def test_the_model_is_told_nothing_of_functions_it_may_not_call() -> None:
    assert described((WEATHER,), Choice("none")) == described((), Choice()) == ""


def test_what_is_told_joins_the_system_message() -> None:
    asked = [Message(USER, "Hi")]
    assert with_told(asked, "T") == [Message(SYSTEM, "T"), *asked]
    assert with_told([Message(SYSTEM, "S"), *asked], "T") == [Message(SYSTEM, "S\n\nT"), *asked]
    assert with_told([Message(SYSTEM, ""), *asked], "T") == [Message(SYSTEM, "T"), *asked]
    assert with_told(asked, "") == asked


def test_earlier_calls_are_told_in_the_form_that_is_asked_for() -> None:
    calls = [Called("weather", '{"place":"Zürich"}'), Called("clock", "not JSON")]
    assert spoken_calls(calls) == (
        '{"name": "weather", "arguments": {"place": "Zürich"}}\n{"name": "clock", "arguments": "not JSON"}'
    )
    assert spoken_result("weather", "rain") == Message(USER, "The function weather returned:\nrain")


def test_halves_of_a_pair_never_reach_the_model_as_such() -> None:
    assert spoken_calls([Called("f", '{"a": "\\ud83d"}')]).encode()


# ---- what every template takes ----


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ([], []),
        ([(USER, "a")], [(USER, "a")]),
        ([(USER, "a"), (USER, "b"), (ASSISTANT, "c")], [(USER, "a\n\nb"), (ASSISTANT, "c")]),
        ([(SYSTEM, "s"), (SYSTEM, "t"), (USER, "a")], [(SYSTEM, "s\n\nt"), (USER, "a")]),
        ([(USER, "a"), (SYSTEM, "s"), (ASSISTANT, "b")], [(USER, "a\n\ns"), (ASSISTANT, "b")]),
        ([(USER, "a"), (ASSISTANT, "b"), (SYSTEM, "s")], [(USER, "a"), (ASSISTANT, "b"), (USER, "s")]),
        ([(USER, ""), (USER, "a")], [(USER, "a")]),
        ([(ASSISTANT, "a"), (ASSISTANT, "b")], [(ASSISTANT, "a\n\nb")]),
    ],
)
def test_neighbours_of_one_role_become_one_message(
    given: list[tuple[Role, str]], result: list[tuple[Role, str]]
) -> None:
    assert merged([Message(*one) for one in given]) == [Message(*one) for one in result]


# ---- what may be offered ----


def bad(tools: list[Tool], choice: Choice = Choice()) -> Any:  # noqa: B008
    with pytest.raises((BadValue, BadSchema)) as caught:
        checked(tools, choice)
    return caught.value


def test_a_function_is_refused_with_the_place_where_it_stands() -> None:
    array = Tool("f", parameters='{"type": "array"}', field="tools.3.function.parameters")
    assert bad([array]).field == "tools.3.function.parameters"
    assert bad([WEATHER, Tool("f", parameters='{"type": "strin"}')]).field == "tools.1"
    impossible = '{"type": "object", "properties": {"a": false}, "required": ["a"]}'
    assert isinstance(bad([Tool("f", parameters=impossible)]), BadSchema)


@pytest.mark.parametrize("name", ["", "a b", "x" * 129, "ä", "f\n"])
def test_a_name_that_no_program_could_have_is_refused(name: str) -> None:
    assert isinstance(bad([Tool(name)]), BadValue)


def test_two_functions_of_one_name_are_refused() -> None:
    assert "Two functions" in bad([WEATHER, WEATHER]).sentence


def test_too_many_or_too_much_is_refused() -> None:
    assert bad([Tool(f"f{at}") for at in range(MAX_TOOLS + 1)]).field == "tools"
    assert bad([Tool(f"f{at}", "x" * 100_000) for at in range(5)]).field == "tools"


def test_a_call_of_what_is_not_offered_is_refused() -> None:
    assert bad([WEATHER], Choice("required", "clock")).field == "tool_choice"
    assert bad([], Choice("required")).field == "tool_choice"


def test_no_parameters_are_an_empty_object() -> None:
    (tool,) = checked([Tool("f", parameters="{}")], Choice())
    assert json.loads(tool.parameters) == {"type": "object", "properties": {}}


# ---- the shape of a call ----


def test_a_call_of_one_function_has_its_name_and_its_arguments() -> None:
    assert json.loads(shape(checked([WEATHER], Choice()))) == {
        "type": "object",
        "properties": {
            "name": {"const": "weather"},
            "arguments": json.loads(PLACE) | {"additionalProperties": False},
        },
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def test_a_call_of_several_is_one_of_them_or_the_answer() -> None:
    offered = checked([WEATHER, Tool("clock")], Choice())
    assert len(json.loads(shape(offered))["anyOf"]) == 2
    assert json.loads(shape(offered, '{"type": "integer"}'))["anyOf"][2] == {"type": "integer"}


def test_parameters_that_refer_to_themselves_still_do_within_the_call() -> None:
    whole = json.loads(shape(checked([Tool("a", parameters=TREE), Tool("b", parameters=TREE)], Choice())))
    first, second = (way["properties"]["arguments"]["$ref"] for way in whole["anyOf"])
    assert (first, second) == ("#/$defs/tool0", "#/$defs/tool1")
    root = whole["$defs"]["tool1"]["properties"]["root"]["$ref"]
    assert root == "#/$defs/tool1/$defs/node"
    assert whole["$defs"]["tool1"]["$defs"]["node"]["properties"]["next"]["$ref"] == root
