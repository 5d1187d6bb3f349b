"""When a re-encoded model is as good, and when it is quicker: pure."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sottovoce.models.comparing import TEXT, Comparison, Speeds, paired


def found(difference: float, error: float = 0.001, new: Speeds = Speeds(160, 50)) -> Comparison:  # noqa: B008
    return Comparison(Speeds(100, 50), new, difference, error, 800)


@pytest.mark.parametrize(
    ("difference", "error", "is_as_good"),
    [
        (0.0006, 0.001, True),
        (-0.0006, 0.001, True),
        (0.0076, 0.0035, True),  # the starter, on the text that comes with the program
        (0.0076, 0.001, False),
        (-0.0076, 0.001, False),
        (0.03, 0.05, False),  # more than chance may excuse
        (0.155, 0.003, False),  # Q4_0 of the same model
        (math.nan, math.nan, False),
    ],
)
def test_as_good_is_half_a_percent_of_perplexity_and_what_chance_explains(
    difference: float, error: float, is_as_good: bool
) -> None:
    assert found(difference, error).is_as_good == is_as_good


def test_quicker_is_what_a_usual_question_takes_read_and_answered() -> None:
    assert found(0.0).gain == pytest.approx((4 + 4) / (2.5 + 4))
    assert found(0.0).is_quicker
    assert not found(0.0, new=Speeds(101, 50)).is_quicker
    # Read faster and written more slowly, as where memory is what it waits for.
    assert not found(0.0, new=Speeds(160, 30)).is_quicker


def test_beside_programs_that_compute_nothing_counts_as_quicker() -> None:
    busy = replace(found(0.0), share=0.5)
    assert found(0.0).is_sure
    assert not busy.is_sure
    assert not busy.is_quicker
    assert busy.is_as_good, "how likely a text is does not depend on the time"


def test_pairs_are_held_against_each_other() -> None:
    mean, error = paired([-1.0, -2.0, -9.0], [-1.5, -2.0, -10.0])
    assert mean == pytest.approx(0.5)
    assert error == pytest.approx(0.5 / math.sqrt(3))


def test_the_text_is_of_several_hundred_words() -> None:
    assert 600 < len(TEXT.read_text("utf-8").split()) < 900
