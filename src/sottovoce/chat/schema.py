"""JSON schemas that an answer must follow: is this one usable, and does an answer hold to it?

The engine shapes the answer while it is written, by the rules it knows; what came out is then held
against the whole schema. Which rules an engine knows is written down here, in UNKNOWN.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sottovoce.core.errors import BadSchema, SchemaUnmet

MAX_CHARACTERS = 100_000
MAX_DEPTH = 64
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
    import jsonschema

    if len(text) > MAX_CHARACTERS:
        raise BadSchema(
            f"The schema has {len(text)} characters; {MAX_CHARACTERS} is the most.",
            hint="Leave out descriptions and examples, or ask for the answer in parts",
        )
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadSchema(f"The schema is not JSON: {problem}.", hint=EXAMPLE) from problem
    if not isinstance(schema, dict | bool):
        raise BadSchema("A schema is a JSON object.", hint=EXAMPLE)
    _walk(schema, schema, 0)
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
    return json.dumps(known if _combines(schema) else _closed(known))


def held(answer: str, schema: str) -> Any:
    """Return the parsed answer if it follows the schema. Raises SchemaUnmet."""
    import jsonschema

    try:
        value = json.loads(answer, object_pairs_hook=_without_twins)
    except json.JSONDecodeError as problem:
        raise _not_json(answer, problem) from None
    try:
        jsonschema.Draft202012Validator(json.loads(schema)).validate(value)
    except jsonschema.ValidationError as problem:
        where = "/".join(str(step) for step in problem.absolute_path)
        raise SchemaUnmet(
            f"The answer does not follow the schema{f' at {where}' if where else ''}: {problem.message}.",
            hint="Ask again, or simplify the schema",
        ) from None
    return value


def _not_json(answer: str, problem: json.JSONDecodeError) -> SchemaUnmet:
    """Tell an answer that ended too early from one that was never JSON."""
    began_well = problem.pos >= len(answer.rstrip()) or problem.msg.startswith("Unterminated")
    if began_well:
        return SchemaUnmet(
            "The model wrote no complete JSON.",
            hint="Give it more room with --max-tokens, or a simpler schema",
        )
    return SchemaUnmet(
        "The engine found no way to hold an answer to this schema.",
        hint="Simplify it; a rule in it may contradict another",
    )


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SchemaUnmet("The model wrote a property twice in one object.", hint="Ask again")
    return found


def _walk(node: Any, root: Any, depth: int) -> None:
    """Refuse what would reach outside, lead nowhere, never end, or silently not be held."""
    if depth > MAX_DEPTH:
        raise BadSchema(f"The schema is nested more than {MAX_DEPTH} deep.", hint="Put parts under $defs")
    if isinstance(node, dict):
        _check_reference(node.get("$ref"), root)
        _check_pattern(node.get("pattern"))
        for part in node.values():
            _walk(part, root, depth + 1)
    elif isinstance(node, list):
        for part in node:
            _walk(part, root, depth + 1)


def _check_reference(reference: Any, root: Any) -> None:
    if not isinstance(reference, str):
        return
    if not reference.startswith("#"):
        raise BadSchema(
            f"The schema refers to {reference}, outside itself.", hint="Put that part under $defs"
        )
    found = root
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    if found is None or (reference != "#" and not reference.startswith("#/")):
        raise BadSchema(f"The schema refers to {reference}, which is not in it.", hint="Put it under $defs")


def _check_pattern(pattern: Any) -> None:
    # The engine passes over a pattern it cannot read without a word.
    if not isinstance(pattern, str):
        return
    try:
        re.compile(pattern)
    except re.error as problem:
        raise BadSchema(
            f"The pattern {pattern!r} is not a regular expression: {problem}.", hint="Mend or drop it"
        ) from problem


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
        elif rule not in UNKNOWN:
            kept[rule] = part if rule in LITERAL else _known(part)
    return kept


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
