import json

import pytest

from sottovoce.chat.schema import checked, for_engine, held
from sottovoce.core.errors import BadSchema, SchemaUnmet

PERSON = json.dumps(
    {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
)


def test_a_good_schema_is_accepted_and_an_answer_held_to_it() -> None:
    assert held('{"name": "Ada", "age": 36}', checked(PERSON)) == {"name": "Ada", "age": 36}


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ("{", "not JSON"),
        ("[]", "JSON object"),
        ('"text"', "JSON object"),
        ('{"type": "strin"}', "valid JSON schema"),
        ('{"$ref": "https://example.org/x"}', "outside itself"),
        ('{"$ref": "other.json"}', "outside itself"),
        ('{"$ref": "#/$defs/missing"}', "not in it"),
        ('{"$ref": "#name"}', "not in it"),
        ('{"type": "string", "pattern": "("}', "regular expression"),
        (json.dumps({"not": {}}).replace("{}", '{"not":' * 70 + "{}" + "}" * 70), "deep"),
        ("[" * 100_000, "not JSON"),
        (" " * 100_001, "characters"),
    ],
)
def test_a_schema_that_cannot_be_held_is_refused(schema: str, word: str) -> None:
    with pytest.raises(BadSchema) as caught:
        checked(schema)
    assert word in caught.value.sentence


def test_a_schema_that_allows_nothing_is_refused_before_the_model_is_asked() -> None:
    for schema in (
        "false",
        '{"type": "integer", "minimum": 5, "maximum": 1}',
        '{"properties": {"a": {"minLength": 3, "maxLength": 2}}, "required": ["a"]}',
    ):
        with pytest.raises(SchemaUnmet):
            checked(schema)


def test_rules_that_the_engine_does_not_know_are_kept_from_it_and_held_afterwards() -> None:
    schema = json.dumps({"type": "array", "items": {"type": "integer"}, "uniqueItems": True})
    assert json.loads(for_engine(checked(schema))) == {"type": "array", "items": {"type": "integer"}}
    with pytest.raises(SchemaUnmet, match="non-unique"):
        held("[1, 1]", schema)
    named = {"type": "object", "properties": {"not": {"type": "string"}, "if": {"type": "string"}}}
    assert set(json.loads(for_engine(json.dumps(named)))["properties"]) == {"not", "if"}
    assert json.loads(for_engine('{"not": {"type": "string"}}')) == {"type": "object"}
    assert json.loads(for_engine("true")) == {"type": "object"}


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ('{"name": "Ada"', "complete JSON"),
        ('{"name": "Ad', "complete JSON"),
        ("", "complete JSON"),
        ("1 + 1 = 2", "no way"),
        ("Hello! How can I help?", "no way"),
        ('{"name": "Ada", "name": "Eve", "age": 1}', "twice"),
        ('{"name": "Ada"}', "age"),
        ('{"name": "Ada", "age": "x"}', "at age"),
    ],
)
def test_an_answer_that_strays_is_refused(answer: str, word: str) -> None:
    with pytest.raises(SchemaUnmet) as caught:
        held(answer, PERSON)
    assert word in caught.value.sentence


def test_the_engine_writes_by_a_schema_closed_to_invented_properties() -> None:
    open_schema = {
        "type": "object",
        "properties": {
            "pet": {"type": "object", "properties": {"name": {"type": "string"}}},
            "mark": {"const": {"properties": {}}},
        },
        "required": ["pet"],
    }
    closed = json.loads(for_engine(json.dumps(open_schema)))
    assert closed["additionalProperties"] is False
    assert closed["properties"]["pet"]["additionalProperties"] is False
    assert closed["properties"]["mark"] == {"const": {"properties": {}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {}}, "additionalProperties": True},
        {"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
        {"properties": {"a": {}}, "patternProperties": {"^x": {}}},
        {"properties": {"a": {}}, "required": ["a", "b"]},
        {"type": "string"},
    ],
)
def test_a_schema_that_says_otherwise_or_combines_parts_stays_as_it_is(schema: object) -> None:
    assert json.loads(for_engine(json.dumps(schema))) == schema
