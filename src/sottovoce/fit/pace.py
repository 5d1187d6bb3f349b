"""What one unit of work costs on a machine, in seconds, as measured on it. Values only.

The units of work are named in estimate; which of them a machine was measured to need, and how long, is
learned by calibrate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NEAREST = {
    "IQ4_NL": "Q4_0", "IQ4_XS": "Q4_0", "MXFP4": "Q4_0", "NVFP4": "Q4_0", "Q2_K": "Q4_K", "Q3_K": "Q6_K",
    "Q5_K": "Q6_K", "Q5_0": "Q4_1", "Q5_1": "Q4_1", "BF16": "F16", "F32": "F16",
}  # fmt: skip
"""Which measured type stands for one that was not: of a like width, and computed in a like way."""

USUAL_SPREAD = 0.25
STAND_IN_SPREAD = 0.35


@dataclass(frozen=True, slots=True)
class Pace:
    """`costs` maps a unit of work to its seconds. `spread`: how far off predictions usually are."""

    costs: Mapping[str, float] = field(default_factory=dict)
    spread: float = USUAL_SPREAD

    def seconds(self, work: Mapping[str, float]) -> float:
        """Return how long so much work takes. Raises KeyError where no type of weights was measured."""
        return sum(amount * self._cost(unit) for unit, amount in work.items() if amount)

    def spread_of(self, kinds: set[str]) -> float:
        """Return how far off a prediction for a model of these types may be."""
        known = all(f"each {kind}" in self.costs for kind in kinds)
        return self.spread if known else max(self.spread, STAND_IN_SPREAD)

    def _cost(self, unit: str) -> float:
        if unit in self.costs:
            return self.costs[unit]
        what, _, kind = unit.partition(" ")
        if not kind:
            return 0.0
        stands_in = f"{what} {NEAREST.get(kind, '')}"
        if stands_in in self.costs:
            return self.costs[stands_in]
        for known, cost in self.costs.items():
            if known.startswith(f"{what} "):
                return cost
        raise KeyError(unit)
