"""Costs of units of work, found again from samples that were made of them."""

from __future__ import annotations

import random

import pytest

from sottovoce.fit.calibrate import Sample, costs
from sottovoce.fit.pace import STAND_IN_SPREAD, Pace

TRUE = {"once Q4_K": 4e-11, "each Q4_K": 2e-12, "layer": 3e-5, "cell": 5e-11}


def samples(noise: float) -> list[Sample]:
    draw = random.Random(5)
    found = []
    for _ in range(40):
        size = draw.uniform(1e7, 1e9)
        tokens = draw.choice((1, 1, 128))
        work = {
            "once Q4_K": size,
            "each Q4_K": size * tokens,
            "layer": draw.randint(2, 40),
            "cell": draw.uniform(0, 1e8),
        }
        seconds = sum(TRUE[unit] * amount for unit, amount in work.items())
        found.append(Sample(work, seconds * draw.uniform(1 - noise, 1 + noise)))
    return found


def test_exact_times_give_the_costs_back() -> None:
    assert costs(samples(0)) == pytest.approx(TRUE, rel=0.02)


def test_noisy_times_still_predict() -> None:
    pace = Pace(costs(samples(0.1)))
    for sample in samples(0):
        assert pace.seconds(sample.work) == pytest.approx(sample.seconds, rel=0.1)


def test_no_cost_is_below_zero() -> None:
    odd = [Sample({"a": 1.0, "b": 1.0}, 1.0), Sample({"a": 1.0, "b": 2.0}, 0.5)]
    assert all(cost >= 0 for cost in costs(odd).values())


def test_a_type_that_was_not_measured_is_stood_in_for_by_its_like_and_is_less_sure() -> None:
    pace = Pace({"once Q4_0": 1.0, "each Q4_0": 1.0, "once F16": 9.0, "each F16": 9.0}, spread=0.1)
    assert pace.seconds({"once MXFP4": 2.0}) == 2.0
    assert pace.seconds({"once BF16": 1.0}) == 9.0
    assert pace.spread_of({"MXFP4"}) == STAND_IN_SPREAD
    assert pace.spread_of({"Q4_0"}) == 0.1


def test_without_any_type_of_weights_nothing_can_be_said() -> None:
    with pytest.raises(KeyError):
        Pace({"once F16": 1.0}).seconds({"each F16": 1.0})


def test_a_unit_that_costs_nothing_here_adds_nothing() -> None:
    assert Pace({"once F16": 1.0}).seconds({"layer": 12.0}) == 0.0
