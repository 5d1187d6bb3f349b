"""The weights that come with the program are those that the committed answers give."""

from __future__ import annotations

import json
from pathlib import Path

from bench import doubt as bench

from sottovoce.evals.routed import area

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/decisions/0029-signals-of-doubt.md"


def learnt() -> list[bench.Sample]:
    found = bench.samples(json.loads(bench.SAMPLES.read_text("utf-8"))["plain"])
    return [one for one in found if one.language == "en" and not one.is_held_out]


def test_the_weights_are_those_that_the_committed_answers_give() -> None:
    assert bench.written(bench.final(learnt())) == bench.WEIGHTS.read_text("utf-8")


def test_they_tell_as_much_as_the_page_says() -> None:
    those = learnt()
    doubts = bench.crossed(those)
    found = area(
        [value for one, value in zip(those, doubts, strict=True) if not one.is_right],
        [value for one, value in zip(those, doubts, strict=True) if one.is_right],
    )
    assert found is not None
    assert f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})" in PAGE.read_text("utf-8")
    assert found.low > 0.5
