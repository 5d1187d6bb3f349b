"""The battery, as Linux tells of it: files in a folder of the shape of /sys/class/power_supply."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from sottovoce.hybrid.routing.battery import charge

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files of Linux")


@pytest.fixture
def supplies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(psutil._pslinux, "POWER_SUPPLY_PATH", str(tmp_path))
    return tmp_path


def battery(folder: Path, status: str, percent: int) -> None:
    told = {
        "type": "Battery", "status": status, "capacity": str(percent),
        "energy_now": str(percent * 1000), "energy_full": "100000", "power_now": "5000",
    }  # fmt: skip
    (folder / "BAT0").mkdir()
    for name, text in told.items():
        (folder / "BAT0" / name).write_text(f"{text}\n", "utf-8")


@pytest.mark.parametrize(
    ("status", "percent", "told"),
    [("Discharging", 15, 15), ("Charging", 15, None), ("Full", 100, None), ("Unknown", 50, None)],
)
def test_a_battery_counts_while_it_is_used(
    supplies: Path, status: str, percent: int, told: int | None
) -> None:
    battery(supplies, status, percent)
    assert charge() == told


def test_a_machine_without_a_battery_has_no_charge(supplies: Path) -> None:
    assert charge() is None
