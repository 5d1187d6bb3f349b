"""What was measured of this machine, as it is kept."""

from __future__ import annotations

import pytest

from sottovoce.core.paths import Home
from sottovoce.fit import known
from sottovoce.fit.estimate import Program
from sottovoce.fit.known import Measured
from sottovoce.fit.pace import Pace

WHOLE = {"once F16": 1.0, "few F16": 1.0, "each F16": 1.0}


def test_what_was_kept_is_found_again_for_the_same_machine(home: Home) -> None:
    measured = Measured("this", Pace(WHOLE), Program())
    known.keep(home, measured)
    assert known.kept(home, "this") == measured
    assert known.kept(home, "another") is None


@pytest.mark.parametrize("costs", [{}, {"once F16": 1.0}, {**WHOLE, "row": "much"}, {**WHOLE, "row": None}])
def test_costs_of_which_nothing_follows_are_measured_anew(home: Home, costs: dict[str, float]) -> None:
    known.keep(home, Measured("this", Pace(costs), Program()))
    assert known.kept(home, "this") is None
