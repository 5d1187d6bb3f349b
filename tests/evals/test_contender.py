"""A model's name with settings behind it: what is meant, and what cannot be."""

from __future__ import annotations

import pytest

from sottovoce.core.errors import BadValue
from sottovoce.evals.contender import LONGEST_SYSTEM, contender


@pytest.mark.parametrize(
    "name",
    [
        "starter",
        "ollama:llama3.2:1b",
        "/models/a=b.gguf",
        "C:\\models\\a.gguf",
        "hf:org/repo:Q4_K_M",
        "./x:y.gguf",
    ],
)
def test_a_name_alone_is_a_name_whatever_stands_in_it(name: str) -> None:
    found = contender(name)
    assert (found.model, found.settings, found.system) == (name, "{}", "")


def test_settings_follow_the_name() -> None:
    found = contender("ollama:llama3.2:1b:temperature=0.8, top-k=40,seed=7")
    assert found.model == "ollama:llama3.2:1b"
    assert (found.sampling.temperature, found.sampling.top_k, found.sampling.seed) == (0.8, 40, 7)
    assert found.settings == '{"seed": 7, "temperature": 0.8, "top_k": 40}'


def test_the_system_text_goes_to_the_end_with_whatever_stands_in_it() -> None:
    found = contender("starter:temperature=0.8,system=Be brief, kind: and a=b, too.")
    assert (found.sampling.temperature, found.system) == (0.8, "Be brief, kind: and a=b, too.")
    assert contender("starter:system=请用中文回答。").system == "请用中文回答。"


def test_the_same_settings_in_another_order_are_the_same() -> None:
    assert contender("m:seed=1,top_p=0.5").settings == contender("m:top_p=0.50,seed=1").settings


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has a name"),
        ("  ", "has a name"),
        ("a\0b", "has a name"),
        (":temperature=1", "no model before"),
        ("m:temprature=1", "no setting 'temprature'"),
        ("m:colour=blue", "no setting 'colour'"),
        ("m:temperature=hot", "takes a number, not 'hot'"),
        ("m:temperature=", "takes a number, not ''"),
        ("m:temperature=nan", "temperature takes"),
        ("m:temperature=9", "is outside"),
        ("m:seed=1.5", "takes a whole number"),
        ("m:seed=1,seed=2", "seed is given twice"),
        ("m:seed=1,top_k", "takes a whole number, not ''"),
        ("m:system=", "no text behind"),
        (f"m:system={'x' * (LONGEST_SYSTEM + 1)}", "more than 20,000"),
        (f"m:seed={'9' * 5000}", "whole number|outside"),
    ],
)
def test_what_cannot_be_is_told(text: str, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence) as wrong:
        contender(text)
    assert wrong.value.hint
    assert len(wrong.value.sentence) < 300


def test_a_slip_is_put_right_in_the_hint() -> None:
    with pytest.raises(BadValue) as wrong:
        contender("m:temprature=1")
    assert wrong.value.hint == "Did you mean temperature?"
    with pytest.raises(BadValue) as begun:
        contender("m:temp=1")
    assert begun.value.hint == "Did you mean temperature?"
