"""How far off a share may be: the sums, at 95 %. Pure."""

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
