"""Picks the sentence of a passage that answers a question, without a model that writes. Pure.

By words. A reader that marks an answer in a text, such as a small BERT, would take the place of
`best_sentence`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from sottovoce.core.grounds import Citation, Found
from sottovoce.knowledge import sentences
from sottovoce.knowledge.cite import quoted
from sottovoce.knowledge.terms import Said, said

MOST = 3
NEAR = 0.75
"""A further passage is quoted where its sentence is at least so good, measured by the best one."""

_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|old|far|high|big)\b|\bwhen\b|多少|几|何时|什么时候|多[久长大高远]", re.I
)
BY_NUMBER = 0.25
BY_HEADING = 0.5


def best_quotes(question: str, passages: Sequence[Found], most: int = MOST) -> list[Citation]:
    """Return the sentences of the passages that answer a question best, in the passages' order."""
    spread = Counter(term for passage in passages for term in said(passage.text).terms)
    found = [(n, passage, *best_sentence(question, passage, spread)) for n, passage in enumerate(passages, 1)]
    best = max((score for *_, score in found), default=0.0)
    quotes: list[Citation] = []
    for n, passage, start, end, score in found:
        if score >= NEAR * best and end > start and len(quotes) < most:
            quotes.append(quoted(passage, n, start, end))
    return quotes


def best_sentence(question: str, passage: Found, spread: Counter[str]) -> tuple[int, int, float]:
    """Return from where to where it goes, in characters of the passage, and how good it is.

    `spread` counts in how many passages a term stands.
    """
    asked = said(question)
    headings = said("; ".join(passage.headings)).terms
    asks_number = _ASKS_NUMBER.search(question) is not None
    best = (0, 0, -1.0)
    for start, end in sentences.split(passage.text):
        score = _score(asked, said(passage.text[start:end]), headings, spread, asks_number=asks_number)
        if score > best[2]:
            best = (start, end, score)
    return best


def _score(
    asked: Said, says: Said, headings: frozenset[str], spread: Counter[str], *, asks_number: bool
) -> float:
    def weight(term: str) -> float:
        return 1 / math.log(2 + spread[term])

    total = sum(weight(term) for term in asked.terms) or 1.0
    share = sum(
        weight(term) if term in says.terms else BY_HEADING * weight(term)
        for term in asked.terms
        if term in says.terms or term in headings
    )
    numbers = len(asked.numbers & says.numbers) / len(asked.numbers) if asked.numbers else 0.0
    return share / total + BY_NUMBER * ((asks_number and bool(says.numbers)) + numbers)
