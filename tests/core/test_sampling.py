from __future__ import annotations

import math

import pytest

from sottovoce.core.errors import BadValue
from sottovoce.core.sampling import Sampling, checked, laid_over


@pytest.mark.parametrize(
    "given",
    [
        Sampling(),
        Sampling(temperature=0.0, top_p=1.0, top_k=0, min_p=0.0, seed=0, max_tokens=1),
        Sampling(temperature=2.0, seed=2**32 - 2, stop=("a", "b" * 128)),
        Sampling(presence_penalty=-2.0, frequency_penalty=2.0, likelihoods=0, thinking=False),
        Sampling(bias=((0, -100), (49_151, 100.0)), likelihoods=20),
        Sampling(bias=tuple((token, 1.0) for token in range(1024))),
    ],
)
def test_values_inside_their_ranges_pass(given: Sampling) -> None:
    assert checked(given) == given


@pytest.mark.parametrize(
    "given",
    [
        Sampling(temperature=2.1),
        Sampling(temperature=math.nan),
        Sampling(temperature=math.inf),
        Sampling(top_p=-0.1),
        Sampling(top_k=1.5),  # type: ignore[arg-type]
        Sampling(seed=-1),
        Sampling(seed=2**32 - 1),
        Sampling(max_tokens=0),
        Sampling(max_tokens=True),
        Sampling(stop=("",)),
        Sampling(stop=("x" * 129,)),
        Sampling(stop=("x",) * 9),
        Sampling(presence_penalty=2.1),
        Sampling(frequency_penalty=-2.1),
        Sampling(likelihoods=21),
        Sampling(likelihoods=-1),
        Sampling(likelihoods=True),
        Sampling(bias=((-1, 1.0),)),
        Sampling(bias=((2**31, 1.0),)),
        Sampling(bias=((1, 100.1),)),
        Sampling(bias=((1, math.nan),)),
        Sampling(bias=((1, 1.0), (1, 2.0))),
        Sampling(bias=tuple((token, 1.0) for token in range(1025))),
    ],
)
def test_values_outside_are_refused(given: Sampling) -> None:
    with pytest.raises(BadValue):
        checked(given)


def test_the_sentence_names_the_range() -> None:
    with pytest.raises(BadValue) as caught:
        checked(Sampling(temperature=9.5))
    assert caught.value.sentence == "temperature takes a number from 0 to 2; 9.5 is outside."


def test_what_is_given_lies_over_the_defaults() -> None:
    defaults = Sampling(temperature=0.2, top_p=0.9, stop=("x",))
    assert laid_over(defaults, Sampling(temperature=0.0)) == Sampling(temperature=0.0, top_p=0.9, stop=("x",))


def test_no_and_nothing_are_given_too() -> None:
    laid = laid_over(Sampling(thinking=True, likelihoods=3), Sampling(thinking=False, likelihoods=0))
    assert (laid.thinking, laid.likelihoods) == (False, 0)
