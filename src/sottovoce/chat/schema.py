"""JSON schemas that an answer must follow: is this one usable, and does an answer hold to it?

The engine shapes the answer while it is written, by the rules it knows; what came out is then held
against the whole schema. Which rules an engine knows is written down here, in UNKNOWN.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from sottovoce.chat import bounds
from sottovoce.core.errors import BadSchema, SchemaUnmet

MAX_CHARACTERS = 100_000
SHORT = 80
FEW = 5
"""Letters and items, where a model that goes round in circles is to come to an end."""

REMEMBERED = 64
"""Schemas found good: programs send the same ones with every request, and a look takes milliseconds."""

EXAMPLE = 'For example: {"type": "object", "properties": {"name": {"type": "string"}}}'

UNKNOWN = frozenset(
    (
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "uniqueItems"),
        *("propertyNames", "dependentRequired", "dependentSchemas"),
        *("unevaluatedProperties", "unevaluatedItems"),
    )
)
"""With one of these in it, the engine writes by no rule at all, and says nothing."""

COMBINING = UNKNOWN | {"allOf", "anyOf", "oneOf", "$dynamicRef"}
EITHER = frozenset(["anyOf", "oneOf"])
SILENT = frozenset(
    (
        *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
        *("$defs", "definitions", "$schema", "$id", "$comment", "discriminator"),
    )
)
"""These say nothing of which values are right."""

LITERAL = frozenset(["const", "enum", "default", "examples"])
NAMED = frozenset(["properties", "patternProperties", "$defs", "definitions"])
"""Under these stand schemas by name; the names are the person's own."""

BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)


def checked(text: str) -> str:
    """Return the schema as compact JSON. Raises BadSchema with what is wrong, SchemaUnmet if nothing fits."""
    if len(text) > MAX_CHARACTERS:
        raise BadSchema(
            f"The schema has {len(text)} characters; {MAX_CHARACTERS} is the most.",
            hint="Leave out descriptions and examples, or ask for the answer in parts",
        )
    return _checked(text)


@lru_cache(REMEMBERED)
def _checked(text: str) -> str:
    import jsonschema

    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadSchema(f"The schema is not JSON: {problem}.", hint=EXAMPLE) from problem
    if not isinstance(schema, dict | bool):
        raise BadSchema("A schema is a JSON object.", hint=EXAMPLE)
    bounds.check(schema)
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as problem:
        raise BadSchema(f"Not a valid JSON schema: {problem.message}.", hint=EXAMPLE) from problem
    if schema is False or not _combines(schema):
        _refuse_impossible(schema)
    return json.dumps(schema)


def for_engine(text: str) -> str:
    """Return the schema that the engine is to write by.

    Without the rules it does not know, and stricter where that helps: objects hold the properties
    named and no others, since a small model would else invent some without end. Schemas that combine
    others are not closed, where closing one part could rule out the rest.
    """
    schema = json.loads(text)
    known = _known(schema)
    if known is True or known == {}:
        known = {"type": "object"}
    return json.dumps(known if _entangles(schema) else _closed(known))


def tightened(text: str) -> str:
    """Return an engine's schema with an end to everything, for a model that goes round in circles.

    What follows it follows the looser one, too.
    """
    return json.dumps(_tight(json.loads(text)))


def held(answer: str, schema: str) -> Any:
    """Return the parsed answer if it follows the schema. Raises SchemaUnmet.

    A hostile schema can make this take for ever; `holding.hold` sees to its end.
    """
    import jsonschema
    import referencing

    try:
        value = json.loads(answer, object_pairs_hook=_without_twins)
        # With a registry of its own it looks for nothing outside the schema, and not on the network.
        rules = jsonschema.Draft202012Validator(json.loads(schema), registry=referencing.Registry())
        rules.validate(value)
    except json.JSONDecodeError as problem:
        raise _not_json(answer, problem) from None
    except jsonschema.ValidationError as problem:
        where = "/".join(str(step) for step in problem.absolute_path)
        raise SchemaUnmet(
            f"The answer does not follow the schema{f' at {where}' if where else ''}: {problem.message}.",
            hint="Ask again, or simplify the schema",
        ) from None
    except referencing.exceptions.Unresolvable as problem:
        raise SchemaUnmet(
            "The schema refers to a part that cannot be found.", hint="Put all parts under $defs, without $id"
        ) from problem
    except (ValueError, RecursionError, OverflowError) as problem:
        raise SchemaUnmet(
            "The answer is nested too deep or has too large a number to be read.",
            hint="Ask again, or simplify the schema",
        ) from problem
    return value


