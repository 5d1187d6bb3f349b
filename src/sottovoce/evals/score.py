"""How many answers passed: in all, by group, of those held out; and what they took. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sottovoce.evals.intervals import Share, wilson
from sottovoce.evals.items import Set
from sottovoce.evals.run import Answered
from sottovoce.store.evaluations import Evaluation


@dataclass(frozen=True, slots=True)
class Tally:
    """So many passed, of so many."""

    passed: int
    of: int

    @property
    def share(self) -> Share:
        return wilson(self.passed, self.of)


@dataclass(frozen=True, slots=True)
class Score:
    """`groups` are by group and language. `seconds`, `read` and `written` are of all answers together."""

    all: Tally
    held_out: Tally
    groups: dict[tuple[str, str], Tally]
    languages: dict[str, Tally]
    seconds: float
    read: int
    written: int

    def of_group(self, group: str) -> Tally:
        those = [tally for (name, _), tally in self.groups.items() if name == group]
        return Tally(sum(one.passed for one in those), sum(one.of for one in those))


def scored(answers: Sequence[Answered]) -> Score:
    """Return how the answers did."""
    groups = sorted({(one.item.group, one.item.language) for one in answers})
    languages = sorted({language for _, language in groups})
    return Score(
        _tally(answers),
        _tally([one for one in answers if one.item.held_out]),
        {
            key: _tally([one for one in answers if (one.item.group, one.item.language) == key])
            for key in groups
        },
        {code: _tally([one for one in answers if one.item.language == code]) for code in languages},
        sum(one.said.seconds for one in answers),
        sum(one.said.read for one in answers),
        sum(one.said.written for one in answers),
    )


def evaluation(model: str, asked: Set, score: Score, now: float) -> Evaluation:
    """Return what is remembered of a model's score on a set."""
    names = sorted({group for group, _ in score.groups})
    tallies = {name: score.of_group(name) for name in names}
    return Evaluation(
        model, asked.name, asked.version, asked.digest, len(asked.items), score.all.of, score.all.passed,
        {name: (tally.passed, tally.of) for name, tally in tallies.items()},
        score.seconds, score.written, now,
    )  # fmt: skip


def _tally(answers: Sequence[Answered]) -> Tally:
    return Tally(sum(one.passed for one in answers), len(answers))
