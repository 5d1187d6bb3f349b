"""Expressions: their values, exactly, and what has none."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from sottovoce.exact.arithmetic import BadExpression, operations, shown, value
from sottovoce.exact.powers import NoValue, whole_root
from sottovoce.exact.telling import grouped, written


@pytest.mark.parametrize(
    ("expression", "is_"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("2 - 3 - 4", -5),
        ("24 / 4 / 3", 2),
        ("2^3^2", 512),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("3 * -4", -12),
        ("--5", 5),
        ("15% * 80", 12),
        ("100 * (100% + 15%)", 115),
        ("5!", 120),
        ("0!", 1),
        ("0^0", 1),
        ("2^-3", Fraction(1, 8)),
        ("17 mod 5", 2),
        ("-17 mod 5", 3),
        (".5 + .25", Fraction(3, 4)),
        ("1/3 + 1/6", Fraction(1, 2)),
        ("sqrt(144)", 12),
        ("√144", 12),
        ("√(3 + 6)", 3),
        ("√√16", 2),
        ("cbrt(27)", 3),
        ("8^(1/3)", 2),
        ("(-8)^(1/3)", -2),
        ("(4/9)^0.5", Fraction(2, 3)),
        ("gcd(84, 126)", 42),
        ("lcm(4, 6, 10)", 60),
        ("avg(1, 2, 4)", Fraction(7, 3)),
        ("1^99999999", 1),
        ("(-1)^99999999", -1),
        ("17 × 6 ÷ 3", 34),
    ],
)
def test_a_value_is_exact(expression: str, is_: int | Fraction) -> None:
    assert value(expression) == is_


@pytest.mark.parametrize(
    ("expression", "about"),
    [
        ("sqrt(2)", 2**0.5),
        ("2^0.5", 2**0.5),
        ("10 * √3", 10 * 3**0.5),
        ("(√2)^3", 2**1.5),
        ("√(10^41)", 10**20.5),
        ("cbrt(2) / 7", 2 ** (1 / 3) / 7),
        ("2^√2", 2 ** (2**0.5)),
        ("2^0.001", 2**0.001),
        ("1.5^2.345", 1.5**2.345),
    ],
)
def test_a_root_that_is_not_whole_is_a_decimal(expression: str, about: float) -> None:
    found = value(expression)
    assert isinstance(found, Decimal)
    assert abs(float(found) - about) <= 1e-12 * about


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("1/0", "division_by_zero"),
        ("1/(2 - 2)", "division_by_zero"),
        ("5 mod 0", "division_by_zero"),
        ("0^-1", "division_by_zero"),
        ("9^9^9", "too_large"),
        ("9^99999999999", "too_large"),
        ("10^3999 * 10^3999", "too_large"),
        ("0.1^5000", "too_large"),
        ("2000!", "too_large"),
        ("√(-4)", "not_real"),
        ("(-8)^0.5", "not_real"),
        ("(-2)^√2", "not_real"),
        ("2.5 mod 2", "not_whole"),
        ("0.5!", "not_whole"),
        ("(-3)!", "no_factorial"),
    ],
)
def test_what_has_no_value_says_why(expression: str, why: str) -> None:
    with pytest.raises(NoValue) as problem:
        value(expression)
    assert problem.value.why == why


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "2 +",
        "+ 2",
        "2 2",
        "3(4)",
        "(1",
        "1)",
        "1.2.3",
        "two",
        "2 x 3",
        "sqrt",
        "sqrt()",
        "sqrt(1, 2)",
        "exit(1)",
        "__import__(1)",
        "2 & 3",
        "1e5",
        "(" * 60 + "1" + ")" * 60,
        "-" * 60 + "1",
        "1" * 3000,
    ],
)
def test_what_follows_another_grammar_is_refused(expression: str) -> None:
    with pytest.raises(BadExpression):
        value(expression)


@pytest.mark.parametrize(
    ("expression", "paper", "count"),
    [
        ("17*6", "17 × 6", 1),
        ("(3+4)*2^10", "(3 + 4) × 2^10", 3),
        ("sqrt(144)", "√144", 1),
        ("sqrt(1+3)", "√(1 + 3)", 2),
        ("-5+3", "-5 + 3", 1),
        ("3*-4", "3 × -4", 1),
        ("5 - -3", "5 - -3", 1),
        ("gcd(4,6)", "gcd(4, 6)", 1),
        ("7 mod 2", "7 mod 2", 1),
        ("42", "42", 0),
    ],
)
def test_an_expression_is_shown_as_on_paper_and_still_one(expression: str, paper: str, count: int) -> None:
    assert shown(expression) == paper
    assert value(paper) == value(expression)
    assert operations(expression) == count


@pytest.mark.parametrize("degree", [2, 3, 5, 10])
@pytest.mark.parametrize("of", [0, 1, 2, 26, 27, 28, 10**40, 10**40 + 1, 3**200])
def test_a_whole_root_is_the_largest_that_fits(of: int, degree: int) -> None:
    root = whole_root(of, degree)
    assert root**degree <= of < (root + 1) ** degree


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        (Fraction(102), ("102", True)),
        (Fraction(1, 8), ("0.125", True)),
        (Fraction(-1, 8), ("-0.125", True)),
        (Fraction(1, 3), ("0.3333333333", False)),
        (Fraction(2, 3), ("0.6666666667", False)),
        (Fraction(10**30, 7), ("1.428571429 × 10^29", False)),
        (Fraction(1, 3 * 10**9), ("3.333333333 × 10^-10", False)),
        (Decimal("1.41421356237309"), ("1.414213562", False)),
    ],
)
def test_a_number_is_written_whole_or_to_ten_digits(
    number: Fraction | Decimal, digits: tuple[str, bool]
) -> None:
    assert written(number) == digits


@pytest.mark.parametrize(
    ("digits", "with_commas"),
    [
        ("999", "999"),
        ("1000", "1,000"),
        ("-1234567.125", "-1,234,567.125"),
        ("100000", "100,000"),
        ("1 × 10^20", "1 × 10^20"),
    ],
)
def test_thousands_have_commas(digits: str, with_commas: str) -> None:
    assert grouped(digits) == with_commas
