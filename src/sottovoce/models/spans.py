"""Which bytes of a file are here, and which are not. Pure: pairs of numbers in, pairs out.

A pair is a first byte and the one behind the last. A list of them is in order, and no two touch.
"""

from __future__ import annotations

Span = tuple[int, int]


def joined(spans: list[Span], more: Span) -> list[Span]:
    """Return the spans with one more, which may overlap them."""
    start, end = more
    if start >= end:
        return spans
    before = [span for span in spans if span[1] < start]
    after = [span for span in spans if span[0] > end]
    touching = spans[len(before) : len(spans) - len(after)]
    if touching:
        start, end = min(start, touching[0][0]), max(end, touching[-1][1])
    return [*before, (start, end), *after]


def gaps(spans: list[Span], size: int) -> list[Span]:
    """Return what is missing of a file of this size."""
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), size]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def total(spans: list[Span]) -> int:
    return sum(end - start for start, end in spans)


def reach(spans: list[Span], at: int) -> int:
    """Return how far all bytes are here, counted from `at` on."""
    return next((end for start, end in spans if start <= at < end), at)
