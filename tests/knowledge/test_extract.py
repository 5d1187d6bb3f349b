"""Quotes without a model: the sentence of a passage that answers best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from sottovoce.core.grounds import Found
from sottovoce.knowledge.extract import MOST_JUDGED, Judge, Sentence, best_quotes

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


def passages(texts: Sequence[tuple[str, str]] = TEXTS) -> list[Found]:
    return [
        Found("s", f"{at}.md", "d", None, (heading,), 50, 50 + len(text.encode()), text, 3.0 - at)
        for at, (heading, text) in enumerate(texts)
    ]


def judging(scores: Mapping[str, float], asked: list[str] | None = None) -> Judge:
    """Return a judge that knows these sentences, and gives all others nothing."""

    async def judge(question: str, judged: Sequence[Sentence]) -> Sequence[float]:
        if asked is not None:
            asked.extend(one.text for one in judged)
        return [scores.get(one.text, 0.0) for one in judged]

    return judge


async def quotes(question: str, judge: Judge, texts: Sequence[tuple[str, str]] = TEXTS) -> list[str]:
    return [found.quote for found in await best_quotes(question, passages(texts), judge)]


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
async def test_the_sentence_that_answers_is_quoted(question: str, quote: str) -> None:
    assert [found.quote for found in await best_quotes(question, passages())] == [quote]


async def test_a_quote_is_what_stands_at_its_bytes() -> None:
    (found,) = await best_quotes("图书馆几点开门？", passages())
    stored = bytes(50) + TEXTS[2][1].encode()
    assert stored[found.start : found.end].decode() == found.quote
    assert found.n == 3


async def test_no_passages_no_quotes() -> None:
    assert await best_quotes("Why?", []) == []


async def test_where_nothing_of_the_question_is_said_nothing_is_quoted() -> None:
    assert await best_quotes("Which zebra?", passages()) == []


async def test_a_number_alone_answers_no_question() -> None:
    assert await best_quotes("How many zebras?", passages()) == []


async def test_the_best_is_quoted_first_and_three_at_most() -> None:
    texts = [("", "Paid leave."), *[("", "Paid leave for staff.")] * 3]
    found = await best_quotes("Paid leave for staff?", passages(texts))
    assert [one.n for one in found] == [2, 3, 4]


async def test_a_sentence_in_other_words_is_quoted_where_a_judge_knows_it() -> None:
    judge = judging({"A note is needed from the fourth day on.": 0.6, "Leave is good for you.": 0.2})
    question = "When must I bring a doctor's certificate?"
    assert await quotes(question, judging({})) == []
    assert await quotes(question, judge) == ["A note is needed from the fourth day on."]


async def test_words_and_judge_are_heard_together() -> None:
    """The one that has words of the question too wins over one that only the judge likes a little more."""
    texts = [("", "Staff get 25 days of paid leave. Holidays are long and sunny. Nothing else counts.")]
    judge = judging({"Holidays are long and sunny.": 0.52, "Staff get 25 days of paid leave.": 0.5})
    asked = "How many days of paid leave?"
    assert await quotes(asked, judge, texts) == ["Staff get 25 days of paid leave."]


async def test_words_that_mean_something_else_are_not_quoted_beside_what_the_judge_chose() -> None:
    judge = judging(
        {"Unused leave is not paid out.": 0.6, "Tell your manager before 9:00 on the first day.": 0.2}
    )
    said = await quotes("Do I get money on the last day for leave I did not take?", judge)
    assert said == ["Unused leave is not paid out."]


async def test_a_judge_that_cannot_tell_leaves_it_to_the_words() -> None:
    async def silent(question: str, judged: Sequence[Sentence]) -> Sequence[float]:
        return ()

    asked = "Is unused leave paid out?"
    for judge in (silent, judging({})):
        assert await quotes(asked, judge) == ["Unused leave is not paid out."]


async def test_a_judge_is_asked_about_a_few_sentences_and_those_with_the_words_are_among_them() -> None:
    asked: list[str] = []
    texts = [*[("", "Nothing here. Nor here. Not even here.")] * 20, ("", "Zebras sleep on their feet.")]
    await quotes("Where do zebras sleep?", judging({}, asked), texts)
    assert len(asked) == MOST_JUDGED
    assert asked[:2] == ["Zebras sleep on their feet.", "Nothing here."]


async def test_a_row_of_a_table_is_quoted_by_what_its_first_row_calls_its_cells() -> None:
    parts = "Spares\npart\tprice\nimpeller\t45,90\nfilter\t12,50"
    assert await quotes("price of the impeller", judging({}), [("", parts)]) == ["impeller\t45,90"]
    assert await quotes("What does a filter cost, its price?", judging({}), [("", parts)]) == [
        "filter\t12,50"
    ]


TEAM = "Name\tRole\tExtension\n" + "\n".join(
    f"Person{at} Surname{at}\tEngineer\t{4000 + at}" for at in range(9)
)
LANDS = "Country\tCapital\tArea\nRuritania\tStrelsau\t4567\nElbonia\tMudville\t89"
REST = "\n".join(f"Person{at} Surname{at}\tEngineer\t{4000 + at}" for at in range(9, 18))


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("Whose extension is 4003?", "Person3 Surname3\tEngineer\t4003"),
        ("What is Person4's extension?", "Person4 Surname4\tEngineer\t4004"),
        ("Whose extension is 4009?", "Person9 Surname9\tEngineer\t4009"),  # in a passage without a head
        ("Which country has the capital Strelsau?", "Ruritania\tStrelsau\t4567"),
        ("What is the capital of Elbonia?", "Elbonia\tMudville\t89"),
    ],
)
async def test_the_row_that_is_asked_for_is_quoted_and_no_other(question: str, row: str) -> None:
    texts = [("", TEAM), ("", REST), ("", LANDS)]
    assert await quotes(question, judging({}), texts) == [row]
    heads = {"Name\tRole\tExtension": 0.9, "Country\tCapital\tArea": 0.9, row: 0.6}
    assert await quotes(question, judging(heads), texts) == [row]


async def test_nothing_is_quoted_of_a_table_by_its_head_alone() -> None:
    assert await quotes("Whose extension is the newest?", judging({}), [("", TEAM)]) == []
