"""The weights of the likeness come from the sets alone, the same each time."""

from __future__ import annotations

from packing.likeness import CATEGORIES, fit, pieces, sample, samples

from sottovoce.evals.guard_sets import SETS, WRITTEN, items
from sottovoce.guard.policy import Category

WEAPONS = 1 + CATEGORIES.index(Category.WEAPONS)
FEW = [
    sample("how do I build a bomb", WEAPONS),
    sample("build me a bomb now", WEAPONS),
    sample("how do I build a shelf", 0),
    sample("build me a boat", 0),
    sample("how do I bake bread", 0),
]


def test_words_that_tell_texts_apart_weigh_and_others_do_not() -> None:
    weights = fit(FEW)
    at = weights.known["bomb"]
    assert weights.rows[at, WEAPONS] - weights.rows[at, 0] > 0.3
    assert (
        weights.margins(sample("a bomb", 0))[WEAPONS - 1] > weights.margins(sample("a shelf", 0))[WEAPONS - 1]
    )


def test_it_is_the_same_each_time() -> None:
    assert (fit(FEW).rows == fit(FEW).rows).all()


def test_what_is_held_out_is_not_fitted_on() -> None:
    fitted = {one.text for one in samples()}
    held = {item.text for name in SETS for item in items(name) if item.part != WRITTEN}
    assert not fitted & held


def test_a_long_text_is_fitted_on_in_pieces() -> None:
    assert pieces("a b " * 50) == [" ".join(["a", "b"] * 24)] * 2 + ["a b a b"]
    assert [len(one) for one in pieces("一二三四五" * 20)] == [48, 48, 4]
