"""Powers and roots, exactly where they are exact; and how large a number may become."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow, Underflow
from fractions import Fraction

MOST_DIGITS = 4_000
"""Of a number in a computation; Python itself writes no more than 4,300 without being told to."""

MOST_DEGREE = 64
"""Of a root that is looked for among whole numbers."""

PRECISE = Context(
    prec=60,
    Emax=MOST_DIGITS,
    Emin=-MOST_DIGITS,
    traps=[DivisionByZero, InvalidOperation, Overflow, Underflow],
)
_LARGEST = 10**MOST_DIGITS

Value = Fraction | Decimal
"""A fraction is exact, a decimal is not."""


class NoValue(ArithmeticError):
    """It has no value that can be told.

    `why` is too_large, division_by_zero, not_real, not_whole or no_factorial.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def power(base: Value, exponent: Value) -> Value:
    """Return a power; of a fraction as exponent, its denominator is a root. Raises NoValue."""
    if base == 0:
        if exponent < 0:
            raise NoValue("division_by_zero")
        return Fraction(int(exponent == 0))
    if isinstance(exponent, Decimal) or exponent.denominator > MOST_DEGREE:
        if base < 0:
            raise NoValue("not_real")
        return decimal(lambda: PRECISE.power(rounded(base), rounded(exponent)))
    times = exponent.numerator
    if isinstance(base, Decimal):
        return _root(decimal(lambda: PRECISE.power(base, times)), exponent.denominator)
    digits = max(_digits(base.numerator), _digits(base.denominator))
    if abs(base) != 1 and (abs(times) > MOST_DIGITS * 4 or digits * abs(times) > MOST_DIGITS + abs(times)):
        raise NoValue("too_large")
    return _root(bounded(base ** (times % 2 if abs(base) == 1 else times)), exponent.denominator)


def _root(of: Value, degree: int) -> Value:
    """Return the real root: exact where there is one that is."""
    if degree == 1:
        return of
    if of < 0:
        if degree % 2 == 0:
            raise NoValue("not_real")
        return -_root(-of, degree)
    if isinstance(of, Fraction):
        over, under = whole_root(of.numerator, degree), whole_root(of.denominator, degree)
        if over**degree == of.numerator and under**degree == of.denominator:
            return Fraction(over, under)
        scale = 10 ** max(60, 60 - (_digits(of.numerator) - _digits(of.denominator)) // degree)
        digits = whole_root(of.numerator * scale**degree // of.denominator, degree)
        return rounded(Fraction(digits, scale))
    return decimal(lambda: PRECISE.power(of, rounded(Fraction(1, degree))))


def whole_root(of: int, degree: int) -> int:
    """Return the largest whole number whose power is not above this one."""
    if degree == 2:
        return math.isqrt(of)
    if of < 2:
        return of
    guess = 1 << -(-of.bit_length() // degree)  # never below the root: Newton's steps come down to it
    while True:
        step = ((degree - 1) * guess + of // guess ** (degree - 1)) // degree
        if step >= guess:
            return guess
        guess = step


def bounded(found: Fraction) -> Fraction:
    """Return a fraction that can be written. Raises NoValue."""
    if abs(found.numerator) >= _LARGEST or found.denominator >= _LARGEST:
        raise NoValue("too_large")
    return found


def rounded(number: Value) -> Decimal:
    """Return a number with 60 digits."""
    if isinstance(number, Decimal):
        return number
    return decimal(lambda: PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator)))


def decimal(work: Callable[[], Decimal]) -> Decimal:
    """Return what is computed with 60 digits. Raises NoValue."""
    try:
        return work()
    except DecimalException as problem:
        raise NoValue("too_large") from problem


def _digits(number: int) -> int:
    """Return at least the number of digits, without writing them."""
    return int(abs(number).bit_length() * 0.30103) + 1
