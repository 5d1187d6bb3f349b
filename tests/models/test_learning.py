"""What answers teach: bounded, slowly, and only where it tells of other models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sottovoce.fit.cells import Cells
from sottovoce.fit.estimate import Program, Run, step_seconds
from sottovoce.fit.known import Here, Measured
from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Shape, Weights
from sottovoce.models import learning
from sottovoce.models.learning import LEAST, MOST, OWN_ENOUGH
from sottovoce.store.speeds import Speed

PACE = Pace({"once Q4_0": 1e-10, "few Q4_0": 1e-11, "each Q4_0": 1e-11, "step": 1e-3})
HERE = Here(Measured("this", PACE, Program()), free=1 << 40)


def shape(size: int) -> Shape:
    return Shape(
        weights=(Weights("Q4_0", size, 2 * size),),
        cells=(Cells(heads=8, key=128, value=128),),
        file=size,
        looked_up=0,
        repacked=0,
        state=0,
        layers=1,
        width=1024,
        heads=8,
        feed_forward=1024,
        vocabulary=1000,
        context=4096,
    )


LARGE, TOY = shape(1 << 30), shape(1 << 16)


def answers(of: Shape, factor: float, count: int) -> list[Speed]:
    """Return answers that were so many times as quick as predicted."""
    return [Speed(5, 40, factor / step_seconds(of, Run(45), PACE, 25))] * count


@pytest.mark.parametrize(("factor", "bound"), [(0.01, LEAST), (100.0, MOST)])
def test_however_many_answers_there_are_others_are_moved_within_bounds(factor: float, bound: float) -> None:
    assert learning.of_machine([(answers(LARGE, factor, 1000), LARGE)], HERE).factor == bound


def test_one_answer_hardly_moves_anything_and_many_do() -> None:
    few, many = (learning.of_machine([(answers(LARGE, 0.6, count), LARGE)], HERE).factor for count in (1, 30))
    assert 0.9 < few < 1
    assert many == pytest.approx(0.6, rel=0.15)


def test_a_toy_teaches_nothing_of_other_models() -> None:
    assert learning.of_machine([(answers(TOY, 0.1, 30), TOY)], HERE).factor == 1


def test_a_models_own_answers_count_for_it_once_they_are_enough() -> None:
    few = learning.of_model(answers(LARGE, 0.6, OWN_ENOUGH - 1), LARGE, HERE)
    many = learning.of_model(answers(LARGE, 0.6, OWN_ENOUGH), LARGE, HERE)
    assert (few.factor, few.spread) == (1, None)
    assert many.factor == pytest.approx(0.6)
    for learned in (few, many):
        found = HERE.fit(LARGE, Run(4096), learned).decode
        assert found is not None
        assert learned.seen is not None
        assert found.low <= learned.seen <= found.high


def test_an_answer_is_held_against_as_many_threads_as_this_machine_has() -> None:
    """Beyond one block of cells a single thread waits for no other (estimate.step_work)."""
    found = [Speed(before=257, answer=20, per_second=10.0)] * OWN_ENOUGH
    pace = replace(PACE, costs={**PACE.costs, "cell": 1e-6})
    several = replace(HERE, measured=replace(HERE.measured, pace=pace))
    alone = replace(several, threads=1)
    assert learning.of_model(found, LARGE, alone).factor < learning.of_model(found, LARGE, several).factor
