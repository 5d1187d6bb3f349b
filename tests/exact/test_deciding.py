"""What a model may decide: one sum over the numbers that stand in the question, or nothing."""

from __future__ import annotations

import json

import jsonschema
import pytest

from sottovoce.exact import deciding

EGGS = "If I have 17 boxes of 6 eggs, how many eggs do I have?"


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        (EGGS, ("17", "6")),
        ("Tom has twelve apples and gives away 5. How many are left?", ("12", "5")),
        ("A coat costs 1,250.50 and a hat 40. How much is it in total?", ("1250.50", "40")),
        ("小明有3个苹果，又买了5个，一共有几个？", ("3", "5")),
        ("三个人每人十二元，一共多少元？", ("3", "12")),
    ],
)
def test_a_question_that_counts_something_may_be_a_sum(question: str, numbers: tuple[str, ...]) -> None:
    assert deciding.numbers(question) == numbers
    assert deciding.may_be_sum(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many people live in Paris?",
        "How many people live within 5 km of Paris?",
        "Is 17 x 6 a good resolution?",
        "Write a poem about 2 swans and 3 ducks.",
        "版本1.2.3和1.2.4有什么不同？",
        "How many of these are prime: 1, 2, 3, 4, 5, 6, 7, 8, 9?",
        "A coat costs 1,50 and a hat 2, how much is it in total?",
        "How many? " + "3 and 4 " * 100,
    ],
)
def test_no_model_is_asked_for_less(question: str) -> None:
    assert not deciding.may_be_sum(question)


@pytest.mark.parametrize(
    ("tool", "expression", "call"),
    [
        ("calculate", "17*6", "17 × 6"),
        ("calculate", " 6 * (17) ", "6 × (17)"),
        ("calculate", "17 + 6 - 6", "17 + 6 - 6"),
        ("none", "17*6", None),
        ("none", "", None),
        ("calculate", "", None),
        ("calculate", "17", None),
        ("calculate", "17*7", None),
        ("calculate", "17*6 = 102", None),
        ("calculate", "17**6", None),
        ("calculate", "17/(6-6)", None),
        ("calculate", "17 6", None),
        ("convert", "17*6", None),
        ("calculate", 102, None),
    ],
)
def test_a_decision_is_held_against_the_question(tool: str, expression: object, call: str | None) -> None:
    found = deciding.decided(json.dumps({"tool": tool, "expression": expression}), EGGS)
    assert (None if found is None else found.arguments["expression"]) == call


@pytest.mark.parametrize("said", ["", "17*6", "{", "[]", "null", '{"tool": "calculate"}', "42", '"none"'])
def test_what_is_no_decision_is_none(said: str) -> None:
    assert deciding.decided(said, EGGS) is None


def test_the_schema_allows_nothing_but_signs_and_digits() -> None:
    held = jsonschema.Draft202012Validator(json.loads(deciding.SCHEMA))
    assert held.is_valid({"tool": "calculate", "expression": "(17 + 3) * 6"})
    assert not held.is_valid({"tool": "calculate", "expression": "seventeen"})
    assert not held.is_valid({"tool": "write", "expression": "1"})
    assert "17, 6" in deciding.asked(EGGS)
