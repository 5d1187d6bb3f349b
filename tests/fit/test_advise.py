"""Verdicts: what runs, what only just does, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fit_samples import EIGHT, MIB, PACE

from sottovoce.core.amounts import amount
from sottovoce.engine import embedder
from sottovoce.engine.gguf import read_header
from sottovoce.fit.accelerators import Accelerator
from sottovoce.fit.advise import (
    COMFORT,
    LONGEST_TEXT,
    Fit,
    Interval,
    Learned,
    OnCard,
    Verdict,
    bytes_needed,
    fit,
    run_of,
)
from sottovoce.fit.estimate import Program, Run, memory
from sottovoce.fit.facts import UNKNOWN_MIX
from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Weights
from sottovoce.models import starter

RUN = Run(4096)
PROGRAM = Program(0, 0)
NEEDED = memory(EIGHT, RUN, PROGRAM)


VECTORS = replace(EIGHT, writes=False, weights=(Weights("Q4_K", 4000 * MIB, 7_000_000_000),))


def judged(free: float, pace: Pace = PACE, learned: Learned | None = None, doubt: float = 0) -> Fit:
    return fit(replace(EIGHT, doubt=doubt), RUN, pace, PROGRAM, int(free), learned=learned)


def interval(found: Interval | None) -> Interval:
    assert found is not None
    return found


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


def test_what_the_engine_cannot_load_does_not_run_however_much_memory_there_is() -> None:
    found = fit(replace(EIGHT, unknown="strange"), RUN, PACE, PROGRAM, 1 << 50)
    assert (found.verdict, found.reason) == (
        Verdict.NO, "is of a kind that the engine does not know: strange",
    )  # fmt: skip


def test_the_files_own_pages_are_not_needed_where_a_second_copy_was_made() -> None:
    assert NEEDED.total - NEEDED.least == EIGHT.repacked


def test_what_is_larger_than_the_memory_and_still_fits_says_why() -> None:
    found = judged(NEEDED.least)
    assert (found.verdict, NEEDED.least < NEEDED.total) == (Verdict.TIGHT, True)
    assert amount(NEEDED.least) in found.reason
    assert amount(NEEDED.total) in found.reason


def test_what_writes_less_than_a_word_a_second_is_tight_however_much_memory_there_is() -> None:
    slow = Pace({unit: cost * 100 for unit, cost in PACE.costs.items()})
    found = judged(1 << 50, slow)
    assert (found.verdict, found.reason) == (Verdict.TIGHT, "fits, but writes less than a word a second")


def test_an_interval_holds_what_is_expected_and_is_wider_for_what_is_not_known() -> None:
    here, there = judged(1 << 50), judged(1 << 50, doubt=UNKNOWN_MIX)
    for one in map(interval, (here.decode, here.prompt, here.first_token, there.decode)):
        assert 0 < one.low < one.expected < one.high
    decode = interval(there.decode)
    assert decode.high == pytest.approx(decode.expected * (1 + UNKNOWN_MIX))
    assert decode.high > interval(here.decode).high


def test_what_earlier_answers_taught_moves_every_figure_the_same_way() -> None:
    plain, learned = judged(1 << 50), judged(1 << 50, learned=Learned(0.5, 0.05))
    decode, first = interval(learned.decode), interval(learned.first_token)
    assert decode.expected == pytest.approx(interval(plain.decode).expected / 2)
    assert first.expected == pytest.approx(interval(plain.first_token).expected * 2)
    assert decode.high == pytest.approx(decode.expected * 1.05)


def test_where_other_models_moved_a_prediction_its_interval_reaches_back_to_where_it_was() -> None:
    plain, learned = judged(1 << 50), judged(1 << 50, learned=Learned(0.5))
    assert interval(learned.decode).high >= interval(plain.decode).expected


@pytest.mark.parametrize("seen", [0.1, 1000.0])
def test_the_interval_holds_what_was_seen(seen: float) -> None:
    decode = interval(judged(1 << 50, learned=Learned(0.9, 0.05, seen)).decode)
    assert decode.low <= seen <= decode.high


def test_a_narrow_window_asks_a_shorter_question() -> None:
    narrow = fit(EIGHT, replace(RUN, window=256), PACE, PROGRAM, 1 << 50)
    assert interval(narrow.first_token).expected < interval(judged(1 << 50).first_token).expected


@pytest.mark.parametrize(("asked", "counted"), [(4096, 4096), (0, 131_072), (1 << 20, 131_072)])
def test_a_window_is_at_most_what_the_model_sees(asked: int, counted: int) -> None:
    assert fit(EIGHT, Run(asked), PACE, PROGRAM, 1 << 50).window == counted
    assert run_of(replace(EIGHT, context=0), Run(0)).window > 0


def test_of_a_model_that_writes_nothing_only_reading_is_predicted() -> None:
    found = fit(VECTORS, Run(8192, slots=4), PACE, PROGRAM, 1 << 50)
    assert (found.decode, found.first_token, found.verdict) == (None, None, Verdict.RUNS)
    assert found.prompt.expected > 0
    card = Accelerator("NVIDIA", "H100", 80 << 30, 79 << 30, bandwidth=3.35e12)
    assert fit(VECTORS, RUN, PACE, PROGRAM, 1 << 50, card=card).card == OnCard(32, 32, None)


def test_a_model_that_writes_takes_as_much_as_any_where_it_makes_vectors() -> None:
    found = read_header(starter.path())
    answers, vectors = (bytes_needed(found, 2048, 1, batch) for batch in (128, 2048))
    assert vectors - answers > 4 * 2 * 2000 * 49_152, "the words' weights of every token"


def test_a_text_to_be_embedded_is_read_in_one_go_and_one_at_a_time() -> None:
    """As the engine does it: a batch is the whole window, and no text is longer than that of its embedder."""
    assert embedder.WINDOW == LONGEST_TEXT
    for asked, window in ((8192, LONGEST_TEXT), (0, LONGEST_TEXT), (512, 512)):
        assert run_of(VECTORS, Run(asked, slots=4)) == Run(window, batch=window)


def test_a_card_is_told_of_beside_the_processor() -> None:
    card = Accelerator("NVIDIA", "H100", 80 << 30, 79 << 30, bandwidth=3.35e12)
    found = fit(EIGHT, RUN, PACE, PROGRAM, 1 << 50, card=card).card
    assert found is not None
    assert (found.layers, found.of) == (32, 32)
    assert interval(found.decode).expected > 10 * interval(judged(1 << 50).decode).expected
    assert judged(1 << 50).card is None


def test_a_card_that_is_too_small_holds_some_layers_and_one_that_says_nothing_is_not_counted() -> None:
    small = Accelerator("NVIDIA", "small", 4 << 30, 2 << 30, bandwidth=3e11)
    found = fit(EIGHT, RUN, PACE, PROGRAM, 1 << 50, card=small).card
    assert found is not None
    assert 0 < found.layers < found.of
    assert fit(EIGHT, RUN, PACE, PROGRAM, 1 << 50, card=Accelerator("Apple", "M9")).card is None
