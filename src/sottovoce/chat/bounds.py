"""What a schema may ask for: nothing outside itself, and nothing that would never end.

Anybody who may ask may send a schema. One absurd bound would fill the engine's memory, one clever
reference keep the server busy for ever. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sottovoce.core.errors import BadSchema

MAX_DEPTH = 64
MAX_REPEATS = 2_000
"""Items, letters or properties that a schema may demand; the engine writes a rule for each of them."""

MAX_ALL_REPEATS = 100_000
MAX_WEIGHT = 1_000
"""Schemas that one and the same value may be held against, through references and alternatives."""

IN_PLACE = ("$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else")
"""Under these stand schemas that the same value is held against."""

LEAST = ("minItems", "minLength", "minProperties")
MOST = ("maxItems", "maxLength", "maxProperties")
ELSEWHERE = ("$dynamicRef", "$recursiveRef")

_UNHELD = re.compile(
    r"""(?P<escape>\\(?:[bBAZzGkc]|[1-9]))      # edges of words and texts, groups met before
    | (?P<group>\(\?(?:<?[=!]|>|\#|P=|\())     # looking around, and what never goes back
    | (?P<begin>(?<=[^(|])\^)                   # a beginning in the middle
    | (?P<end>\$(?=[^)|]))                      # and an end
    | \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | .   # what else stands there, taken whole
    """,
    re.VERBOSE | re.DOTALL,
)
"""What the engine's regular expressions lack. With one of these it writes by no rule at all."""

_COUNT = re.compile(r"\{(\d+)?(?:,(\d+)?)?\}")


def check(schema: Any) -> None:
    """Raise BadSchema where the schema reaches outside itself or beyond reason."""
    _walk(schema, schema, 0)
    weight(schema)
    if _repeats(schema) > MAX_ALL_REPEATS:
        raise BadSchema(
            f"The bounds of the schema add up to more than {MAX_ALL_REPEATS:,}.",
            hint="Leave out bounds that need not be held, or lower them",
        )


def weight(schema: Any) -> int:
    """Return against how many schemas one value may be held at most. Raises BadSchema beyond reason."""
    known: dict[int, int] = {}

    def weigh(node: Any, above: tuple[int, ...]) -> int:
        if not isinstance(node, dict):
            return sum(weigh(part, above) for part in node) if isinstance(node, list) else 1
        if id(node) in above or len(above) > MAX_DEPTH:
            raise BadSchema("The schema refers to itself without end.", hint="Let it refer within properties")
        if id(node) not in known:
            parts = [_target(part, schema) if rule == "$ref" else part for rule, part in _in_place(node)]
            known[id(node)] = 1 + sum(weigh(part, (*above, id(node))) for part in parts)
        return known[id(node)]

    heaviest = max((weigh(node, ()) for node in _nodes(schema)), default=1)
    if heaviest > MAX_WEIGHT:
        raise BadSchema(
            f"The schema gives one value more than {MAX_WEIGHT:,} alternatives.",
            hint="Give each part its own property, or fewer alternatives",
        )
    return heaviest


def _in_place(node: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(rule, node[rule]) for rule in IN_PLACE if rule in node]


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from _nodes(part)


def _repeats(schema: Any) -> int:
    """Return how many repetitions the engine writes rules for."""
    bounds = (node.get(rule) for node in _nodes(schema) for rule in (*LEAST, *MOST))
    return sum(int(bound) for bound in bounds if isinstance(bound, int | float) and bound <= MAX_REPEATS)


def _walk(node: Any, root: Any, depth: int) -> None:
    """Refuse what would reach outside, lead nowhere, never end, or silently not be held."""
    if depth > MAX_DEPTH:
        raise BadSchema(f"The schema is nested more than {MAX_DEPTH} deep.", hint="Put parts under $defs")
    if isinstance(node, dict):
        _check_reference(node, root)
        _check_bounds(node)
        for pattern in _patterns(node):
            _check_pattern(pattern)
        for part in node.values():
            _walk(part, root, depth + 1)
    elif isinstance(node, list):
        for part in node:
            _walk(part, root, depth + 1)


def _check_reference(node: dict[str, Any], root: Any) -> None:
    for rule in ELSEWHERE:
        if isinstance(node.get(rule), str):
            raise BadSchema(f"{rule} cannot be followed here.", hint="Use $ref, and put the part under $defs")
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return
    if not reference.startswith("#"):
        raise BadSchema(
            f"The schema refers to {reference}, outside itself.", hint="Put that part under $defs"
        )
    if _target(reference, root) is None or (reference != "#" and not reference.startswith("#/")):
        raise BadSchema(f"The schema refers to {reference}, which is not in it.", hint="Put it under $defs")


def _target(reference: Any, root: Any) -> Any:
    """Return the part of the schema that is referred to; None where there is none."""
    if not isinstance(reference, str):
        return reference  # a property that is named so
    found = root
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _check_bounds(node: dict[str, Any]) -> None:
    # One rule for each repetition: a single absurd bound would fill the engine's memory.
    for rule in LEAST:
        bound = node.get(rule)
        if isinstance(bound, int | float) and bound > MAX_REPEATS:
            raise BadSchema(
                f"{rule} is above {MAX_REPEATS:,}, the most that an answer can be held to.",
                hint=f"Lower {rule}",
            )


def _patterns(node: dict[str, Any]) -> list[str]:
    named = node.get("patternProperties")
    found = [node.get("pattern"), *(named if isinstance(named, dict) else ())]
    return [pattern for pattern in found if isinstance(pattern, str)]


def _check_pattern(pattern: str) -> None:
    # The engine passes over a pattern it cannot read without a word.
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as problem:
        raise BadSchema(
            f"The pattern {pattern[:80]!r} is not a regular expression: {problem}.", hint="Mend or drop it"
        ) from problem
    for found in _UNHELD.finditer(pattern):
        if found.lastgroup is not None:
            raise BadSchema(
                f"The pattern {pattern[:80]!r} has {found[0]!r}, which no answer can be held to.",
                hint="Say it without looking around, word edges or references to groups",
            )
    counts = [int(count) for found in _COUNT.findall(pattern) for count in found if count]
    if max(counts, default=0) > MAX_REPEATS:
        raise BadSchema(
            f"The pattern {pattern[:80]!r} repeats a part more than {MAX_REPEATS:,} times.",
            hint="Repeat it less often, or without an end: {1,}",
        )
