"""Vectors made small, and found again by their signs."""

from __future__ import annotations

import numpy as np
import pytest

from sottovoce.knowledge import codes


def clustered(count: int, width: int = 384, seed: int = 1) -> codes.Floats:
    """Return vectors that stand in clusters, as those of texts do."""
    draw = np.random.default_rng(seed)
    middles = draw.normal(size=(max(1, count // 40), width))
    rows = middles[draw.integers(len(middles), size=count)] + 0.9 * draw.normal(size=(count, width))
    return codes.units(rows)


def test_what_has_a_direction_gets_the_length_one() -> None:
    rows = codes.units([[3, 4], [1e30, 0], [-1e-30, 0]])
    assert rows == pytest.approx(np.array([[0.6, 0.8], [1, 0], [-1, 0]]))


@pytest.mark.parametrize("number", [0.0, float("nan"), float("inf"), float("-inf")])
def test_what_points_nowhere_becomes_zero(number: float) -> None:
    assert codes.units([[number, 0.0]]).tolist() == [[0, 0]]


def test_signs_stand_in_whole_words() -> None:
    signs = codes.signs(np.array([[1.0] * 65, [-1.0] * 65], np.float32))
    assert signs.tolist() == [[2**64 - 1, 1], [0, 0]]


def test_differing_signs_are_counted_in_vectors_of_any_number() -> None:
    rows = clustered(codes.CHUNK + 3, width=100)
    signs = codes.signs(rows)
    found = codes.differing(np.ascontiguousarray(signs.T), signs[7])
    expected = ((rows > 0) != (rows[7] > 0)).sum(axis=1)
    assert (found == expected).all()


def test_the_lowest_are_found_whatever_stands_beside_the_limit() -> None:
    numbers = np.array([5, 1, 3, 3, 3, 9, 0, codes.FURTHEST], np.uint16)
    assert sorted(numbers[codes.lowest(numbers, 4, 9)].tolist()) == [0, 1, 3, 3]
    assert sorted(codes.lowest(numbers, 100, 9).tolist()) == [0, 1, 2, 3, 4, 5, 6]
    assert codes.lowest(numbers, 0, 9).tolist() == []


def test_small_codes_keep_the_cosine() -> None:
    rows = clustered(200)
    exact = rows @ rows[0]
    assert codes.cosines(codes.codes(rows), rows[0]) == pytest.approx(exact, abs=0.005)
    assert codes.cosines(np.zeros((1, 384), np.int8), rows[0]).tolist() == [0.0]
