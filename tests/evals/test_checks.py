"""Each check can fail, and is not taken in by rambling, hedging, denial, or a word in the wrong place."""

from __future__ import annotations

from typing import Any

import pytest

from sottovoce.evals.checks import CHECKS
from sottovoce.evals.given import Unfit

RAMBLE = (
    "Well, there are many cities one may think of when one thinks of countries and of what they are ruled "
    "from, and each of them has its own story, from London and Madrid to Paris and to Rome, and of course to "
    "Berlin as well, so that one should take care to name the right one."
)

CASES: list[tuple[str, Any, str, bool]] = [
    ("exact", "Paris", "Paris", True),
    ("exact", "Paris", "  **PARIS**. ", True),
    ("exact", "Paris", "Ｐａｒｉｓ。", True),
    ("exact", "Paris", "Paris is nice", False),
    ("exact", "Paris", "not Paris", False),
    ("exact", "Paris", RAMBLE, False),
    ("exact", "-5", "5", False),
    ("exact", "3.5", "35", False),
    ("exact", "1, 2, 3", "1,2,3", True),
    ("exact", "1, 2, 3", "1, 2", False),
    ("exact", "banana banana", "Sure! banana banana", False),
    ("exact", "苹果 苹果", "苹果苹果。", True),
    ("exact", "是", "不是", False),
    ("one_of", ["thank you", "thanks"], "“Thanks!”", True),
    ("one_of", ["thank you", "thanks"], "Thanks to all", False),
    ("names", ["Paris"], "Paris", True),
    ("names", ["Paris"], "The capital of France is **Paris**. It lies on the Seine.", True),
    ("names", ["Paris"], "Sure, the capital is Paris.", True),
    (
        "names",
        ["Paris"],
        "It is Paris. " + "It has been so for a long time, as is known to many people. " * 5,
        True,
    ),
    ("names", ["Paris"], "The answer is not Lyon but Paris.", True),
    ("names", ["Paris"], "Paris is the capital, " + "and has been so for many a long year " * 5, True),
    ("names", ["Paris"], "It is not Paris.", False),
    ("names", ["Paris"], "It isn't Paris, it is Lyon.", False),
    ("names", ["Paris"], "Paris is not the capital of France.", False),
    ("names", ["Paris"], "Anything other than Paris.", False),
    ("names", ["Paris"], "Parisian", False),
    ("names", ["Paris"], RAMBLE, False),
    ("names", ["Paris"], "I like it. It is large. It is old. Paris.", False),
    ("names", ["Au"], "The symbol is Au.", True),
    ("names", ["Au"], "Because of Australia", False),
    ("names", ["O2"], "CO2", False),
    ("names", ["H2O"], "H₂O", True),
    ("names", ["4B"], "In room 4B.", True),
    ("names", ["4B"], "In room 14B.", False),
    ("names", ["2 April"], "On 12 April.", False),
    ("names", ["巴黎"], "法国的首都是巴黎。", True),
    ("names", ["巴黎"], "法国的首都不是巴黎。", False),
    ("names", ["巴黎"], "巴黎不是法国的首都。", False),
    ("names_none", ["Sydney"], "Canberra, not Sydney", True),
    ("names_none", ["Sydney"], "Sydney or Canberra", False),
    ("names_none", ["悉尼"], "不是悉尼，是堪培拉", True),
    ("contains_all", ["river", "stone"], "The river wore down the stone.", True),
    ("contains_all", ["river", "stone"], "The rivers wore down the stones.", False),
    ("contains_all", [["H2O", "water"]], "It is water.", True),
    ("contains_all", ["因为", "所以"], "因为下雨，我没出门。", False),
    ("contains_none", ["star"], "It is no star.", False),
    ("contains_none", ["star"], "It starts to shine.", True),
    ("contains_none", ["热"], "太阳很亮。", True),
    ("contains_none", ["热"], "太阳很热。", False),
    ("number", 102, "102", True),
    ("number", 102, "94", False),
    ("number", 102, "no idea", False),
    ("number", {"value": 3.14, "within": 0.01}, "3.142", True),
    ("number", {"value": 3.14, "within": 0.01}, "3.2", False),
    ("choice", "B", "B", True),
    ("choice", "B", "B) dolphin", True),
    ("choice", "B", "The answer is (B).", True),
    ("choice", "B", "答案是 B。", True),
    ("choice", "B", "应选B", True),
    ("choice", "B", "A) shark. No, the answer is B.", False),
    ("choice", "B", "A. B", False),
    ("choice", "B", "B or C", False),
    ("choice", "B", "The answer is not B", False),
    ("choice", "A", "A good question, but I do not know.", False),
    ("choice", "A", "I choose a dolphin", False),
    ("choice", "B", RAMBLE, False),
    ("json", {"keys": ["name", "age"]}, '{"name": "Ana", "age": 31}', True),
    ("json", {"keys": ["name", "age"]}, '```json\n{"name": "Ana", "age": 31}\n```', True),
    ("json", {"keys": ["name", "age"]}, 'Here it is: {"name": "Ana", "age": 31}', False),
    ("json", {"keys": ["name", "age"]}, '{"name": "Ana"}', False),
    ("json", {"keys": ["name"]}, '{"name": "Ana", "age": 31}', False),
    ("json", {"keys": ["name"]}, '["name"]', False),
    ("json", {"keys": ["name"]}, "[" * 100_000, False),
    ("json", {"keys": ["age"], "values": {"age": 31}}, '{"age": "31"}', False),
    ("json", {"keys": ["age"], "values": {"age": 1}}, '{"age": true}', False),
    ("json", {"keys": ["name"], "values": {"name": "Ana"}}, '{"name": "ana"}', True),
    ("json", {"keys": ["name"], "values": {"name": "Ana"}}, '{"name": "Eva"}', False),
    ("lines", 3, "red\n\ngreen\nblue\n", True),
    ("lines", 3, "red, green, blue", False),
    ("length", {"words": 3}, "one two three", True),
    ("length", {"words": 3}, "one two three four", False),
    ("length", {"words": [2, 3]}, "one", False),
    ("length", {"characters": [3, 9]}, "桥是过河的路。", True),
    ("length", {"characters": 5}, "桥是过河的路。", False),
    ("length", {"characters": 5}, "……", False),
    ("starts_with", "Tomorrow", "“Tomorrow, we leave.”", True),
    ("starts_with", "Tomorrow", "Tomorrows are many.", False),
    ("starts_with", "Tomorrow", "We leave tomorrow.", False),
    ("starts_with", "明天", "明天见。", True),
    ("ends_with", "good night", "Sleep well. Good night!", True),
    ("ends_with", "good night", "Good night, my friend", False),
    ("ends_with", "night", "fortnight", False),
    ("ends_with", "万事如意", "祝你万事如意！", True),
    ("language", "zh", "草是绿色的。", True),
    ("language", "zh", "Grass is green.", False),
    ("language", "zh", "123", False),
    ("language", "en", "Grass is green.", True),
    ("language", "en", "天空是 blue", False),
    ("language", "en", "Небо голубое.", False),
    ("admits", True, "I don't know.", True),
    ("admits", True, "It is Karsk.", False),
]


