"""How a number is written: exactly where that is short, else rounded and said so."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from sottovoce.exact.powers import Value

SIGNIFICANT = 10
"""Digits of a number that is rounded."""

MOST_PLACES = 20
"""Behind the point, of one that is not."""

GROUPED_FROM = 1_000


def written(number: Value) -> tuple[str, bool]:
    """Return a number's digits, without any between its thousands, and whether that is all of it."""
    if isinstance(number, Decimal):
        return _rounded(number), False
    if number.denominator == 1:
        return str(number.numerator), True
    places = _places(number.denominator)
    if places is None or places > MOST_PLACES:
        exact = Context(prec=SIGNIFICANT + 30)
        return _rounded(exact.divide(Decimal(number.numerator), Decimal(number.denominator))), False
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}", True


def grouped(digits: str) -> str:
    """Return digits with commas between their thousands, where there are more than three before the point."""
    whole, point, rest = digits.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if not whole.isdigit() or len(whole) < len(str(GROUPED_FROM)):
        return digits
    first = len(whole) % 3
    parts = [whole[at : at + 3] for at in range(first, len(whole), 3)]
    return f"{sign}{','.join([whole[:first], *parts] if first else parts)}{point}{rest}"


def with_decimal_comma(text: str) -> str:
    """Return a text with 1.234,5 for each 1,234.5."""
    return text.translate(str.maketrans(",.", ".,"))


def _places(denominator: int) -> int | None:
    """Return how many digits behind the point a fraction takes; None where they do not end."""
    counts = []
    for prime in (2, 5):
        count = 0
        while denominator % prime == 0:
            denominator //= prime
            count += 1
        counts.append(count)
    return max(counts) if denominator == 1 else None


def _rounded(number: Decimal) -> str:
    """Return a number of ten digits; very large and very small ones with a power of ten."""
    short = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_EVEN).plus(number).normalize()
    size = short.adjusted()
    if -7 < size < 15:
        return f"{short:f}"
    return f"{short.scaleb(-size):f} × 10^{size}"


def fraction(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"
