"""The sums: known values, bounds, and that the intervals hold what they promise."""

from __future__ import annotations

import random

import pytest

from sottovoce.evals.intervals import Paired, Share, wilson


@pytest.mark.parametrize(
    ("passed", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_as_published(passed: int, of: int, low: float, high: float) -> None:
    found = wilson(passed, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)


def test_of_no_questions_nothing_is_known() -> None:
    assert wilson(0, 0) == Share(0.0, 0.0, 1.0)
    assert Paired(0, 0, 0, 0).difference() == Share(0.0, -1.0, 1.0)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    draw = random.Random(7)
    for truth in (0.05, 0.3, 0.9):
        held = 0
        for _ in range(2000):
            found = wilson(sum(draw.random() < truth for _ in range(60)), 60)
            held += found.low <= truth <= found.high
        assert 0.925 <= held / 2000 <= 0.985


def test_the_interval_of_a_difference_holds_the_truth_about_as_often_as_it_says() -> None:
    draw = random.Random(7)
    for cells in ((0.3, 0.1, 0.2, 0.4), (0.6, 0.02, 0.08, 0.3), (0.1, 0.2, 0.2, 0.5)):
        truth = cells[2] - cells[1]
        held = 0
        for _ in range(1000):
            drawn = draw.choices(range(4), cells, k=80)
            found = Paired(*(drawn.count(cell) for cell in range(4))).difference()
            assert found.low <= found.value <= found.high
            held += found.low <= truth <= found.high
        assert 0.92 <= held / 1000 <= 0.99


def test_what_both_answer_alike_narrows_the_difference() -> None:
    """Pairs say more than two shares do: that is what the same questions are for."""
    together = Paired(both=40, first=5, second=15, neither=40).difference()
    apart = Paired(both=25, first=20, second=30, neither=25).difference()
    assert together.value == apart.value == pytest.approx(0.1)
    assert together.high - together.low < 0.8 * (apart.high - apart.low)


def test_two_that_are_the_same_do_not_differ() -> None:
    found = Paired(both=50, first=0, second=0, neither=50)
    assert found.difference().value == 0
    assert found.difference().low < 0 < found.difference().high
    assert found.chance() == 1.0


@pytest.mark.parametrize(
    ("first", "second", "chance"),
    [(0, 5, 0.0625), (0, 6, 0.03125), (5, 5, 1.0), (1, 9, 0.021484), (0, 0, 1.0)],
)
def test_mcnemars_test_is_exact(first: int, second: int, chance: float) -> None:
    assert Paired(10, first, second, 10).chance() == pytest.approx(chance, abs=1e-5)
    assert Paired(10, second, first, 10).chance() == pytest.approx(chance, abs=1e-5)


def test_turning_both_around_turns_the_interval_around() -> None:
    one, two = Paired(30, 5, 12, 40).difference(), Paired(30, 12, 5, 40).difference()
    assert (one.value, one.low, one.high) == pytest.approx((-two.value, -two.high, -two.low))
