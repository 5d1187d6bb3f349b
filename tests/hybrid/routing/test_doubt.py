"""How sure a model was of its words, and what that says of its answer."""

from __future__ import annotations

import math

import pytest

from sottovoce.core.events import Likelihood
from sottovoce.hybrid.routing import doubt as doubts
from sottovoce.hybrid.routing.doubt import Weight, Weights, doubt
from sottovoce.hybrid.routing.signals import FIRST, Signals, from_json, signals


def token(chance: float, best: float | None = None) -> Likelihood:
    others = () if best is None else (Likelihood("b", b"b", math.log(best)),)
    return Likelihood("a", b"a", math.log(chance), others)


def found(*tokens: Likelihood) -> Signals:
    made = signals(tokens)
    assert made is not None
    return made


def test_signals_are_of_the_likeliest_token_at_each_place() -> None:
    drawn = found(token(0.1, 0.9), token(0.4, 0.4))
    assert drawn.first == pytest.approx(math.log(0.9))
    assert drawn.lowest == pytest.approx((math.log(0.9) + math.log(0.4)) / 2)
    assert drawn.unsure == 0.5
    assert drawn.length == 2


def test_only_the_beginning_of_an_answer_counts() -> None:
    sure = [token(0.9)] * FIRST
    assert found(*sure, token(0.01)) == found(*sure)


def test_what_no_model_weighed_has_no_signals() -> None:
    assert signals(()) is None


def test_signals_are_kept_as_text_and_nothing_else_is_taken_for_them() -> None:
    made = found(token(0.5), token(0.3))
    kept = from_json(made.to_json())
    assert kept is not None
    assert kept.lowest == pytest.approx(made.lowest, abs=1e-4)
    for text in ("", "{}", "[]", '{"first": "x"}'):
        assert from_json(text) is None


def test_doubt_is_a_sum_of_weights() -> None:
    weights = Weights({"first": Weight(-1.0, 0.5, -2.0)}, 0.0, 0.5)
    sure, unsure = found(token(math.exp(-0.5))), found(token(math.exp(-1.5)))
    assert doubt(sure, weights) == pytest.approx(1 / (1 + math.exp(2)))
    assert doubt(unsure, weights) == pytest.approx(1 / (1 + math.exp(-2)))


def test_the_weights_that_come_with_the_program_are_of_its_signals() -> None:
    ours = doubts.ours()
    assert set(ours.signals) <= set(doubts.features(found(token(0.5))))
    assert ours.signals
    assert 0 < ours.limit < 1


def test_who_is_unsure_of_every_word_is_doubted_more() -> None:
    assert doubt(found(*[token(0.2)] * 40)) > doubt(found(*[token(0.99)] * 5))


@pytest.mark.parametrize("text", ["", "first 1 2\nbias 0\nlimit 0.5", "bias x\nlimit 0.5"])
def test_a_file_that_holds_no_weights_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        doubts.read(text)
