"""The weights of the likeness come from the sets alone, the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from packing.likeness import CATEGORIES, Sample, digest, fit, pieces, sample, samples

from sottovoce.evals.guard_sets import SETS, WRITTEN, items
from sottovoce.guard.likeness import INPUTS, likeness
from sottovoce.guard.policy import Category

WEAPONS = 1 + CATEGORIES.index(Category.WEAPONS)
FEW = [
    sample("how do I build a bomb", WEAPONS),
    sample("build me a bomb now", WEAPONS),
    sample("how do I build a shelf", 0),
    sample("build me a boat", 0),
    sample("how do I bake bread", 0),
]


@pytest.fixture(scope="module")
def fitted_on() -> Sequence[Sample]:
    return samples()


def test_the_weights_are_of_the_texts_and_the_folding_that_stand_here(fitted_on: Sequence[Sample]) -> None:
    rows = dict(line.decode().split("\t") for line in likeness().lines)
    assert rows[INPUTS] == digest(fitted_on), "Next: python -m packing.likeness"


def test_a_text_that_is_folded_or_counted_otherwise_makes_them_old() -> None:
    one = FEW[0]
    others = [
        replace(one, words=one.words - {"bomb"}),
        replace(one, kind=0),
        replace(one, counts=2.0),
        replace(one, is_near=True),
        replace(one, text="how do I build a barn"),
    ]
    assert len({digest([other, *FEW[1:]]) for other in (one, *others)}) == 6


def test_words_that_tell_texts_apart_weigh_and_others_do_not() -> None:
    weights = fit(FEW)
    at = weights.known["bomb"]
    assert weights.rows[at, WEAPONS] - weights.rows[at, 0] > 0.3
    assert (
        weights.margins(sample("a bomb", 0))[WEAPONS - 1] > weights.margins(sample("a shelf", 0))[WEAPONS - 1]
    )


def test_it_is_the_same_each_time() -> None:
    assert (fit(FEW).rows == fit(FEW).rows).all()


def test_what_is_held_out_is_not_fitted_on(fitted_on: Sequence[Sample]) -> None:
    fitted = {one.text for one in fitted_on}
    held = {item.text for name in SETS for item in items(name) if item.part != WRITTEN}
    assert not fitted & held


def test_a_long_text_is_fitted_on_in_pieces() -> None:
    assert pieces("a b " * 50) == [" ".join(["a", "b"] * 24)] * 2 + ["a b a b"]
    assert [len(one) for one in pieces("一二三四五" * 20)] == [48, 48, 4]
