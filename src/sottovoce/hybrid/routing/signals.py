"""How sure a model was of an answer that it wrote here, in a few numbers. Pure; doubt.py weighs them.

Only the beginning of an answer counts, so that long and short ones compare. What counts at each place is how
likely its likeliest token was: that does not change with the temperature at which one was drawn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sottovoce.core.events import Likelihood

FIRST = 64
"""Tokens of an answer that are looked at."""

LOWEST = 5
"""Places at which the model was least sure."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Natural logarithms of probabilities, none above 0, and counts in tokens.

    `mean` over all places, `first` of the first, `lowest` of the few least sure. `unsure` is the share of
    places where no token had one half. `length` is at most FIRST; `asked` counts the prompt.
    """

    mean: float
    first: float
    lowest: float
    unsure: float
    length: int
    asked: int

    def to_json(self) -> str:
        return json.dumps({name: round(value, 5) for name, value in asdict(self).items()})


def from_json(text: str) -> Signals | None:
    """Return what was written down; None where that is nothing, or something else."""
    try:
        found = json.loads(text)
        mean, first, lowest, unsure = (float(found[name]) for name in ("mean", "first", "lowest", "unsure"))
        return Signals(mean, first, lowest, unsure, int(found["length"]), int(found["asked"]))
    except (ValueError, TypeError, KeyError):
        return None


def signals(written: Sequence[Likelihood], asked: int) -> Signals | None:
    """Return the signals of an answer with these tokens; None for one that no model weighed."""
    places = [_likeliest(one) for one in written[:FIRST]]
    if not places:
        return None
    lowest = sorted(places)[:LOWEST]
    return Signals(
        sum(places) / len(places),
        places[0],
        sum(lowest) / len(lowest),
        sum(place < math.log(0.5) for place in places) / len(places),
        len(places),
        asked,
    )


def _likeliest(one: Likelihood) -> float:
    return max(one.logprob, *(other.logprob for other in one.others)) if one.others else one.logprob
