"""Numbers in words, in English and in Chinese."""

from __future__ import annotations

import pytest

from sottovoce.exact.numerals import english, han


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("seventeen times six", "17 times 6"),
        ("twenty-five", "25"),
        ("one hundred and two", "102"),
        ("a hundred", "100"),
        ("twelve hundred", "1200"),
        ("one million two hundred thousand", "1200000"),
        ("3.5 million", "3500000"),
        ("two dozen", "24"),
        ("two and three", "two and three"),
        ("two three", "two three"),
        ("nineteen eighty", "nineteen eighty"),
        ("one thousand million", "one thousand million"),
        ("someone", "someone"),
        ("tension", "tension"),
    ],
)
def test_english(said: str, digits: str) -> None:
    assert english(said) == digits


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("一百二十三乘以四", "123乘以4"),
        ("二〇二四年", "2024年"),
        ("十七", "17"),
        ("十", "10"),
        ("三点一四", "3.14"),
        ("两万五千", "25000"),
        ("一亿零三万", "100030000"),
        ("三十五亿六千万", "3560000000"),
        ("三百五", "350"),
        ("三千五", "三千五"),
        ("一百零五", "105"),
        ("3万", "30000"),
        ("1.5亿", "150000000"),
        ("万一", "万一"),
        ("零", "0"),
        ("一千万亿", "1000000000000000"),
    ],
)
def test_chinese(said: str, digits: str) -> None:
    assert han(said) == digits


def test_every_number_to_ten_thousand_is_read_as_it_is_written() -> None:
    for number in range(1, 10_000):
        assert han(_chinese(number)) == str(number)
        assert english(_english(number)) == str(number)


def _chinese(number: int) -> str:
    """Write a number below ten thousand, by a way of its own."""
    digits, said = f"{number:04}", ""
    for at, digit in enumerate(digits):
        if digit != "0":
            said += (
                "零" * (bool(said) and digits[at - 1] == "0")
                + "零一二三四五六七八九"[int(digit)]
                + ("千", "百", "十", "")[at]
            )
    return said.removeprefix("一") if 10 <= number < 20 else said


def _english(number: int) -> str:
    ones = (
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    )  # fmt: skip
    tens = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
    if number < 20:
        return ones[number]
    if number < 100:
        return tens[number // 10] + (f"-{ones[number % 10]}" if number % 10 else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = number % size
    and_ = " and " if 0 < rest < 100 else " "
    return f"{_english(number // size)} {name}" + (f"{and_}{_english(rest)}" if rest else "")
