"""How a set fares where doubtful answers come from elsewhere: how many stay here, what it costs. Pure.

Knows no weights: how doubtful an answer is, it is told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sottovoce.evals.intervals import Paired, Share, Z
from sottovoce.evals.score import Tally


@dataclass(frozen=True, slots=True)
class Both:
    """One question: right here? How doubtful, from 0 to 1? Right there? None: it was not asked there."""

    here: bool
    doubt: float
    there: bool | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """At a limit of doubt: `kept` of all are answered here. `lost` is by how much there alone is better.

    `kept_right` are right of those kept, `doubted_right` of the others, here. `routed` is the score of the
    mixture. `told` is how well doubt tells right from wrong, see `area`.
    """

    limit: float
    kept: Tally
    here: Tally
    kept_right: Tally
    doubted_right: Tally
    told: Share | None
    there: Tally | None = None
    routed: Tally | None = None
    lost: Share | None = None


def routed(found: Sequence[Both], limit: float) -> Routed:
    """Return what comes of a set at a limit of doubt."""
    stay = [one for one in found if one.doubt < limit]
    leave = [one for one in found if one.doubt >= limit]
    told = area([one.doubt for one in found if not one.here], [one.doubt for one in found if one.here])
    result = Routed(
        limit,
        Tally(len(stay), len(found)),
        _right(found),
        _right(stay),
        _right(leave),
        told,
    )
    if not found or any(one.there is None for one in found):
        return result
    mixed = [one.here if one.doubt < limit else bool(one.there) for one in found]
    pairs = [(mix, bool(one.there)) for mix, one in zip(mixed, found, strict=True)]
    cases = ((True, True), (True, False), (False, True), (False, False))
    counts = Paired(*(pairs.count(case) for case in cases))
    return Routed(
        limit, result.kept, result.here, result.kept_right, result.doubted_right, told,
        Tally(sum(there for _, there in pairs), len(found)),
        Tally(sum(mixed), len(found)),
        counts.difference(),
    )  # fmt: skip


def _right(those: Sequence[Both]) -> Tally:
    return Tally(sum(one.here for one in those), len(those))


def area(wrong: Sequence[float], right: Sequence[float]) -> Share | None:
    """Return how likely a wrong answer is doubted more than a right one, with its 95 % interval.

    The area under the curve, by DeLong's variance (1988). None where there are not two of each.
    """
    if len(wrong) < 2 or len(right) < 2:
        return None
    over = [sum(_above(one, other) for other in right) / len(right) for one in wrong]
    under = [sum(_above(other, one) for other in wrong) / len(wrong) for one in right]
    value = sum(over) / len(over)
    half = Z * math.sqrt(_variance(over) / len(over) + _variance(under) / len(under))
    return Share(value, max(0.0, value - half), min(1.0, value + half))


def _above(one: float, other: float) -> float:
    return 0.5 if one == other else float(one > other)


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
