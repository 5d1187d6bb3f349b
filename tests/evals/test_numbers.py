"""Numbers as people and models write them, and which of several is the answer."""

from __future__ import annotations

import pytest

from sottovoce.evals.numbers import answered


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("102", 102),
        ("102.", 102),
        ("**102**", 102),
        ("1,234", 1234),
        ("1,234,567.5", 1234567.5),
        ("1234567", 1234567),
        ("１，０２４", 1024),
        ("-5", -5),
        ("−5", -5),
        ("minus five", -5),
        ("0.1", 0.1),
        ("$42", 42),
        ("42 %", 42),
        ("Twenty-five", 25),
        ("one hundred and two", 102),
        ("twelve hundred", 1200),
        ("two million three hundred thousand and one", 2_300_001),
        ("1.5 million", 1_500_000),
        ("一百零二", 102),
        ("两百", 200),
        ("一百五", 150),
        ("十二", 12),
        ("一千", 1000),
        ("一千零二十四", 1024),
        ("三万五千", 35_000),
        ("一亿两千万", 120_000_000),
        ("三点一四", 3.14),
        ("负七", -7),
        ("二〇二四", 2024),
        ("约30万公里", 300_000),
        ("105分钟", 105),
    ],
)
def test_a_number_is_read_however_it_is_written(answer: str, value: float) -> None:
    assert answered(answer) == pytest.approx(value)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("17 × 6 = 102", 102),
        ("17 × 6 = 102.\n\nSo the boxes hold 102 pencils.", 102),
        ("The answer is 102 (that is 17 × 6).", 102),
        ("102, because 10 × 6 = 60 and 7 × 6 = 42", 102),
        ("10 × 6 = 60, 7 × 6 = 42, so 60 + 42 = 102", 102),
        ("4 workers need 6 days, so 8 workers need 3 days.", 3),
        ("3 boxes hold 72 pencils. The answer is 72.", 72),
        ("95 minutes (from 9:40 to 11:15)", 95),
        ("9 − 14 = −5", -5),
        ("No, 102", 102),
        ("1. 102", 102),
        ("Answer: 102", 102),
        ("10:30 and 8 boxes = 102. The answer is 102.", 102),
        ("We get 17*6 = 102", 102),
        ("*102*", 102),
        ("Sure! The result is 102.", 102),
        ("不是94，是102。", 102),
        ("答案是 102。", 102),
        ("23乘以7等于161", 161),
    ],
)
def test_of_several_numbers_the_one_that_is_given_as_the_answer_counts(answer: str, value: float) -> None:
    assert answered(answer) == pytest.approx(value)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I do not know.",
        "万一",
        "It is not 102.",
        "The answer is not 102.",
        "不是102。",
        "94 or 102",
        "It is 94 or 102.",
        "102 or 94",
        "94或102",
    ],
)
def test_no_number_is_given_where_it_is_missing_denied_or_left_open(answer: str) -> None:
    assert answered(answer) is None
