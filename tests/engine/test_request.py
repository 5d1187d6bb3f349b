"""What reaches the engine is built here and nowhere else."""

from __future__ import annotations

from sottovoce.core.sampling import Sampling
from sottovoce.engine.llama import request

ALWAYS = {"prompt", "n_predict", "stream", "return_tokens", "response_fields"}
DEFAULTS = Sampling(temperature=0.2, top_p=0.9, repeat_penalty=1.1, max_tokens=50)


def test_only_known_fields_are_sent() -> None:
    everything = Sampling(0.5, 0.6, 7, 0.1, 1.2, 3, 9, ("x",), '{"type": "string"}')
    assert set(request([1, 2], everything, DEFAULTS, 100)) - ALWAYS == {
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "repeat_penalty",
        "seed",
        "stop",
        "json_schema",
    }


def test_what_nobody_said_is_not_sent() -> None:
    assert set(request([1, 2], Sampling(), Sampling(), 100)) == ALWAYS


def test_the_models_defaults_fill_in_and_zero_is_a_value() -> None:
    body = request([1], Sampling(temperature=0.0), DEFAULTS, 100)
    assert (body["temperature"], body["top_p"], body["repeat_penalty"]) == (0.0, 0.9, 1.1)
    assert body["n_predict"] == 50


def test_an_answer_never_outgrows_the_window() -> None:
    assert request([1] * 90, Sampling(max_tokens=5000), DEFAULTS, 100)["n_predict"] == 10


def test_json_is_not_punished_for_repeating_its_marks() -> None:
    body = request([1], Sampling(schema="{}"), DEFAULTS, 100)
    assert "repeat_penalty" not in body
    assert body["json_schema"] == {}
