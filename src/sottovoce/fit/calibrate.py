"""From timed work to the cost of each unit of it: least squares of relative errors, no cost below zero.

Pure. Coordinate descent: each cost in turn is set to what leaves the smallest error, until nothing moves.
It is slow for many unknowns and exact enough for the fifteen there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 4000
STILL = 1e-7


@dataclass(frozen=True, slots=True)
class Sample:
    """Work that was timed: units by name, and the seconds it took."""

    work: Mapping[str, float]
    seconds: float


def costs(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the seconds of each unit that the samples hold."""
    rows = [{unit: amount / one.seconds for unit, amount in one.work.items() if amount} for one in samples]
    units = sorted({unit for row in rows for unit in row})
    squares = {unit: sum(row.get(unit, 0.0) ** 2 for row in rows) for unit in units}
    found = dict.fromkeys(units, 0.0)
    left = [1.0 for _ in rows]
    for _ in range(ROUNDS):
        moved = 0.0
        for unit in units:
            pull = sum(row[unit] * rest for row, rest in zip(rows, left, strict=True) if unit in row)
            new = max(0.0, found[unit] + pull / squares[unit])
            change = new - found[unit]
            if change:
                found[unit] = new
                left = [rest - change * row.get(unit, 0.0) for row, rest in zip(rows, left, strict=True)]
                moved = max(moved, abs(change) * squares[unit] ** 0.5)
        if moved < STILL:
            break
    return found
