"""Two on the same questions: who got which right, and by how much one is better. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sottovoce.evals.intervals import Paired
from sottovoce.evals.run import Answered


@dataclass(frozen=True, slots=True)
class Pair:
    """One question, answered by both."""

    first: Answered
    second: Answered

    @property
    def is_same(self) -> bool:
        return self.first.said.answer == self.second.said.answer


def pairs(first: Sequence[Answered], second: Sequence[Answered]) -> list[Pair]:
    """Return the questions that both have answered, in the order of the first."""
    others = {one.item.id: one for one in second}
    return [Pair(one, others[one.item.id]) for one in first if one.item.id in others]


def paired(found: Sequence[Pair]) -> Paired:
    """Return how both fared on the questions that have an answer to be held against."""
    told = [(pair.first.passed, pair.second.passed) for pair in found if pair.first.item.checks]
    return Paired(
        *(told.count(case) for case in ((True, True), (True, False), (False, True), (False, False)))
    )


def by_group(found: Sequence[Pair]) -> Iterator[tuple[str, Paired]]:
    """Yield each group with how both fared there."""
    for group in sorted({pair.first.item.group for pair in found if pair.first.item.checks}):
        yield group, paired([pair for pair in found if pair.first.item.group == group])


def told(counts: Paired, first: str, second: str) -> str:
    """Say in a sentence which is better, as far as that can be said."""
    difference = counts.difference()
    if difference.low > 0 or difference.high < 0:
        better, worse = (second, first) if difference.value > 0 else (first, second)
        low, high = sorted((abs(difference.low), abs(difference.high)))
        return (
            f"{better} is better than {worse}: by {abs(difference.value):.0%} of the questions "
            f"(95 %: {low:.0%} to {high:.0%})."
        )
    return (
        f"No difference to be seen: {difference.value:+.0%} of the questions for {second} "
        f"(95 %: {difference.low:+.0%} to {difference.high:+.0%})."
    )
