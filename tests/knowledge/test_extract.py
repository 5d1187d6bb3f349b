"""Quotes without a model: the sentence of a passage that answers best."""

from __future__ import annotations

import pytest

from sottovoce.core.grounds import Found
from sottovoce.knowledge.extract import best_quotes

TEXTS = (
    (
        "Annual leave",
        "Leave is good for you. Staff get 25 days of paid leave a year. Unused leave is not paid out.",
    ),
    (
        "Sick leave",
        "Tell your manager before 9:00 on the first day. A note is needed from the fourth day on.",
    ),
    ("图书馆", "图书馆很安静。图书馆早上九点开门。借期为三十天。"),
)


def passages() -> list[Found]:
    return [
        Found("s", f"{at}.md", "d", None, (heading,), 50, 50 + len(text.encode()), text, 3.0 - at)
        for at, (heading, text) in enumerate(TEXTS)
    ]


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How many days of paid leave do staff get?", "Staff get 25 days of paid leave a year."),
        ("Is unused leave paid out?", "Unused leave is not paid out."),
        ("When do I tell my manager?", "Tell your manager before 9:00 on the first day."),
        ("From which day on is a note needed?", "A note is needed from the fourth day on."),
        ("图书馆几点开门？", "图书馆早上九点开门。"),
        ("借期多久？", "借期为三十天。"),
    ],
)
def test_the_sentence_that_answers_is_quoted(question: str, quote: str) -> None:
    assert [found.quote for found in best_quotes(question, passages())] == [quote]


def test_a_quote_is_what_stands_at_its_bytes() -> None:
    (found,) = best_quotes("图书馆几点开门？", passages())
    stored = bytes(50) + TEXTS[2][1].encode()
    assert stored[found.start : found.end].decode() == found.quote
    assert found.n == 3


def test_no_passages_no_quotes() -> None:
    assert best_quotes("Why?", []) == []
