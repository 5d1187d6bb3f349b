"""How far off a share may be, and a difference of two: the sums, at 95 %. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959964
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share from 0 to 1 with its interval."""

    value: float
    low: float
    high: float


def wilson(passed: int, of: int) -> Share:
    """Return the share with Wilson's score interval (1927), which holds for few and for extreme ones, too."""
    if of == 0:
        return Share(0.0, 0.0, 1.0)
    share = passed / of
    middle = share + Z * Z / (2 * of)
    half = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    scale = 1 + Z * Z / of
    return Share(share, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


@dataclass(frozen=True, slots=True)
class Paired:
    """How two fared on the same questions: how many both got right, only the first, only the second, none."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def of(self) -> int:
        return self.both + self.first + self.second + self.neither

    def difference(self) -> Share:
        """Return by how much the second is better, from -1 to 1, with Newcombe's interval for pairs.

        Newcombe 1998, method 10: Wilson's intervals of both, joined by how much the two go together.
        """
        if self.of == 0:
            return Share(0.0, -1.0, 1.0)
        one, two = wilson(self.both + self.first, self.of), wilson(self.both + self.second, self.of)
        value, phi = two.value - one.value, self._phi()
        low = _joined(two.value - two.low, one.high - one.value, phi)
        high = _joined(two.high - two.value, one.value - one.low, phi)
        return Share(value, max(-1.0, value - low), min(1.0, value + high))

    def chance(self) -> float:
        """Return how likely chance makes so large a difference: McNemar's test, exact and two-sided."""
        differ = self.first + self.second
        tail: int = sum(math.comb(differ, count) for count in range(min(self.first, self.second) + 1))
        return min(1.0, 2 * tail / (1 << differ))

    def _phi(self) -> float:
        right_one, right_two = self.both + self.first, self.both + self.second
        margins = right_one * (self.of - right_one) * right_two * (self.of - right_two)
        if margins == 0:
            return 0.0
        product = float(self.both * self.neither - self.first * self.second)
        if product > 0:
            product = max(0.0, product - self.of / 2)
        return product / math.sqrt(margins)


def _joined(one: float, two: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * two + two * two))