@pytest.mark.parametrize(("name", "wanted", "answer", "passes"), CASES)
def test_an_answer_passes_only_what_it_holds(name: str, wanted: Any, answer: str, passes: bool) -> None:
    why = CHECKS[name](wanted)(answer)
    assert (why == "") is passes, why


def test_every_check_can_pass_and_can_fail() -> None:
    for name in CHECKS:
        assert {passes for case, _, _, passes in CASES if case == name} == {True, False}, name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("exact", ""),
        ("exact", "  "),
        ("exact", 7),
        ("exact", "a" * 3000),
        ("one_of", []),
        ("one_of", ["a"] * 100),
        ("names", [""]),
        ("contains_all", [[]]),
        ("number", "7"),
        ("number", True),
        ("number", float("nan")),
        ("number", {"value": 1}),
        ("choice", "E"),
        ("choice", "AB"),
        ("json", {"values": {}}),
        ("json", {"keys": ["a"], "values": {"b": 1}}),
        ("lines", 0),
        ("lines", 1.5),
        ("length", {"words": [1, 2, 3]}),
        ("length", {"tokens": 3}),
        ("length", 7),
        ("language", "de"),
        ("admits", False),
    ],
)
def test_what_a_check_cannot_hold_is_refused(name: str, wanted: Any) -> None:
    with pytest.raises(Unfit):
        CHECKS[name](wanted)


def test_no_check_takes_a_pattern() -> None:
    """A set may come from somebody else, and a regular expression can be made to run for ever."""
    assert CHECKS["exact"]("P.*")("Paris") != ""
    assert CHECKS["names"](["P.ris"])("Paris") != ""


@pytest.mark.parametrize("name", CHECKS)
def test_a_very_long_answer_is_held_against_every_check(name: str) -> None:
    wanted: dict[str, Any] = {
        "number": 7, "json": {"keys": ["a"]}, "lines": 2, "length": {"words": 3}, "language": "zh",
        "admits": True, "choice": "A",
    }  # fmt: skip
    assert CHECKS[name](wanted.get(name, "Paris"))("the quick brown fox, 12 or so " * 3000) != "" or name in (
        "contains_none",
        "names_none",
    )
