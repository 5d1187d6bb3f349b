"""How doubtful an answer is, from 0 to 1: a sum of weights over its signals. Pure, but for its own file.

The weights stand in doubt.txt, which `python -m bench.doubt` makes from the set of questions that comes with
the program: decisions/0029-signals-of-doubt.md says how well they tell right from wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from sottovoce.hybrid.routing.signals import Signals

FILE = "doubt.txt"


@dataclass(frozen=True, slots=True)
class Weight:
    """Of one signal, once its `mean` is taken away and it is divided by its `spread`."""

    mean: float
    spread: float
    weight: float


@dataclass(frozen=True, slots=True)
class Weights:
    """`limit` is the doubt from which on an answer counts as doubtful, where the owner says no other."""

    signals: dict[str, Weight]
    bias: float
    limit: float


def doubt(found: Signals, weights: Weights | None = None) -> float:
    """Return how likely it is that an answer is wrong, as far as its signals tell."""
    weights = weights or ours()
    values = features(found)
    total = weights.bias + sum(
        one.weight * (values[name] - one.mean) / one.spread for name, one in weights.signals.items()
    )
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


def features(found: Signals) -> dict[str, float]:
    """Return the signals as they are weighed: the count by its logarithm."""
    return {
        "first": found.first,
        "lowest": found.lowest,
        "unsure": found.unsure,
        "length": math.log(found.length),
    }


@cache
def ours() -> Weights:
    """Return the weights that come with the program."""
    from importlib import resources

    return read((resources.files("sottovoce.hybrid.routing") / FILE).read_text("utf-8"))


def read(text: str) -> Weights:
    """Return the weights in a file's text: a name and its numbers on each line. Raises ValueError."""
    alone: dict[str, float] = {}
    found: dict[str, Weight] = {}
    for line in text.splitlines():
        name, *numbers = line.partition("#")[0].split() or [""]
        if name in ("bias", "limit") and len(numbers) == 1:
            alone[name] = float(numbers[0])
        elif name:
            mean, spread, weight = map(float, numbers)
            found[name] = Weight(mean, spread, weight)
    return Weights(found, alone["bias"], alone["limit"])
