"""Measures, by factors that are exact: lengths, masses, volumes, areas, speeds, temperatures, times, data.

Sources of the factors in units.txt: the SI brochure (9th edition) for the metric ones, minute, hour, day and
hectare; the international yard and pound agreement of 1959 for the mile, yard, foot, inch, pound
and ounce, and the acre of 4,840 square yards; NIST Handbook 44 (appendix C) for the American gallon of 231
cubic inches and what it is divided into; the United Kingdom's Weights and Measures Act 1985 for the imperial
gallon of 4.54609 litres; the International Hydrographic Conference of 1929 for the nautical mile of 1,852
metres; IEC 80000-13 for the binary prefixes; the orders of China's State Council of 1959 and 1984 for 斤, 两,
里 and 亩.

A year has no fixed number of days, so months and longer times are of a kind of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure. In the first unit of its kind, an amount of it is (amount + zero) × factor."""

    symbol: str
    kind: str
    factor: Fraction
    one: str
    many: str
    chinese: str
    names: frozenset[str]
    zero: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """So many of one unit; several make one amount: 5 ft 11 in."""

    number: Fraction
    unit: Unit


FEET_AND_INCHES = "ft+in"
_BOTH = (
    "feet and inches",
    "ft and in",
    "feet & inches",
    "ft in",
    "foot and inches",
    "英尺和英寸",
    "英尺英寸",
)
_PART = re.compile(
    r"\s*(-?\d+(?:\.\d+)?(?:/\d+)?|-?\.\d+|(?:half an?|an?)(?= ))\s*-?\s*([^\d\s.,+-][^\d]*?(?:\^?[23])?)\s*"
    r"(?=$|(?:and |, ?)?\d)(?:and |, ?)?"
)


@cache
def known() -> Mapping[str, Unit]:
    """Return every unit by every name that it has."""
    found: dict[str, Unit] = {}
    kind = ""
    for line in resources.files("sottovoce.exact").joinpath("units.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            unit = _read(kind, line)
            found |= dict.fromkeys(unit.names, unit)
    return found


def _read(kind: str, line: str) -> Unit:
    symbol, size, one, many, chinese, *others = (cell.strip() for cell in line.split("|"))
    factor, _, zero = size.partition(" @ ")
    named = [name.strip() for cell in others for name in cell.split(",")]
    names = frozenset((symbol, symbol.lower(), one.lower(), many.lower(), chinese, *named))
    return Unit(symbol, kind, Fraction(factor), one, many, chinese, names, Fraction(zero or 0))


def named(name: str) -> Unit | None:
    return known().get(name.strip().removeprefix("of ").strip())


def amounts(text: str) -> tuple[Amount, ...] | None:
    """Read all of a text as an amount: 5 km, 5 ft 11 in, a mile, half an hour; None where it is none."""
    text = re.sub(r"(\d+)\s*['′’]\s*(\d+(?:\.\d+)?)\s*(?:\"|″|”|'')", r"\1 ft \2 in", text)
    found: list[Amount] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        unit = None if match is None else named(match[2])
        if match is None or unit is None or (found and unit.kind != found[0].unit.kind):
            return None
        number = Fraction(1, 2) if match[1].startswith("half") else Fraction(1)
        try:
            found.append(Amount(number if match[1][0] in "ah" else Fraction(match[1]), unit))
        except ZeroDivisionError:
            return None
        at = match.end()
    is_falling = all(
        one.unit.factor > next_.unit.factor and next_.number >= 0 for one, next_ in pairwise(found)
    )
    if not found or not is_falling or (len(found) > 1 and found[0].unit.kind == "temperature"):
        return None
    return tuple(found)


def converted(given: tuple[Amount, ...], to: Unit) -> Fraction | None:
    """Return an amount in another unit; None where that is of another kind."""
    if any(one.unit.kind != to.kind for one in given):
        return None
    base = sum(((one.number + one.unit.zero) * one.unit.factor for one in given), Fraction(0))
    return base / to.factor - to.zero


def is_too_cold(given: tuple[Amount, ...]) -> bool:
    """Tell whether an amount is a temperature below absolute zero."""
    return any(one.unit.kind == "temperature" and one.number + one.unit.zero < 0 for one in given)


def years_of_365_days(given: tuple[Amount, ...], to: Unit) -> tuple[Amount, ...] | None:
    """Return years as so many days where hours or less are asked for, which nobody wants by the calendar."""
    is_short = to.kind == "time" and to.factor < known()["d"].factor
    if not is_short or len(given) != 1 or given[0].unit.symbol != "yr":
        return None
    return (Amount(given[0].number * 365, known()["d"]),)


def wants_both(name: str) -> bool:
    """Tell whether a height is asked for in feet and inches."""
    return name.strip() in (*_BOTH, FEET_AND_INCHES)
