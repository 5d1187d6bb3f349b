"""The value of an expression, exactly: integers of any size, fractions, decimals, percent, powers and roots.

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/" | "mod") signed)*
    signed   = "-" signed | power
    power    = after ("^" signed)?            to the right first: 2^3^2 is 2^9
    after    = atom ("!" | "%")*
    atom     = number | "(" sum ")" | ("√" | "∛") atom | name "(" sum ("," sum)* ")"

× and ÷ are * and /, "sqrt" and "cbrt" may stand for their signs.

Only roots can be inexact; they are carried with 60 digits. Knows no words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce

from sottovoce.exact.powers import MOST_DIGITS, NoValue, Value, bounded, power, rounded

MOST_LENGTH = 2_000
"""Characters of an expression."""

MOST_DEPTH = 50
"""Brackets, signs and powers within one another."""

MOST_FACTORIAL = 1_400

_PART = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|(mod\b|[a-z]+(?=\s*\()|[-+*/^!%(),√∛]))")
_ROOTS = {"sqrt": "√", "cbrt": "∛"}


class BadExpression(ValueError):
    """It follows another grammar than the one above."""


def value(expression: str) -> Value:
    """Return what an expression comes to. Raises BadExpression and NoValue."""
    reader = _Reader(_parts(expression))
    found = reader.sum(0)
    if not reader.is_at_end:
        raise BadExpression(expression)
    return found


def operations(expression: str) -> int:
    """Count what there is to compute in an expression: 0 for a number alone. Raises BadExpression."""
    parts = _parts(expression)
    computing = sum(1 for part in parts if part in "+-*/^!%√∛" or part[0].isalpha())
    return computing - sum(1 for at in range(len(parts)) if _is_sign(parts, at))


def shown(expression: str) -> str:
    """Return an expression as it is written on paper, 17 × 6; it is still one. Raises BadExpression."""
    signs = {"*": " × ", "/": " ÷ ", "+": " + ", "mod": " mod ", ",": ", "}
    parts = _parts(_plain_roots(_parts(expression)))
    said = ""
    for at, part in enumerate(parts):
        said += ("-" if _is_sign(parts, at) else " - ") if part == "-" else signs.get(part, part)
    return said


def _is_sign(parts: Sequence[str], at: int) -> bool:
    """Tell whether a minus makes a number negative, and takes nothing from another."""
    return parts[at] == "-" and (
        at == 0 or parts[at - 1] in ("(", ",", "*", "/", "+", "-", "^", "mod", "√", "∛")
    )


def _plain_roots(parts: Sequence[str]) -> str:
    """Return the expression with its roots as signs, without brackets around one number."""
    text = " ".join(parts)
    text = re.sub(r"\b(sqrt|cbrt) \( ([\d.]+) \)", lambda match: f"{_ROOTS[match[1]]}{match[2]}", text)
    return re.sub(r"\b(sqrt|cbrt)\b", lambda match: _ROOTS[match[1]], text)


def _parts(expression: str) -> list[str]:
    if len(expression) > MOST_LENGTH:
        raise BadExpression(expression)
    found, at, text = [], 0, expression.strip().replace("×", "*").replace("÷", "/")
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise BadExpression(expression)
        found.append(match[1] or match[2])
        at = match.end()
    return found


class _Reader:
    """Reads from the left, one rule of the grammar a function, and computes as it goes."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._parts = parts
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._parts)

    def sum(self, depth: int) -> Value:
        found = self._product(depth)
        while (sign := self._taken("+", "-")) is not None:
            other = self._product(depth)
            found = _joined(found, other, lambda a, b: a + b if sign == "+" else a - b)
        return found

    def _product(self, depth: int) -> Value:
        found = self._signed(depth)
        while (sign := self._taken("*", "/", "mod")) is not None:
            other = self._signed(depth)
            if sign == "*":
                found = _joined(found, other, lambda a, b: a * b)
            elif other == 0:
                raise NoValue("division_by_zero")
            elif sign == "/":
                found = _joined(found, other, lambda a, b: a / b)
            else:
                found = Fraction(_whole(found) % _whole(other))
        return found

    def _signed(self, depth: int) -> Value:
        if depth > MOST_DEPTH:
            raise BadExpression("nested too deep")
        if self._taken("-") is not None:
            return -self._signed(depth + 1)
        return self._power(depth)

    def _power(self, depth: int) -> Value:
        base = self._after(depth)
        return power(base, self._signed(depth + 1)) if self._taken("^") is not None else base

    def _after(self, depth: int) -> Value:
        found = self._atom(depth)
        while (sign := self._taken("!", "%")) is not None:
            found = _joined(found, Fraction(100), lambda a, b: a / b) if sign == "%" else _factorial(found)
        return found

    def _atom(self, depth: int) -> Value:
        if self.is_at_end or depth > MOST_DEPTH:
            raise BadExpression("something is missing, or nested too deep")
        part = self._parts[self._at]
        self._at += 1
        if part[0].isdigit() or part[0] == ".":
            if len(part) > MOST_DIGITS:
                raise NoValue("too_large")
            return Fraction(part)
        if part == "(":
            found = self.sum(depth + 1)
            self._need(")")
            return found
        if part in ("√", "∛"):
            return power(self._atom(depth + 1), Fraction(1, 2 if part == "√" else 3))
        if part in FUNCTIONS and self._taken("(") is not None:
            given = [self.sum(depth + 1)]
            while self._taken(",") is not None:
                given.append(self.sum(depth + 1))
            self._need(")")
            return FUNCTIONS[part](given)
        raise BadExpression(part)

    def _taken(self, *wanted: str) -> str | None:
        if self.is_at_end or self._parts[self._at] not in wanted:
            return None
        self._at += 1
        return self._parts[self._at - 1]

    def _need(self, wanted: str) -> None:
        if self._taken(wanted) is None:
            raise BadExpression(f"{wanted} is missing")


def _joined(one: Value, other: Value, join: Callable[[Fraction, Fraction], Fraction]) -> Value:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return bounded(join(one, other))
    return rounded(bounded(join(Fraction(one), Fraction(other))))


def _whole(number: Value) -> int:
    if not isinstance(number, Fraction) or number.denominator != 1:
        raise NoValue("not_whole")
    return number.numerator


def _factorial(of: Value) -> Fraction:
    number = _whole(of)
    if number < 0:
        raise NoValue("no_factorial")
    if number > MOST_FACTORIAL:
        raise NoValue("too_large")
    return Fraction(math.factorial(number))


def _only(given: Sequence[Value]) -> Value:
    if len(given) != 1:
        raise BadExpression("one number is taken")
    return given[0]


def _average(given: Sequence[Value]) -> Value:
    total = reduce(lambda one, other: _joined(one, other, lambda a, b: a + b), given)
    return _joined(total, Fraction(len(given)), lambda a, b: a / b)


FUNCTIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    "sqrt": lambda given: power(_only(given), Fraction(1, 2)),
    "cbrt": lambda given: power(_only(given), Fraction(1, 3)),
    "avg": _average,
    "gcd": lambda given: Fraction(math.gcd(*map(_whole, given))),
    "lcm": lambda given: bounded(Fraction(math.lcm(*map(_whole, given)))),
}
