from __future__ import annotations

import pytest

from sottovoce.cli.chat.talk import Counts, _counts
from sottovoce.core.events import Timings, Usage

USAGE = {"prompt": 5, "reused": 1, "answer": 3}
TIMINGS = {"first_token": 0.1, "total": 0.5, "prompt_per_second": 50.0, "answer_per_second": 10.0}


def test_the_counts_of_an_old_answer_are_read_back():
    counts = _counts({"usage": USAGE, "timings": TIMINGS, "reason": "stop"})
    assert counts == Counts(Usage(5, 1, 3), Timings(0.1, 0.5, 50.0, 10.0))
    assert counts.used == 8


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"usage": USAGE},
        {"usage": "many", "timings": TIMINGS},
        {"usage": {**USAGE, "prompt": "x"}, "timings": TIMINGS},
        {"usage": {**USAGE, "prompt": float("inf")}, "timings": TIMINGS},
        {"usage": USAGE, "timings": {**TIMINGS, "total": None}},
        {"usage": None, "timings": []},
    ],
)
def test_counts_from_elsewhere_that_make_no_sense_are_left_out(facts):
    assert _counts(facts) is None
