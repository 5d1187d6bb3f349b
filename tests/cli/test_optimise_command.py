"""sotto models optimise: what a person is told before, after, and instead."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from gguf_samples import language_model, slow_model
from made_quick import QUICKER, Said

from sottovoce.models.comparing import Comparison, Speeds

SLOWER = Comparison(Speeds(100, 50), Speeds(90, 40), 0.0, 0.001, 100)
WORSE = Comparison(Speeds(100, 50), Speeds(200, 60), 0.1, 0.001, 100)


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    (tmp_path / "home" / "models").mkdir(parents=True)
    return slow_model().write(tmp_path / "home" / "models" / "slow.gguf")


@pytest.fixture
def compared(monkeypatch):
    """Have the comparison say this, instead of taking the time for it."""

    def saying(found: Comparison) -> None:
        monkeypatch.setitem(OPTIMISE.__kwdefaults__, "compare", Said(found))

    from sottovoce.models.optimising import optimise as OPTIMISE

    saying(QUICKER)
    return saying


def test_first_it_says_what_would_be_done_and_does_nothing(sotto, slow):
    before = slow.read_bytes()
    result = sotto("models", "optimise", "slow", "--dry-run")
    assert result.code == 0
    assert "slow is packed as Q4_1. 14 of its 20 tensors are Q4_1" in result.err
    facts = json.loads(sotto("models", "optimise", "slow", "--dry-run", "--json").out)
    assert (facts["name"], facts["from"], facts["to"], facts["tensors"]) == ("slow", "Q4_1", "Q8_0", 14)
    assert facts["bytes_after"] > facts["bytes"]
    assert facts["memory_bytes_after"] > facts["memory_bytes"]
    assert slow.read_bytes() == before


def test_without_a_yes_nothing_is_done(sotto, slow):
    before = slow.read_bytes()
    result = sotto("models", "optimise", "slow")
    assert result.code == 3
    assert "Add --yes" in result.err
    assert slow.read_bytes() == before


def test_done_it_is_told_shown_listed_undone_and_removed(sotto, slow, compared):
    before = hashlib.sha256(slow.read_bytes()).hexdigest()
    result = sotto("models", "optimise", "slow", "--yes")
    assert result.code == 0
    assert "reads 160 tokens a second instead of 100 (1.60 times as fast)" in result.err
    assert "To undo it: sotto models optimise slow --undo" in result.err
    assert "optimised (Q8_0 from Q4_1)" in sotto("models", "list").out
    assert "optimised (Q8_0 from Q4_1)" in sotto("models", "show", "slow").out
    assert sotto("models", "verify", "slow").out.startswith("slow: sound")
    assert "optimised already" in sotto("models", "optimise", "slow", "--yes").err
    assert sotto("models", "optimise", "slow", "--undo").code == 0
    assert hashlib.sha256(slow.read_bytes()).hexdigest() == before
    assert sotto("models", "optimise", "slow", "--yes", "--drop-original").code == 0
    assert "not here any more" in sotto("models", "optimise", "slow", "--undo").err
    assert sotto("models", "remove", "slow", "--yes").code == 0
    assert not slow.exists()


def test_the_outcome_as_json(sotto, slow, compared):
    facts = json.loads(sotto("models", "optimise", "slow", "--yes", "--json").out)
    assert facts["optimised"] is True
    assert facts["sha256"] == hashlib.sha256(slow.read_bytes()).hexdigest()
    assert facts["prompt_tokens_per_s"] == [100, 160]
    assert json.loads(sotto("models", "optimise", "slow", "--drop-original", "--yes", "--json").out)[
        "freed_bytes"
    ]


@pytest.mark.parametrize(("found", "why"), [(SLOWER, "is not quicker here"), (WORSE, "is not as good")])
def test_what_is_not_better_is_not_taken_and_it_says_why(sotto, slow, compared, found, why):
    compared(found)
    result = sotto("models", "optimise", "slow", "--yes")
    assert result.code == 1
    assert f"slow stays as it was: the new file {why}." in result.err
    assert ("--keep" in result.err) == (found is SLOWER)
    assert json.loads(sotto("models", "optimise", "slow", "--yes", "--json").out)["optimised"] is False


def test_of_a_variant_the_model_beneath_is_meant(sotto, slow):
    assert sotto("variants", "add", "clinic", "--model", "slow").code == 0
    facts = json.loads(sotto("models", "optimise", "clinic", "--dry-run", "--json").out)
    assert facts["name"] == "slow"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nobody"], 2, "There is no model named 'nobody'"),
        (["quick"], 3, "there is nothing to gain"),
        (["slow", "--undo"], 3, "slow is not optimised"),
        (["starter", "--undo"], 3, "starter is not optimised"),
        (["slow", "--undo", "--keep"], 2, "--undo goes with no other"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(sotto, slow, arguments, code, words):
    language_model().write(slow.with_name("quick.gguf"))
    result = sotto("models", "optimise", *arguments)
    assert result.code == code
    assert words in result.err
