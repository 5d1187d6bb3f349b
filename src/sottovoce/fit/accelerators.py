"""Which graphics processors this machine has: NVIDIA, AMD, Intel, Apple.

Looks at what the system says of itself, and asks NVIDIA's driver. Which of them the engine uses depends on
its build; docs/guides/graphics-cards.md says what to do.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sottovoce.fit import nvidia
from sottovoce.fit.estimate import unified_room

TOOL_SECONDS = 3.0
KEPT_SECONDS = 60
"""A driver is asked anew no sooner: that takes a while, and cards do not come and go."""

DRM = Path("/sys/class/drm")
NVIDIA_PROC = Path("/proc/driver/nvidia/gpus")
VENDORS = {"0x1002": "AMD", "0x8086": "Intel", "0x10de": "NVIDIA"}


@dataclass(frozen=True, slots=True)
class Accelerator:
    """`memory` and `free` are bytes of its own memory; None: not said, or it shares the machine's.

    `bandwidth` is how many bytes of it can be read in a second, 0 where that is not said.
    """

    vendor: str
    name: str
    memory: int | None = None
    free: int | None = None
    driver: str = ""
    bandwidth: float = 0.0


def accelerators(clock: Callable[[], float] = time.monotonic) -> tuple[Accelerator, ...]:
    """Return what is here, NVIDIA's first. Never raises: what cannot be asked is left out."""
    return _seen_in(int(clock() // KEPT_SECONDS))


@lru_cache(maxsize=1)
def _seen_in(minute: int) -> tuple[Accelerator, ...]:
    """Look, once a minute."""
    found = [
        Accelerator("NVIDIA", card.name, card.memory, card.free, card.driver, card.bandwidth)
        for card in nvidia.cards()
    ] or from_nvidia_proc(NVIDIA_PROC)
    found += from_drm(DRM, but={"NVIDIA"} if found else set())
    if sys.platform == "darwin" and platform.machine() == "arm64":
        found.append(_apple())
    return tuple(found)


def from_nvidia_proc(folder: Path) -> list[Accelerator]:
    """Read what NVIDIA's driver tells Linux, where its library cannot be asked."""
    found = []
    for file in sorted(folder.glob("*/information")):
        lines = dict(line.partition(":")[::2] for line in _read(file).splitlines())
        found.append(Accelerator("NVIDIA", lines.get("Model", "").strip() or "graphics card"))
    return found


def from_drm(folder: Path, but: set[str]) -> list[Accelerator]:
    """Read Linux's own list of graphics cards."""
    found = []
    for card in sorted(folder.glob("card[0-9]*")):
        device = card / "device"
        vendor = VENDORS.get(_read(device / "vendor").strip(), "")
        if "-" in card.name or not vendor or vendor in but:
            continue
        total = _number(device / "mem_info_vram_total") or _number(device / "lmem_total_bytes")
        used = _number(device / "mem_info_vram_used")
        free = total - used if total is not None and used is not None else None
        name = _read(device / "product_name").strip() or "graphics processor"
        found.append(Accelerator(vendor, name, total, free))
    return found


def _apple() -> Accelerator:
    """Return the graphics part of an Apple processor, with what it may take of the common memory."""
    import psutil

    return Accelerator("Apple", _apple_name(), unified_room(int(psutil.virtual_memory().total)))


def _apple_name() -> str:
    return _said(("sysctl", "-n", "machdep.cpu.brand_string")).strip() or "Apple silicon"


def _said(command: Sequence[str]) -> str:
    """Return what a tool answers, nothing where it is not there, fails or takes too long."""
    program = shutil.which(command[0])
    if program is None:
        return ""
    try:
        ran = subprocess.run(
            [program, *command[1:]], capture_output=True, text=True, timeout=TOOL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout if ran.returncode == 0 else ""


def _number(path: Path) -> int | None:
    text = _read(path).strip()
    return int(text) if text.isdigit() else None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
