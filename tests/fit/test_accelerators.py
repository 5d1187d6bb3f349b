"""Graphics processors, as systems tell of them: written down from their formats, none is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from sottovoce.fit import accelerators, nvidia
from sottovoce.fit.accelerators import KEPT_SECONDS, Accelerator, from_drm, from_nvidia_proc


def card(folder: Path, name: str, **files: str) -> None:
    device = folder / name / "device"
    device.mkdir(parents=True)
    for file, text in files.items():
        (device / file).write_text(f"{text}\n")


def test_amds_cards_tell_their_memory(tmp_path: Path) -> None:
    total, used = str(24 << 30), str(1 << 30)
    card(tmp_path, "card0", vendor="0x1002", mem_info_vram_total=total, mem_info_vram_used=used)
    assert from_drm(tmp_path, set()) == [Accelerator("AMD", "graphics processor", 24 << 30, 23 << 30)]


def test_intels_share_the_machines_memory_unless_they_have_their_own(tmp_path: Path) -> None:
    card(tmp_path, "card0", vendor="0x8086")
    card(tmp_path, "card1", vendor="0x8086", lmem_total_bytes=str(16 << 30), product_name="Arc A770")
    assert from_drm(tmp_path, set()) == [
        Accelerator("Intel", "graphics processor"),
        Accelerator("Intel", "Arc A770", 16 << 30),
    ]


def test_screens_of_a_card_and_cards_of_others_are_passed_over(tmp_path: Path) -> None:
    card(tmp_path, "card0-HDMI-A-1", vendor="0x1002")
    card(tmp_path, "card1", vendor="0x1af4")
    card(tmp_path, "card2", vendor="0x10de")
    assert from_drm(tmp_path, {"NVIDIA"}) == []
    assert from_drm(tmp_path / "none", set()) == []


def test_nvidias_driver_is_read_where_its_library_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "0000:01:00.0"
    folder.mkdir()
    (folder / "information").write_text("Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 120\n")
    assert from_nvidia_proc(tmp_path) == [Accelerator("NVIDIA", "NVIDIA GeForce RTX 4090")]


def test_bandwidth_follows_from_bus_and_clock() -> None:
    """An H100's driver says 5,120 bits and 2,619 MHz; its data sheet says 3.35 TB/s."""
    assert nvidia.bandwidth(5120, 2619) == 3.35232e12


def test_without_a_driver_there_are_no_cards() -> None:
    assert isinstance(nvidia.cards(), list)


def test_a_driver_is_asked_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    card = nvidia.Card("H100", 80 << 30, 79 << 30, 3.35e12, "550")
    monkeypatch.setattr(nvidia, "cards", lambda: asked.append(1) or [card])
    start = 1e9 // KEPT_SECONDS * KEPT_SECONDS
    for later in (0, 1, KEPT_SECONDS - 1):
        (found, *_) = accelerators.accelerators(lambda later=later: start + later)
        assert found.name == "H100"
    assert len(asked) == 1
    accelerators.accelerators(lambda: start + KEPT_SECONDS)
    assert len(asked) == 2
