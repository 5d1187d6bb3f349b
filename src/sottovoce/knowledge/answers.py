"""Decides whether what was found answers what was asked. Pure.

Measured, not known: the bounds come from half of the questions in bench/knowledge, and are held against
the other half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LOOKED_AT = 5
"""Of so many passages, what they have of the question counts."""

COVERED = 0.5
"""The share of a question that the best document has to have."""

UNKNOWN = 0.3
"""The share of a question that may be nowhere on the shelf."""

FAR, NEAR = 0.33, 0.66
"""Cosines: below the first the nearest passage is about something else; from the second on, it is about what
was asked, whatever the words.
"""


@dataclass(frozen=True, slots=True)
class Hits:
    """What became of one idea of a question: what it weighs, and the best passages that have it."""

    weight: float
    passages: frozenset[int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What speaks for the passages that were found.

    `passage` and `document`: the share of the question, by how rare its words are, that the best passage
    and the best document have. `unknown`: the share that is nowhere on the shelf. `cosine`: of the nearest
    passage; None without vectors.
    """

    passage: float = 0.0
    document: float = 0.0
    unknown: float = 1.0
    cosine: float | None = None


def answered(why: Coverage) -> bool:
    """Return whether the passages found seem to answer the question."""
    if why.cosine is not None and not FAR <= why.cosine < NEAR:
        return why.cosine >= NEAR
    return why.document >= COVERED and why.unknown < UNKNOWN


def coverage(
    hits: Sequence[Hits], order: Sequence[int], document: Mapping[int, int], cosines: Sequence[float]
) -> Coverage:
    """Return what speaks for an order of passages. `cosines`: of the nearest ones, where they are known."""
    whole = sum(hit.weight for hit in hits) or 1.0
    best = order[:LOOKED_AT]
    in_passage = max((_covered(hits, {number}) for number in best), default=0.0)
    together = [{one for one in document if document[one] == document[number]} for number in best]
    in_document = max((_covered(hits, numbers) for numbers in together), default=0.0)
    unknown = sum(hit.weight for hit in hits if not hit.passages)
    return Coverage(in_passage / whole, in_document / whole, unknown / whole, max(cosines, default=None))


def _covered(hits: Sequence[Hits], numbers: set[int]) -> float:
    """Return the weight of the ideas that stand in any of some passages."""
    return sum(hit.weight for hit in hits if not numbers.isdisjoint(hit.passages))
