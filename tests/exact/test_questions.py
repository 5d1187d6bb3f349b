"""Every question of the sets is answered, by the value that another way to it gives; no near miss is."""

from __future__ import annotations

import calendar
import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import gcd, isqrt, lcm, prod
from pathlib import Path
from typing import Any

import pytest

from sottovoce.exact import calls, cleaning, reading

NOW = datetime(2026, 11, 27, 14, 5, tzinfo=UTC)
TODAY = NOW.date()


def questions(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))["question"]
    return found


SEEN, HELD_OUT = questions("questions.toml"), questions("held_out.toml")
MISSES = tomllib.loads(Path(__file__).with_name("near_misses.toml").read_text("utf-8"))

KNOWN: dict[str, Any] = {
    "F": Fraction,
    "D": date,
    "T": TODAY,
    "NOW": NOW,
    "days": timedelta,
    "leap": lambda year: "yes" if calendar.isleap(year) else "no",
    "monthdays": lambda year, month: calendar.monthrange(year, month)[1],
    "isqrt": isqrt,
    "prod": prod,
    "gcd": gcd,
    "lcm": lcm,
    "pow": pow,
    "range": range,
}


def computed(asked: str) -> calls.Result | None:
    call = reading.certain(asked, NOW)
    return None if call is None else calls.computed(call, cleaning.language(asked), TODAY)


@pytest.mark.parametrize("question", SEEN + HELD_OUT, ids=lambda question: question["ask"])
def test_the_value_is_right(question: dict[str, str]) -> None:
    result = computed(question["ask"])
    assert result is not None
    assert result.value == question["value"]
    checked = eval(question["check"], KNOWN)
    if isinstance(checked, str):
        assert result.value == checked
        return
    number = result.value.split(" ")[0].rstrip("%")
    found, wanted = Fraction(number), Fraction(checked)
    if found != wanted:  # then it is rounded, to ten digits
        assert "≈" in result.sentence
        assert len(Decimal(number).as_tuple().digits) <= 10
        assert abs(found - wanted) <= abs(wanted) / 10**9


def test_the_sets_are_as_large_as_they_should_be() -> None:
    assert len(SEEN) >= 200
    assert len(HELD_OUT) * 10 >= len(SEEN)
    asked = [question["ask"] for question in SEEN + HELD_OUT]
    assert len(set(asked)) == len(asked)
    assert sum(map(len, MISSES.values())) >= 150


@pytest.mark.parametrize("asked", [one for language in MISSES.values() for one in language])
def test_what_is_not_asked_is_not_answered(asked: str) -> None:
    assert computed(asked) is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("17 x 6", "17 × 6 = 102"),
        ("17乘6等于多少", "17 × 6 = 102"),
        ("What is 100 / 6?", "100 ÷ 6 = 50/3 ≈ 16.66666667"),
        ("12 is what percent of 80?", "12 ÷ 80 = 15%"),
        ("9^9^9", "9^9^9 is too large: its digits would fill pages."),
        ("What is 5 divided by 0?", "5 ÷ 0 has no value: nothing can be divided by zero."),
        ("5除以0等于多少", "5 ÷ 0 没有值：不能除以零。"),
        ("What is the square root of 2?", "√2 ≈ 1.414213562"),
        ("√-4 =", None),
        ("what is 3000!", "3000! is too large: its digits would fill pages."),
        ("180 cm in feet and inches", "180 centimetres ≈ 5 feet 10.87 inches"),
        ("6 feet in feet and inches", "6 feet = 6 feet 0 inches"),
        ("5公里是多少英里", "5 公里 ≈ 3.106855961 英里"),
        ("1 GB in MB", "1 gigabyte = 1,000 megabytes (in steps of 1,000; GiB counts in steps of 1,024)"),
        ("2 gallons in liters", "2 US gallons = 7.570823568 litres"),
        ("what day was 1 March 2024", "1 March 2024 was a Friday."),
        ("what day is it", "Today is Friday, 27 November 2026 (UTC, by the clock of this machine)."),
        ("what day is christmas this year", "25 December 2026 will be a Friday."),
        ("what day was 4 October 1600", "4 October 1600 was a Wednesday by the Gregorian calendar."),
        ("2024年3月1日是星期几", "2024年3月1日是星期五。"),
        (
            "how many weeks between 2024-01-01 and 2024-03-01",
            "From 1 January 2024 to 1 March 2024: 8 weeks and 4 days.",
        ),
        ("2024-01-31 plus 1 month", "1 month after 31 January 2024: Thursday, 29 February 2024."),
        ("What is 12/0?", "12 ÷ 0 has no value: nothing can be divided by zero."),
        ("Is 17 x 6 = 94?", "No: 17 × 6 = 102."),
        ("17 x 6 is 102, right?", "Yes: 17 × 6 = 102."),
        ("is 1/3 = 0.33?", "No: 1 ÷ 3 ≈ 0.3333333333."),
        ("17乘6等于94吗", "不对：17 × 6 = 102。"),
        ("1,5 + 2", "1,5 + 2 = 3,5"),
        ("12345,5 * 2", "12345,5 × 2 = 24.691"),
        ("1,500 + 2", "1500 + 2 = 1,502"),
        ("convert -300 C to K", "There is no -300 °C: absolute zero is -273.15 °C."),
        ("零下300摄氏度是多少开尔文", "不存在 -300 摄氏度：绝对零度是 -273.15 摄氏度。"),
        ("how many seconds in a year", "1 year = 31,536,000 seconds (a year of 365 days)"),
        ("一年有多少秒", "1 年 = 31,536,000 秒（一年按365天计算）"),
        ("What day is 29 February 2023?", "There is no 29 February 2023: February 2023 has 28 days."),
        ("what day is 2024-13-01", "There is no 2024-13-01: a year has 12 months."),
        ("2023年2月29日是星期几", "没有2023年2月29日这一天：2023年2月有28天。"),
        (
            "how old is someone born on 5 May 2090",
            "On 27 November 2026, somebody born on 5 May 2090 is not born yet.",
        ),
        (
            "what time is it",
            "It is 14:05 on Friday, 27 November 2026 (UTC, by the clock of this machine).",
        ),
        ("现在几点", "现在是2026年11月27日，星期五 14:05（UTC，按本机时钟）。"),
        ("三个月前是几号", "2026年11月27日的3个月前：2026年8月27日，星期四。"),
    ],
)
def test_the_sentence_is_of_the_questions_language(asked: str, said: str | None) -> None:
    result = computed(asked)
    assert (result.sentence if result is not None else None) == said


@pytest.mark.parametrize(
    "asked",
    [
        "",
        " ",
        "?",
        "=",
        "what is",
        "(((((",
        "1" * 300 + " + 1",
        "what is " + "9" * 280 + " * 2",
        "(" * 200 + "1" + ")" * 99,
        "1+" * 149 + "1",
        "days from " * 29,
        "how many a in " * 20,
        "过" * 300,
        "9" * 99 + "^" + "9" * 99,
        "5/0/0/0",
        "\x00 + \x00",
        "17\u200b x\u200b 6",
        "- - - - -5",
        "sqrt(" * 60 + "4" + ")" * 60,
        "1" * 1_000_000,
    ],
    ids=lambda asked: f"{asked[:12]!a}{len(asked)}",
)
def test_whatever_is_asked_ends(asked: str) -> None:
    found = computed(asked)
    assert found is None or (found.value != "" and len(found.sentence) < 20_000)
