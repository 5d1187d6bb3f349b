import json

import pytest

from sottovoce.chat.schema import begun, checked, for_engine, held, tightened
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


# ---- what no schema may do ----

DOUBLING = {f"d{at}": {"anyOf": [{"$ref": f"#/$defs/d{at + 1}"}] * 2} for at in range(30)}


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"type": "array", "minItems": 10_000_000}, "minItems"),
        ({"type": "string", "minLength": 1e300}, "minLength"),
        ({"type": "string", "pattern": "^a{1,999999999}$"}, "times"),
        ({"type": "object", "patternProperties": {"(": {}}}, "regular expression"),
        ({"$ref": "#"}, "without end"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}, "without end"),
        ({"$ref": "#/$defs/d0", "$defs": DOUBLING | {"d30": {"type": "integer"}}}, "alternatives"),
        ({"$dynamicRef": "http://127.0.0.1/x"}, "$dynamicRef"),
        ({"properties": {f"p{at}": {"type": "string", "maxLength": 1999} for at in range(60)}}, "add up"),
    ],
)
def test_a_schema_that_would_never_end_is_refused(schema: object, word: str) -> None:
    with pytest.raises(BadSchema) as caught:
        checked(json.dumps(schema))
    assert word in caught.value.sentence


def test_a_schema_may_refer_to_itself_within_properties() -> None:
    tree = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}
    assert held('{"next": {"next": null}}', checked(json.dumps(tree))) == {"next": {"next": None}}


def test_a_bound_beyond_reason_is_held_afterwards_only() -> None:
    schema = checked(json.dumps({"type": "string", "maxLength": 1_000_000_000}))
    assert json.loads(for_engine(schema)) == {"type": "string"}


def test_nothing_is_looked_for_outside_the_schema() -> None:
    inner = {"$id": "http://127.0.0.1:1/x", "$ref": "#/$defs/a"}
    schema = json.dumps({"properties": {"a": inner}, "$defs": {"a": {"type": "integer"}}})
    with pytest.raises(SchemaUnmet, match="cannot be found"):
        held('{"a": 1}', checked(schema))


def test_an_answer_nested_without_end_is_no_crash() -> None:
    with pytest.raises(SchemaUnmet):
        held("[" * 100_000, "{}")
    with pytest.raises(SchemaUnmet):
        held("1" * 5_000, "{}")


def test_alternatives_alone_do_not_keep_objects_open() -> None:
    maybe = {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Gift"}
    schema = {"type": "object", "properties": {"gift": maybe}}
    assert json.loads(for_engine(json.dumps(schema)))["additionalProperties"] is False
    for beside in ({"required": ["a"]}, {"$ref": "#/$defs/a"}, {"allOf": []}):
        schema["properties"] = {"gift": maybe | beside}
        assert "additionalProperties" not in json.loads(for_engine(json.dumps(schema)))


def test_a_tightened_schema_has_an_end_everywhere() -> None:
    wide = {
        "type": "object",
        "properties": {
            "maxLength": {"type": "string"},
            "short": {"type": ["string", "null"], "maxLength": 3},
            "long": {"type": "string", "minLength": 200},
            "kind": {"type": "string", "enum": ["a"]},
            "many": {"type": "array", "items": {"type": "string"}},
            "any": {},
            "free": {"type": "object"},
            "child": {"$ref": "#"},
            "children": {"type": "array", "items": {"$ref": "#"}},
        },
        "required": ["any", "children"],
    }
    tight = json.loads(tightened(json.dumps(wide)))
    named = tight["properties"]
    assert tight["additionalProperties"] is False
    assert named["maxLength"]["maxLength"] == 80
    assert named["short"]["maxLength"] == 3
    assert named["long"]["maxLength"] == 200
    assert "maxLength" not in named["kind"]
    assert (named["many"]["maxItems"], named["many"]["items"]["maxLength"]) == (5, 80)
    assert named["any"] == {"type": "string", "maxLength": 80}
    assert named["free"]["additionalProperties"] is False
    assert "child" not in named
    assert named["children"]["maxItems"] == 0


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\bab$",
        r"^(a)\1$",
        r"^(?=a)ab$",
        r"^(?<!x)ab$",
        r"a^b",
        r"a$b",
        r"(?P<n>a)(?P=n)",
        r"\Aab\Z",
        r"(?#a)b",
    ],
)
def test_a_pattern_that_the_engine_would_pass_over_is_refused(pattern: str) -> None:
    with pytest.raises(BadSchema, match="held to"):
        checked(json.dumps({"type": "string", "pattern": pattern}))


@pytest.mark.parametrize(
    "pattern",
    [
        r"^a|b$",
        r"(^a|b$)",
        r"(?i)ab",
        r"(?:a|b)c",
        r"[\b^$]x",
        r"[^\]]x",
        r"\$5",
        r"\\b",
        r"^$",
        r"\d{3}-\w+\s\S",
        r"(?P<n>a)b",
        r"[(?=]",
        r"\(\?=",
    ],
)
def test_other_patterns_are_taken(pattern: str) -> None:
    assert checked(json.dumps({"type": "string", "pattern": pattern}))


@pytest.mark.parametrize(
    "answer",
    ["", "{", '{"a', '{"a": ', '{"a": tr', '{"a": -', '{"a": 1', '{"a": "\\u00', '["x", ', "12", "{}"],
)
def test_a_cut_answer_may_be_the_beginning_of_json(answer: str) -> None:
    begun(answer)


@pytest.mark.parametrize("answer", ["The world", '{"a": The', "[1 2", "{} and more", "{a"])
def test_a_cut_answer_that_never_was_json_is_refused(answer: str) -> None:
    with pytest.raises(SchemaUnmet):
        begun(answer)
