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
    """Natural logarithms of probabilities, none above 0.

    `first` of the first place, `lowest` over the few least sure. `unsure` is the share of places where no
    token had one half. `length` counts tokens, at most FIRST.
    """

    first: float
    lowest: float
    unsure: float
    length: int

    def to_json(self) -> str:
        return json.dumps({name: round(value, 5) for name, value in asdict(self).items()})


def from_json(text: str) -> Signals | None:
    """Return what was written down; None where that is nothing, or something else."""
    try:
        found = json.loads(text)
        first, lowest, unsure = (float(found[name]) for name in ("first", "lowest", "unsure"))
        return Signals(first, lowest, unsure, int(found["length"]))
    except (ValueError, TypeError, KeyError):
        return None


def signals(written: Sequence[Likelihood]) -> Signals | None:
    """Return the signals of an answer with these tokens; None for one that no model weighed."""
    places = [_likeliest(one) for one in written[:FIRST]]
    if not places:
        return None
    lowest = sorted(places)[:LOWEST]
    return Signals(
        places[0],
        sum(lowest) / len(lowest),
        sum(place < math.log(0.5) for place in places) / len(places),
        len(places),
    )


def _likeliest(one: Likelihood) -> float:
    return max(one.logprob, *(other.logprob for other in one.others)) if one.others else one.logprob
