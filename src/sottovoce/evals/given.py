"""What a set says of a check, parsed: texts, numbers, counts. Pure."""

from __future__ import annotations

from typing import Any

from sottovoce.evals.plain import plain

MOST_VALUES = 50
LONGEST_VALUE = 2000
"""Characters."""


class Unfit(ValueError):
    """What a set says of a check cannot be; the text says why, and goes on after its name."""


def text(value: object) -> str:
    if not isinstance(value, str) or not plain(value) or len(value) > LONGEST_VALUE:
        raise Unfit("takes a text that is not empty")
    return value


def several(value: object) -> list[Any]:
    found = value if isinstance(value, list) else [value]
    if not 0 < len(found) <= MOST_VALUES:
        raise Unfit(f"takes 1 to {MOST_VALUES} texts")
    return found


def texts(value: object) -> list[str]:
    return [text(one) for one in several(value)]


def number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise Unfit("takes a number")
    return float(value)


def count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 100_000:
        raise Unfit("takes a whole number from 1")
    return value


def pair(value: list[object]) -> list[object]:
    if len(value) != 2:
        raise Unfit("takes one number, or two")
    return value
