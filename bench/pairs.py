"""Two things timed in turn, A B B A …, and what can be said of their ratio.

Quote the median of the ratios within pairs. A figure is met when the whole 95 % bootstrap interval
reaches it; an A/A row shows how much of a difference is noise.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

RESAMPLES = 4000
NOISE = "(A/A)"
"""Stands in the name of a row of one thing against itself."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with its 95 % bootstrap interval."""

    median: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `bar` is the figure to reach; `at_most` says in which direction."""

    name: str
    spread: Spread
    unit: str
    bar: float | None
    at_most: bool
    samples: tuple[float, ...]

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return "noise floor" if NOISE in self.name else ""
        edge = self.spread.high if self.at_most else self.spread.low
        met = edge <= self.bar if self.at_most else edge >= self.bar
        return "met" if met else "missed"


def spread(samples: Sequence[float]) -> Spread:
    chance = random.Random(7)
    medians = sorted(statistics.median(chance.choices(samples, k=len(samples))) for _ in range(RESAMPLES))
    return Spread(
        statistics.median(samples),
        medians[int(RESAMPLES * 0.025)],
        medians[int(RESAMPLES * 0.975)],
        len(samples),
    )


def row(name: str, samples: Sequence[float], unit: str, bar: float | None, *, at_most: bool = True) -> Row:
    return Row(name, spread(samples), unit, bar, at_most, tuple(samples))


def ratios(one: Callable[[], float], other: Callable[[], float], count: int) -> list[float]:
    """Return one()/other() for each pair, changing which goes first."""
    found = []
    for at in range(count):
        if at % 2:
            second, first = other(), one()
        else:
            first, second = one(), other()
        found.append(first / second)
    return found
