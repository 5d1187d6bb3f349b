"""A few questions of each kind, one after the other in one slot; `make torture` asks hundreds at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from torture import isolation
from torture.isolation import KEPT, LOGGED, SLOTS, World, begun
from torture.result import Figures

pytestmark = [pytest.mark.e2e, pytest.mark.model, pytest.mark.usefixtures("loopback")]

TURNS = ("0 0", "0 1", "0 2", "0 3", "0 4", "1 1")
REACHED = [f"1 {reach}" for reach in isolation.REACHES]


def faults(world: World) -> tuple[list[str], list[str], list[str]]:
    turns = [fault for fault in map(world.turn, TURNS) if fault]
    reached = [fault for fault in map(world.reach, REACHED) if fault]
    names, look = world.places()
    return turns, reached, [f"{name} {fault}" for name in names if (fault := look(name))]


def test_nothing_reaches_another(tmp_path: Path) -> None:
    with begun(tmp_path, Figures(), slots=1) as world:
        assert faults(world) == ([], [], [])


def test_without_its_safeguards_it_does(tmp_path: Path) -> None:
    with begun(tmp_path, Figures(), SLOTS + KEPT + LOGGED, slots=1) as world:
        turns, reached, places = faults(world)
    assert any("tokens were reused" in fault for fault in turns)
    assert any("another's word" in fault for fault in reached)
    assert any(place.startswith("in home/logs/server.log holds the words of") for place in places)
