"""A few malformed models and damaged states; `make torture` tries thousands."""

from __future__ import annotations

import hmac
import json
from pathlib import Path
from unittest.mock import patch

import pytest
from torture import forged, malformed, wounds
from torture.fed import Answer
from torture.pulse import Beat, told, unmeasured
from torture.result import Figures

FIGURES = Figures()
FEW = 60


def test_changed_headers_are_read_or_refused(tmp_path: Path) -> None:
    assert [malformed._header(tmp_path, FIGURES, case) for case in range(FEW)] == [None] * FEW


def test_one_whose_weights_lie_anywhere_is_noticed(tmp_path: Path) -> None:
    faults = [malformed._header_anywhere(tmp_path, FIGURES, case) for case in range(FEW)]
    assert any(fault and "lies upon another" in fault for fault in faults)


@pytest.mark.parametrize("what", wounds.SHAPES)
def test_the_shape_of_a_published_hole_is_refused(tmp_path: Path, what: str) -> None:
    wounds.shape(tmp_path / "shape.gguf", what)
    assert not wounds.is_taken(tmp_path / "shape.gguf")


def test_damaged_weights_leave_the_header(tmp_path: Path) -> None:
    path = tmp_path / "starter.gguf"
    wounds.damage_weights(path, FIGURES.chance("weights"))
    assert wounds.is_taken(path)


def test_every_way_to_damage_a_state_is_noticed(tmp_path: Path) -> None:
    attempt = forged.attempt(tmp_path, forged.stock(tmp_path, FIGURES.chance("states")), FIGURES)
    cases = range(len(forged.WAYS) * len(forged.ALL))
    assert [attempt(case) for case in cases] == [None] * len(cases)
    with patch.object(hmac, "compare_digest", lambda *_: True):
        believed = {fault for case in cases if (fault := attempt(case))}
    assert "flipped_state: it was believed" in believed
    assert "of_another_home: it was believed" in believed


@pytest.mark.parametrize(
    ("took", "waited", "beside", "answered", "late", "stalled"),
    [
        (0.004, 0.0, 0.002, True, False, False),
        (0.15, 0.0, 0.002, True, True, False),
        (0.15, 0.02, 0.002, True, True, False),
        (0.15, 0.06, 0.002, True, True, True),
        (0.15, 0.0, 0.14, True, True, True),
        (0.01, 0.0, 0.002, False, True, False),
        (10.0, 9.99, 0.002, False, True, False),
        (10.0, 0.0, 9.9, False, True, True),
    ],
)
def test_an_answer_is_late_unless_the_machine_was(
    took: float, waited: float, beside: float, answered: bool, late: bool, stalled: bool
) -> None:
    beat = Beat(1.0, took, waited, beside, answered)
    assert (beat.is_late, beat.is_stalled) == (late, stalled)


def test_what_was_late_is_told() -> None:
    beats = [Beat(1.0, took, 0.0, beside, True) for took, beside in ((0.01, 0.0), (0.03, 0.0), (0.5, 0.4))]
    assert told(beats) == (
        "Asked for its health 3 times meanwhile, the server took 30 ms at most,"
        " but for 1 where the machine was late."
    )


def test_a_machine_that_is_late_too_often_measures_nothing() -> None:
    beats = [Beat(1.0, 0.01, 0.0, 0.0, True)] * 95 + [Beat(1.0, 0.5, 0.0, 0.4, True)] * 5
    assert unmeasured(beats) is None
    assert unmeasured([]) is None
    assert unmeasured(beats[1:]) == (
        "the machine was late for 5 of 99 answers about its health: not measured"
    )


@pytest.mark.parametrize(
    ("status", "said", "is_wrong"),
    [
        (200, "{}", False),
        (503, json.dumps({"error": "The engine cannot load this model. Next: sotto doctor"}), False),
        (500, json.dumps({"error": "Something failed here that should not have. Next: x"}), True),
        (503, json.dumps({"error": ""}), True),
        (502, "Bad gateway", True),
    ],
)
def test_an_error_without_its_sentence_is_a_fault(status: int, said: str, is_wrong: bool) -> None:
    assert (Answer(status, said).fault is not None) == is_wrong
