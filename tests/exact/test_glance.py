"""A glance may say yes to what no reader reads, and never no to what one does."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sottovoce.exact import claims, dating, glance, reading, sums

NOW = datetime(2026, 11, 27, 14, 5, tzinfo=UTC)
HERE = Path(__file__).parent
ASKED = [
    question["ask"]
    for name in ("questions.toml", "held_out.toml")
    for question in tomllib.loads((HERE / name).read_text("utf-8"))["question"]
]


@pytest.mark.parametrize("question", ASKED)
@pytest.mark.parametrize("around", ["{}", "Please, {}", "请问{}", "{} Thanks", "  {}??"])
def test_whatever_is_read_is_not_passed_over(question: str, around: str) -> None:
    asked = around.format(question)
    assert glance.may_be_read(asked) or reading.certain(asked, NOW) is None


@pytest.mark.parametrize(
    "question",
    [
        "Tell me about the 3 largest cities.",
        "What happened in 1969?",
        "Write a poem of 12 lines about the sea.",
        "Who won the World Cup in 2018?",
        "Explain HTTP/2 to me.",
        "请写一首8行的诗",
    ],
)
def test_most_questions_with_a_number_in_them_need_no_reader(question: str) -> None:
    assert not glance.may_be_read(question)


def test_every_word_of_a_sum_is_known_at_a_glance() -> None:
    expressions = [
        *(pattern for pattern, _ in (*sums._ENGLISH, *sums._SIGNS)),
        *(one.pattern for one in claims._ASKS),
        *(one.pattern for one in (sums._ASKING, sums._CALCULATING, sums._EQUALS, *sums._PERCENT_OF)),
    ]
    words = {
        word
        for expression in expressions
        for word in re.findall("[a-z]+", re.sub(r"\\[a-z]|\(\?P<\w+>", " ", expression))
    }
    assert words <= glance._OF_SUMS


def test_every_question_of_a_day_has_a_word_that_is_known_at_a_glance() -> None:
    for expression, _ in dating._ENGLISH:
        assert glance._DAYS.search(re.sub(r"\(\?P<\w+>", "(", expression)), expression
    for expression, _ in dating._HAN:
        assert glance._HAN_ASKED.search(re.sub(r"\(\?P<\w+>", "(", expression)), expression
