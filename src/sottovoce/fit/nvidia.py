"""Ask NVIDIA's own library (NVML) about its cards: name, memory, and how quickly that is read.

The library comes with the driver; without one there is nothing to ask. Called through ctypes, so that no
package is needed. Function names and structures: NVIDIA's nvml.h.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import Any

NAMES = ("nvml.dll",) if sys.platform == "win32" else ("libnvidia-ml.so.1", "libnvidia-ml.so")
MEMORY_CLOCK = 2
TEXT = 96
DOUBLE_RATE = 2
"""Transfers for each tick of the memory's clock."""


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


@dataclass(frozen=True, slots=True)
class Card:
    """Bytes, and bytes a second by bus width and clock; 0 where the driver does not say."""

    name: str
    memory: int
    free: int
    bandwidth: float
    driver: str


def cards() -> list[Card]:
    """Return the cards that the driver knows. Never raises: without a driver there are none."""
    library = _library()
    if library is None or library.nvmlInit_v2() != 0:
        return []
    try:
        count = ctypes.c_uint()
        if library.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
            return []
        found = [_card(library, number) for number in range(count.value)]
        return [card for card in found if card is not None]
    finally:
        library.nvmlShutdown()


def bandwidth(bus_bits: int, clock_mhz: int) -> float:
    """Return bytes a second."""
    return bus_bits / 8 * clock_mhz * 1e6 * DOUBLE_RATE


def _library() -> Any:
    for name in NAMES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _card(library: Any, number: int) -> Card | None:
    device = ctypes.c_void_p()
    if library.nvmlDeviceGetHandleByIndex_v2(number, ctypes.byref(device)) != 0:
        return None
    name, driver = ctypes.create_string_buffer(TEXT), ctypes.create_string_buffer(TEXT)
    library.nvmlDeviceGetName(device, name, TEXT)
    library.nvmlSystemGetDriverVersion(driver, TEXT)
    memory = _Memory()
    library.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory))
    width, clock = ctypes.c_uint(), ctypes.c_uint()
    library.nvmlDeviceGetMemoryBusWidth(device, ctypes.byref(width))
    library.nvmlDeviceGetMaxClockInfo(device, MEMORY_CLOCK, ctypes.byref(clock))
    return Card(
        name.value.decode("utf-8", "replace") or "graphics card",
        int(memory.total),
        int(memory.free),
        bandwidth(width.value, clock.value),
        driver.value.decode("utf-8", "replace"),
    )
