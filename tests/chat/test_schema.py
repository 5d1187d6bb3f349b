import json

import pytest

from sottovoce.chat.schema import checked, held, tightened
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
    with pytest.raises(SchemaUnmet):
        checked("false")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ('{"name": "Ada"', "complete JSON"),
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
    closed = json.loads(tightened(json.dumps(open_schema)))
    assert closed["additionalProperties"] is False
    assert closed["properties"]["pet"]["additionalProperties"] is False
    assert closed["properties"]["mark"] == {"const": {"properties": {}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {}}, "additionalProperties": True},
        {"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
        {"properties": {"a": {}}, "patternProperties": {"^x": {}}},
        {"type": "string"},
        True,
    ],
)
def test_a_schema_that_says_otherwise_or_combines_parts_stays_as_it_is(schema: object) -> None:
    assert json.loads(tightened(json.dumps(schema))) == schema