def _not_json(answer: str, problem: json.JSONDecodeError) -> SchemaUnmet:
    """Tell an answer that ended too early from one that was never JSON."""
    if _began_well(answer, problem):
        return SchemaUnmet(
            "The model wrote no complete JSON.",
            hint="Allow a longer answer (max_tokens), or give a simpler schema",
        )
    return SchemaUnmet(
        "The engine found no way to hold an answer to this schema.",
        hint="Simplify it; a rule in it may contradict another",
    )


def begun(answer: str) -> None:
    """Raise SchemaUnmet unless this may be the beginning of JSON: it was cut, but by no rule written."""
    try:
        json.loads(answer)
    except json.JSONDecodeError as problem:
        if not _began_well(answer, problem):
            raise _not_json(answer, problem) from None
    except (ValueError, RecursionError):
        return  # too large a number, or too deep a nest, is JSON all the same


def _began_well(answer: str, problem: json.JSONDecodeError) -> bool:
    rest = answer[problem.pos :].strip()
    half_a_word = any(word.startswith(rest) for word in ("true", "false", "null", "-"))
    return half_a_word or problem.msg.startswith(("Unterminated", "Invalid \\"))


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SchemaUnmet("The model wrote a property twice in one object.", hint="Ask again")
    return found


def _refuse_impossible(node: Any) -> None:
    """Raise SchemaUnmet where bounds contradict each other; the engine would write by no rule."""
    if node is False:
        raise SchemaUnmet("No value can satisfy this schema.", hint="Allow at least one value")
    if not isinstance(node, dict):
        return
    for low, high in BOUNDS:
        least, most = node.get(low), node.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            raise SchemaUnmet(
                f"No value can satisfy this schema: {low} {least} is above {high} {most}.",
                hint=f"Raise {high} or lower {low}",
            )
    required = set(node.get("required", ()))
    for name, part in node.get("properties", {}).items():
        if name in required:
            _refuse_impossible(part)


def _combines(node: Any) -> bool:
    if isinstance(node, dict):
        return not COMBINING.isdisjoint(node) or any(_combines(part) for part in node.values())
    return isinstance(node, list) and any(_combines(part) for part in node)


def _entangles(node: Any) -> bool:
    """Whether some value is held against several schemas at once, of which none may then be closed."""
    if isinstance(node, list):
        return any(_entangles(part) for part in node)
    if not isinstance(node, dict):
        return False
    combined = not (COMBINING - EITHER).isdisjoint(node)
    beside = not EITHER.isdisjoint(node) and not node.keys() <= EITHER | SILENT
    return combined or beside or any(_entangles(part) for part in node.values())


def _known(node: Any) -> Any:
    """Return a schema without the rules that the engine does not know."""
    if isinstance(node, list):
        return [_known(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for rule, part in node.items():
        if rule in NAMED and isinstance(part, dict):
            kept[rule] = {name: _known(named) for name, named in part.items()}
        elif rule not in UNKNOWN and not (rule in bounds.MOST and _is_beyond(part)):
            kept[rule] = part if rule in LITERAL else _known(part)
    return kept


def _is_beyond(bound: Any) -> bool:
    return isinstance(bound, int | float) and bound > bounds.MAX_REPEATS


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    closed = {rule: part if rule in LITERAL else _closed(part) for rule, part in node.items()}
    named = node.get("properties")
    if (
        isinstance(named, dict)
        and "patternProperties" not in node
        and set(node.get("required", ())) <= set(named)
    ):
        closed.setdefault("additionalProperties", False)
    return closed


def _tight(node: Any) -> Any:
    if isinstance(node, list):
        return [_tight(part) for part in node]
    if not isinstance(node, dict):
        return node
    tight = {rule: part if rule in LITERAL else _tight(part) for rule, part in node.items()}
    kinds = node.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "string" in kinds and not {"enum", "const", "pattern", "format"} & node.keys():
        longest = max(SHORT, node.get("minLength", 0))
        tight["maxLength"] = min(node.get("maxLength", longest), longest)
    if "array" in kinds:
        few = node.get("minItems", 0) if _refers(node.get("items")) else max(FEW, node.get("minItems", 0))
        tight["maxItems"] = min(node.get("maxItems", few), few)
        tight["items"] = _short(tight.get("items", True))
    if "object" in kinds:
        _close_off(tight, node)
    return tight


def _close_off(tight: dict[str, Any], node: dict[str, Any]) -> None:
    """Leave out what may be left out and could go on for ever."""
    required = node.get("required", ())
    named = {
        name: _short(part)
        for name, part in tight.get("properties", {}).items()
        if name in required or not _refers(part)
    }
    tight["properties"] = named
    if set(required) <= set(named) and "patternProperties" not in node and not node.get("minProperties"):
        tight["additionalProperties"] = False


def _short(node: Any) -> Any:
    """Return a short text where any value would do."""
    return {"type": "string", "maxLength": SHORT} if node in ({}, True) else node


def _refers(node: Any) -> bool:
    return '"$ref"' in json.dumps(node)
