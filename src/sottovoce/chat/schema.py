"""JSON schemas that an answer must follow: is this one usable, and does an answer hold to it?

The engine shapes the answer while it is written; this checks what came out, since an engine may pass
over a rule it does not know.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sottovoce.core.errors import BadSchema, SchemaUnmet

MAX_CHARACTERS = 100_000
MAX_DEPTH = 64
COMBINING = frozenset(
    ["allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas", "unevaluatedProperties", "$dynamicRef"]
)
LITERAL = frozenset(["const", "enum", "default", "examples"])


def checked(text: str) -> str:
    """Return the schema as compact JSON. Raises BadSchema with what is wrong."""
    import jsonschema

    if len(text) > MAX_CHARACTERS:
        raise BadSchema(f"The schema has {len(text)} characters; {MAX_CHARACTERS} is the most.")
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadSchema(f"The schema is not JSON: {problem}.") from problem
    if not isinstance(schema, dict | bool):
        raise BadSchema("A schema is a JSON object.", hint='For example: {"type": "object"}')
    _walk(schema, 0)
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as problem:
        raise BadSchema(f"Not a valid JSON schema: {problem.message}.") from problem
    if schema is False:
        raise SchemaUnmet("No value can satisfy this schema.", hint="Allow at least one value")
    return json.dumps(schema)


def tightened(text: str) -> str:
    """Return a stricter schema for the engine to write by: objects hold the properties named, no others.

    What follows it follows the schema given. A small model would else invent properties without end.
    Schemas that combine others are left as they are, where closing one part could rule out the rest.
    """
    schema = json.loads(text)
    return text if _combines(schema) else json.dumps(_closed(schema))


def held(answer: str, schema: str) -> Any:
    """Return the parsed answer if it follows the schema. Raises SchemaUnmet."""
    import jsonschema

    try:
        value = json.loads(answer)
    except ValueError:
        raise SchemaUnmet(
            "The model wrote no complete JSON.",
            hint="Give it more room with --max-tokens, or a simpler schema",
        ) from None
    try:
        jsonschema.Draft202012Validator(json.loads(schema)).validate(value)
    except jsonschema.ValidationError as problem:
        where = "/".join(str(step) for step in problem.absolute_path)
        raise SchemaUnmet(
            f"The answer does not follow the schema{f' at {where}' if where else ''}: {problem.message}.",
            hint="Ask again, or simplify the schema",
        ) from None
    return value


def _walk(node: Any, depth: int) -> None:
    """Refuse what would reach outside, never end, or silently not be held."""
    if depth > MAX_DEPTH:
        raise BadSchema(f"The schema is nested more than {MAX_DEPTH} deep.")
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and not reference.startswith("#"):
            raise BadSchema(
                f"The schema refers to {reference}, outside itself.", hint="Put that part under $defs"
            )
        _check_pattern(node.get("pattern"))
        for part in node.values():
            _walk(part, depth + 1)
    elif isinstance(node, list):
        for part in node:
            _walk(part, depth + 1)


def _check_pattern(pattern: Any) -> None:
    # The engine passes over a pattern it cannot read without a word.
    if not isinstance(pattern, str):
        return
    try:
        re.compile(pattern)
    except re.error as problem:
        raise BadSchema(f"The pattern {pattern!r} is not a regular expression: {problem}.") from problem


def _combines(node: Any) -> bool:
    if isinstance(node, dict):
        return not COMBINING.isdisjoint(node) or any(_combines(part) for part in node.values())
    return isinstance(node, list) and any(_combines(part) for part in node)


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    closed = {name: part if name in LITERAL else _closed(part) for name, part in node.items()}
    if isinstance(node.get("properties"), dict) and "patternProperties" not in node:
        closed.setdefault("additionalProperties", False)
    return closed
