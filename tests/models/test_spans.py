from __future__ import annotations

import itertools
import random

from sottovoce.models.spans import gaps, joined, reach, total


def test_spans_that_touch_become_one() -> None:
    assert joined([(0, 5), (9, 12)], (5, 9)) == [(0, 12)]
    assert joined([(0, 5)], (7, 9)) == [(0, 5), (7, 9)]
    assert joined([(3, 5)], (0, 2)) == [(0, 2), (3, 5)]
    assert joined([(0, 5)], (4, 4)) == [(0, 5)]


def test_spans_are_sets_of_bytes() -> None:
    draw = random.Random(4)
    for _ in range(300):
        size, here, bytes_here = 60, [], set[int]()
        for _ in range(draw.randrange(12)):
            start = draw.randrange(size)
            end = draw.randrange(start, size + 1)
            here = joined(here, (start, end))
            bytes_here |= set(range(start, end))
        assert {at for start, end in here for at in range(start, end)} == bytes_here
        assert {at for start, end in gaps(here, size) for at in range(start, end)} == set(
            range(size)
        ) - bytes_here
        assert total(here) == len(bytes_here)
        assert all(left[1] < right[0] for left, right in itertools.pairwise(here))
        at = draw.randrange(size)
        assert reach(here, at) == next(end for end in range(at, size + 1) if end not in bytes_here)
