"""When a measurement counts, and what becomes of one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sottovoce.core.paths import Home
from sottovoce.engine.library import Library
from sottovoce.fit import known, probe
from sottovoce.fit.estimate import Program
from sottovoce.fit.known import Measured
from sottovoce.fit.pace import USUAL_SPREAD, Pace

COSTS = {"once F16": 1.0, "few F16": 1.0, "each F16": 1.0}


@pytest.mark.parametrize(("share", "is_kept"), [(0.97, True), (0.3, False)])
async def test_what_was_measured_while_others_computed_is_told_and_not_kept(
    home: Home, share: float, is_kept: bool
) -> None:
    async def measure(key: str, threads: int, real: Path, library: Library | None) -> Measured:
        return Measured(key, Pace(COSTS, probe.spread_with(share)), Program(), share)

    said: list[str] = []
    found = await probe.here(home, said.append, Path("any"), measure=measure)
    assert found.measured.share == share
    assert (known.here(home) is not None) == is_kept
    assert any("busy" in line for line in said) == (not is_kept)


def test_the_less_the_engine_had_the_wider_is_the_interval() -> None:
    assert probe.spread_with(0.95) == USUAL_SPREAD
    assert probe.spread_with(0.25) == pytest.approx(3), "the machine may be four times as quick"
