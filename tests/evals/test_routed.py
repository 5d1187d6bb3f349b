"""How a set fares where doubtful answers come from elsewhere."""

from __future__ import annotations

import random

import pytest

from sottovoce.evals.routed import Both, area, routed
from sottovoce.evals.score import Tally

FOUND = [
    Both(here=True, doubt=0.1, there=True),
    Both(here=True, doubt=0.2, there=False),
    Both(here=False, doubt=0.3, there=True),
    Both(here=False, doubt=0.7, there=True),
    Both(here=True, doubt=0.8, there=False),
    Both(here=False, doubt=1.0, there=True),
]


def test_what_is_less_doubtful_than_the_limit_stays_here() -> None:
    found = routed(FOUND, 0.7)
    assert found.kept == Tally(3, 6)
    assert found.here == Tally(3, 6)
    assert found.kept_right == Tally(2, 3)
    assert found.doubted_right == Tally(1, 3)
    assert found.there == Tally(4, 6)
    assert found.routed == Tally(4, 6)
    assert found.lost is not None
    assert found.lost.value == 0


def test_what_is_lost_is_what_asking_there_alone_would_have_got_right() -> None:
    everything = routed(FOUND, 2.0)
    assert everything.lost is not None
    assert everything.lost.value == pytest.approx(1 / 6)
    assert everything.lost.low < 0 < everything.lost.high
    nothing = routed(FOUND, 0.0)
    assert nothing.lost is not None
    assert nothing.lost.value == 0
    assert nothing.kept == Tally(0, 6)


def test_without_answers_from_there_nothing_is_said_of_them() -> None:
    found = routed([Both(here=True, doubt=0.1), Both(here=False, doubt=0.9)], 0.5)
    assert (found.there, found.routed, found.lost) == (None, None, None)
    assert found.kept == Tally(1, 2)


def test_the_area_is_one_half_by_chance_and_one_where_all_are_told_apart() -> None:
    drawn = random.Random(1)
    apart = area([0.9, 0.8], [0.1, 0.2])
    assert apart is not None
    assert (apart.value, apart.low, apart.high) == (1.0, 1.0, 1.0)
    same = area([drawn.random() for _ in range(400)], [drawn.random() for _ in range(400)])
    assert same is not None
    assert same.low < 0.5 < same.high
    assert same.high - same.low < 0.1


def test_the_area_and_its_interval_are_delongs() -> None:
    found = area([0.8, 0.6, 0.6, 0.3], [0.6, 0.2, 0.1])
    assert found is not None
    assert found.value == pytest.approx((3 + 2.5 + 2.5 + 2) / 12)
    # Placements: 1, 5/6, 5/6, 2/3 over the wrong; 1/2, 1, 1 over the right.
    variance = ((1 / 6) ** 2 * 2 / 3) / 4 + ((1 / 3) ** 2 + 2 * (1 / 6) ** 2) / 2 / 3
    assert found.value - found.low == pytest.approx(1.959964 * variance**0.5)


def test_one_of_a_kind_has_no_area() -> None:
    assert area([0.5], [0.1, 0.2]) is None
    assert routed([], 0.5).told is None
