"""Questions about a time after all that a model learnt, in June 2024, asked in November 2026."""

from __future__ import annotations

import pytest

from sottovoce.guard.age import asks_for, later, sentence

NOW = 1_795_737_600.0
UNTIL = "2024-06"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who won the election in 2025?", "2025"),
        ("Who won the election in 2024?", None),
        ("What happened in 2024-07?", "2024-07"),
        ("What will change next year?", "2027"),
        ("What is in the news today?", "2026-11"),
        ("Tell me today's headlines", "2026-11"),
        ("What is the latest version of Python?", "2026-11"),
        ("Who is the current president of France?", "2026-11"),
        ("what's the weather in Paris right now", "2026-11"),
        ("2025年谁赢了？", "2025"),
        ("今天有什么新闻？", "2026-11"),
        ("最新的手机型号是什么？", "2026-11"),
        ("现任美国总统是谁？", "2026-11"),
        ("Why is the sky blue?", None),
        ("Write a poem about today", None),
        ("What is the current in a wire of 3 ohms?", None),
        ("I feel sad right now", None),
        ("How do I read the news from a file in Python?", None),
        ("What happened in 1969?", None),
        ("Who sits in room 2031?", None),
        ("What does word2199 mean?", None),
        ("I have 2050 euros, what can I buy?", None),
        ("Is 2050 kcal a day too much?", None),
        ("How far is 2100 miles?", None),
        ("A flat costs 2050 a month, is that much?", None),
        ("I earn $2,050 per week.", None),
        ("What is 2050 + 17?", None),
        ("Write 2050 words about whales.", None),
        ("我有2050元，能买什么？", None),
        ("2050个苹果要几个箱子？", None),
        ("What will people eat in 2050?", "2050"),
        ("In 2050 people will eat what?", "2050"),
        ("Can 2050 people stand in a square of 20 m?", None),
        ("How many people will there be by the year 2050?", "2050"),
        ("2050年的人们吃什么？", "2050"),
        ("What will a 2026 car cost?", "2026"),
        ("在2031年呢？", "2031"),
        ("今天我很累", None),
        ("", None),
    ],
)
def test_a_later_time_is_found(question: str, asked: str | None) -> None:
    assert later(question, UNTIL, NOW) == asked


def test_a_question_without_a_time_asks_for_none() -> None:
    assert not asks_for("Why is the sky blue?", NOW)
    assert asks_for("And in 1969?", NOW)


def test_to_a_model_of_this_month_now_is_not_later() -> None:
    assert later("What is in the news today?", "2026-11", NOW) is None
    assert later("What is in the news today?", "2026", NOW) is None


def test_what_is_said_names_both_times() -> None:
    english = "What this model learnt ends in June 2024; of November 2026 it knows nothing."
    assert sentence("2026-11", UNTIL, chinese=False) == english
    assert sentence("2027", "2023", chinese=False).endswith("ends in 2023; of 2027 it knows nothing.")
    assert (
        sentence("2026-11", UNTIL, chinese=True)
        == "这个模型所学的内容截止于2024年6月；它不可能知道2026年11月的事。"
    )
