"""Orders passages by what speaks for them, and for the documents that they stand in. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

DECAY, DECAY_NEAR = 0.5, 0.65
"""What the next best passage of a document adds to the evidence for it, of what the one before added.

By words it is less than by nearness: the commoner words of a question stand all over a long document.
"""

SMOOTH = 60
"""Ranks are fused as 1 / (SMOOTH + rank): the usual constant of reciprocal rank fusion."""

CROWD = 0.75
"""What a passage is worth when one of its document comes before it, again for each more."""

Scores = Mapping[int, float]
"""Of passages or documents, by number."""


def rarity(count: int, size: int) -> float:
    """Return what an idea weighs that `count` of `size` passages have; what none has, as if one had it."""
    return math.log((size + 1) / (max(count, 1) + 0.5))


def worth(count: int, asked: int, size: int) -> float:
    """Return what a word counts that stands in `count` passages, for one that stands in `asked` of them.

    As if it were as rare as between the two: by its own rarity an odd word would outweigh what it stands for.
    """
    return math.sqrt(min(1.0, rarity(asked, size) / rarity(count, size)))


def best(scores: Scores, limit: int) -> list[int]:
    """Return the numbers with the highest scores, of equal ones the lower first."""
    return sorted(scores, key=lambda number: (-scores[number], number))[:limit]


def evidence(scores: Scores, document: Mapping[int, int], decay: float = DECAY) -> dict[int, float]:
    """Return for each document the sum of its passages' scores, each counting less than the one before."""
    found: dict[int, float] = {}
    weights: dict[int, float] = {}
    for number in best(scores, len(scores)):
        owner = document[number]
        weight = weights.get(owner, 1.0)
        found[owner] = found.get(owner, 0.0) + weight * scores[number]
        weights[owner] = weight * decay
    return found


def fused(
    orders: Sequence[Sequence[int]], weights: Sequence[float], smooth: int = SMOOTH
) -> dict[int, float]:
    """Return reciprocal rank fusion of several orders, each with its weight; 1 is the highest there is."""
    most = sum(weights) / (smooth + 1)
    found: dict[int, float] = {}
    for order, weight in zip(orders, weights, strict=True):
        for rank, number in enumerate(order, 1):
            found[number] = found.get(number, 0.0) + weight / (smooth + rank) / most
    return found


def spread(scores: Scores, document: Mapping[int, int], limit: int) -> list[int]:
    """Return the best passages such that one document does not crowd out the others."""
    taken: dict[int, int] = {}
    left = best(scores, len(scores))
    order: list[int] = []
    while left and len(order) < limit:
        at = max(
            range(min(len(left), limit * 4)),
            key=lambda place: scores[left[place]] * CROWD ** taken.get(document[left[place]], 0),
        )
        number = left.pop(at)
        taken[document[number]] = taken.get(document[number], 0) + 1
        order.append(number)
    return order
