"""Verdicts: what runs, what only just does, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fit_samples import EIGHT, PACE

from sottovoce.fit.accelerators import Accelerator
from sottovoce.fit.advise import COMFORT, FACTS_SPREAD, Fit, Learned, Verdict, fit
from sottovoce.fit.estimate import Program, Run, memory
from sottovoce.fit.pace import Pace

RUN = Run(4096)
PROGRAM = Program(0, 0)
NEEDED = memory(EIGHT, RUN, PROGRAM)


def judged(free: float, pace: Pace = PACE, learned: Learned | None = None, *, is_here: bool = True) -> Fit:
    return fit(EIGHT, RUN, pace, PROGRAM, int(free), learned=learned, is_here=is_here)


@pytest.mark.parametrize(
    ("free", "verdict"),
    [
        (NEEDED.total / COMFORT + 1, Verdict.RUNS),
        (NEEDED.total, Verdict.TIGHT),
        (NEEDED.least, Verdict.TIGHT),
        (NEEDED.least - 1, Verdict.NO),
    ],
)
def test_the_free_memory_decides(free: float, verdict: Verdict) -> None:
    found = judged(free)
    assert found.verdict is verdict
    assert bool(found.reason) == (verdict is not Verdict.RUNS)


def test_the_files_own_pages_are_not_needed_where_a_second_copy_was_made() -> None:
    assert NEEDED.total - NEEDED.least == EIGHT.repacked


def test_what_writes_less_than_a_word_a_second_is_tight_however_much_memory_there_is() -> None:
    slow = Pace({unit: cost * 100 for unit, cost in PACE.costs.items()})
    found = judged(1 << 50, slow)
    assert (found.verdict, found.reason) == (Verdict.TIGHT, "fits, but writes less than a word a second")


def test_an_interval_holds_what_is_expected_and_is_wider_for_what_is_not_here() -> None:
    here, there = judged(1 << 50), judged(1 << 50, is_here=False)
    for one in (here.decode, here.prompt, here.first_token, there.decode):
        assert 0 < one.low < one.expected < one.high
    assert there.decode.high == pytest.approx(there.decode.expected * (1 + FACTS_SPREAD))
    assert there.decode.high > here.decode.high


def test_what_earlier_answers_taught_moves_every_figure_the_same_way() -> None:
    plain, learned = judged(1 << 50), judged(1 << 50, learned=Learned(0.5, 0.05))
    assert learned.decode.expected == pytest.approx(plain.decode.expected / 2)
    assert learned.first_token.expected == pytest.approx(plain.first_token.expected * 2)
    assert learned.decode.high == pytest.approx(learned.decode.expected * 1.05)


def test_a_narrow_window_asks_a_shorter_question() -> None:
    narrow = fit(EIGHT, replace(RUN, window=256), PACE, PROGRAM, 1 << 50)
    assert narrow.first_token.expected < judged(1 << 50).first_token.expected


def test_a_card_is_told_of_beside_the_processor() -> None:
    card = Accelerator("NVIDIA", "H100", 80 << 30, 79 << 30, bandwidth=3.35e12)
    found = fit(EIGHT, RUN, PACE, PROGRAM, 1 << 50, card=card).card
    assert found is not None
    assert (found.layers, found.of) == (32, 32)
    assert found.decode.expected > 10 * judged(1 << 50).decode.expected
    assert judged(1 << 50).card is None


def test_a_card_that_is_too_small_holds_some_layers_and_one_that_says_nothing_is_not_counted() -> None:
    small = Accelerator("NVIDIA", "small", 4 << 30, 2 << 30, bandwidth=3e11)
    found = fit(EIGHT, RUN, PACE, PROGRAM, 1 << 50, card=small).card
    assert found is not None
    assert 0 < found.layers < found.of
    assert fit(EIGHT, RUN, PACE, PROGRAM, 1 << 50, card=Accelerator("Apple", "M9")).card is None
