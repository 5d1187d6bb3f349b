"""Picks the sentences of passages that answer a question, without a model that writes.

By words; and by a judge, where there is one that can tell. Knows neither shelves nor engines.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sottovoce.core.grounds import Citation, Found
from sottovoce.knowledge import rank, sentences
from sottovoce.knowledge.cite import quoted
from sottovoce.knowledge.tables import Table, tables
from sottovoce.knowledge.terms import Said, said

MOST = 3
NEAR = 0.75
"""A further passage is quoted where its sentence is at least so good, measured by the best one."""

MOST_JUDGED = 24
"""Sentences that a judge is asked about: a third of them those with most of the question's words."""

WORDS, JUDGED = 1.0, 2.0
"""What an order by words and one by a judge weigh where they are fused."""

SMOOTH = 10
"""Of that fusion: with so few sentences the first ranks count for more than in a search."""

_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|old|far|high|big)\b|\bwhen\b|多少|几|何时|什么时候|多[久长大高远]", re.I
)
BY_NUMBER = 0.25
BY_HEADING = 0.5


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, from one character of its text to before another. `n`: which one, from 1.

    `table` is the one that it is a row of.
    """

    n: int
    passage: Found
    start: int
    end: int
    table: Table | None = None

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


Judge = Callable[[str, Sequence[Sentence]], Awaitable[Sequence[float]]]
"""Says how well each sentence answers a question, 0 for not at all; nothing where it cannot tell.

A model of vectors does so here (likeness.py). A reader that marks an answer in a passage, such as a small
BERT, would come in as another: each sentence with the score of the best answer that is marked in it.
"""


async def nobody(question: str, judged: Sequence[Sentence]) -> Sequence[float]:
    """Leave it to the words."""
    return ()


async def best_quotes(
    question: str, passages: Sequence[Found], judge: Judge = nobody, most: int = MOST
) -> list[Citation]:
    """Return the sentences that answer a question best, one of a passage, the best first.

    None where no sentence has anything of the question.
    """
    told = _told(question, passages)
    by_words = _by_words(question, passages, told)
    first = rank.best(by_words, MOST_JUDGED // 3)
    judged = list(dict.fromkeys([*first, *range(len(told))]))[:MOST_JUDGED]
    verdict = await judge(question, [told[at] for at in judged]) if judged else ()
    by_judge = {at: score for at, score in zip(judged, verdict, strict=bool(verdict)) if score > 0}
    scores = _fused(by_words, by_judge) if by_judge else by_words
    worst = NEAR * max(scores.values(), default=0.0)
    quotes: dict[int, Citation] = {}
    for at in rank.best(scores, len(scores)):
        one = told[at]
        if scores[at] >= worst and one.n not in quotes and len(quotes) < most:
            quotes[one.n] = quoted(one.passage, one.n, one.start, one.end)
    return list(quotes.values())


def _told(question: str, passages: Sequence[Found]) -> list[Sentence]:
    """Return the sentences that may answer. The head of a table never does.

    Of rows, those that have all the numbers of the question, where any has: it was looked up by these.
    """
    told: list[Sentence] = []
    for n, passage in enumerate(passages, 1):
        found = list(tables(passage.text))
        for start, end in sentences.split(passage.text):
            table = next((one for one in found if one.has(start)), None)
            if table is None or not table.is_head(start):
                told.append(Sentence(n, passage, start, end, table))
    asked = _values(said(question))
    right = {at for at, one in enumerate(told) if one.table is not None and asked <= _values(said(one.text))}
    if not asked or not right:
        return told
    return [one for at, one in enumerate(told) if one.table is None or at in right]


def _values(says: Said) -> frozenset[str]:
    return frozenset(number.value for number in says.numbers)


def _fused(by_words: rank.Scores, by_judge: rank.Scores) -> dict[int, float]:
    """Return one score for each sentence that the judge lets pass, and finds nearly as good as the best."""
    least = NEAR * max(by_judge.values())
    orders = [rank.best(scores, len(scores)) for scores in (by_words, by_judge)]
    fused = rank.fused(orders, (WORDS, JUDGED), SMOOTH)
    return {at: fused[at] for at, score in by_judge.items() if score >= least}


def _by_words(question: str, passages: Sequence[Found], told: Sequence[Sentence]) -> dict[int, float]:
    """Return how much of a question each sentence says; those that say nothing of it are left out."""
    asked = said(question)
    asks_number = _ASKS_NUMBER.search(question) is not None
    spread = Counter(term for passage in passages for term in said(passage.text).terms)
    headings = [said("; ".join(passage.headings)).terms for passage in passages]
    scores: dict[int, float] = {}
    for at, one in enumerate(told):
        above = headings[one.n - 1]
        if one.table is None:
            scores[at] = _score(asked, said(one.text), above, spread, asks_number=asks_number)
        else:
            scores[at] = _score_of_row(asked, said(one.text), above | said(one.table.head).terms, spread)
    return {at: score for at, score in scores.items() if score > 0}


def _score(
    asked: Said, says: Said, headings: frozenset[str], spread: Counter[str], *, asks_number: bool
) -> float:
    total = sum(_weight(term, spread) for term in asked.terms) or 1.0
    share = _share(asked, says, headings, spread)
    numbers = len(asked.numbers & says.numbers) / len(asked.numbers) if asked.numbers else 0.0
    if not share and not numbers:
        return 0.0  # any number answers "how many", but of what?
    return share / total + BY_NUMBER * ((asks_number and bool(says.numbers)) + numbers)


def _score_of_row(asked: Said, says: Said, above: frozenset[str], spread: Counter[str]) -> float:
    """Return the same for the row of a table: it is looked up by numbers as well as by words."""
    wanted = _values(asked)
    found = wanted & _values(says)
    if not found and not asked.terms & says.terms:
        return 0.0  # only what stands above all rows alike
    total = sum(_weight(term, spread) for term in asked.terms) + len(wanted)
    return (_share(asked, says, above, spread) + len(found)) / total


def _share(asked: Said, says: Said, above: frozenset[str], spread: Counter[str]) -> float:
    return sum(
        _weight(term, spread) * (1.0 if term in says.terms else BY_HEADING)
        for term in asked.terms
        if term in says.terms or term in above
    )


def _weight(term: str, spread: Counter[str]) -> float:
    return 1 / math.log(2 + spread[term])
