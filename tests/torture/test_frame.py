"""The frame of `make torture`: cases are noted and taken up again; a control that finds nothing fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from torture.result import Figures, Result, Row, Tried
from torture.told import Told

WELL = Tried(10, (), 1.0)
ILL = Tried(10, ("case 3: lost",), 1.0)


def notes(folder: Path) -> Path:
    path = folder / "notes.jsonl"
    path.write_text('{"commit": "abc"}\n')
    return path


@pytest.mark.parametrize(
    ("tried", "control", "verdict"),
    [
        (WELL, ILL, "held"),
        (ILL, ILL, "broken"),
        (WELL, WELL, "its control did not fail"),
        (Tried(0, (), 0.0), ILL, "nothing was tried"),
    ],
)
def test_a_promise_is_held_only_where_its_control_could_break_it(
    tried: Tried, control: Tried, verdict: str
) -> None:
    row = Row("killed", tried, "the sync", control)
    assert row.verdict == verdict
    assert Result("Nothing is lost.", (row,)).held == (verdict == "held")
    assert not Result("Nothing is lost.", ()).held


def test_what_is_not_promised_is_told_and_decides_nothing() -> None:
    shown = Row("a cache that is never on", ILL, "", Tried(0, (), 0.0), promised=False)
    assert shown.verdict == "not promised"
    assert not Result("Nothing is lost.", (shown,)).held
    assert Result("Nothing is lost.", (Row("killed", WELL, "the sync", ILL), shown)).held


def test_every_case_is_tried_once_and_its_fault_told(tmp_path: Path) -> None:
    seen = []

    def attempt(case: int) -> str | None:
        seen.append(case)
        return "lost" if case == 7 else None

    tried = Told(notes(tmp_path)).each("killed", range(20), attempt)
    assert sorted(seen) == [*range(20)]
    assert (tried.cases, tried.faults) == (20, ("case 7: lost",))


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    path = notes(tmp_path)

    def stopped(case: int) -> str | None:
        if case == 12:
            raise KeyboardInterrupt
        return "lost" if case == 3 else None

    with pytest.raises(KeyboardInterrupt):
        Told(path).each("killed", range(20), stopped)
    path.write_text(path.read_text() + '{"what": "killed", "ca')  # and killed while it noted one
    seen = []
    tried = Told(path).each("killed", range(20), lambda case: seen.append(case))
    assert 12 in seen
    assert 3 not in seen
    assert (tried.cases, tried.faults) == (20, ("case 3: lost",))
    again = Told(path).each("killed", range(20), lambda case: "tried again")
    assert again.faults == ("case 3: lost",)


def test_a_control_ends_once_it_has_failed_often_enough(tmp_path: Path) -> None:
    tried = Told(notes(tmp_path)).each("control", range(1000), lambda case: "lost", enough=3)
    assert len(tried.faults) == 3
    assert tried.cases < 20


def test_chance_depends_on_the_seed_and_on_what_it_is_of() -> None:
    chances = {Figures(seed=seed).chance(of).random() for seed in (1, 2) for of in ("chat", "download")}
    assert len(chances) == 4
    assert Figures(seed=1).chance("chat").random() in chances
