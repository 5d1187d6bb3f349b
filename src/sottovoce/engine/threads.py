"""How many processor threads the engine gets: all cores on an idle machine, one beside other work.

Measured on two cores with two other programs computing: one thread answers 1.8 times as fast as two,
since threads that wait for each other lose to a thread that waits for nobody.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

BUSY_SHARE = 0.75
CPU_FIELDS = slice(1, 9)  # user to steal; guest time is counted in user already
IDLE_FIELDS = (4, 5)


def choose(cores: int, others: float, load: float) -> int:
    """Return the thread count. `others` and `load` are cores kept busy, just now and for a minute.

    Both must say busy: the load remembers our own last answers, the moment may be a mere blip.
    """
    busy = BUSY_SHARE * cores
    return 1 if others >= busy and load >= busy else cores


def gentle(cores: int) -> int:
    """Return the thread count that leaves half of the cores to other programs."""
    return max(1, cores // 2)


def usable_cores() -> int:
    """Return the physical cores that this process may use."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


def minute_load() -> float:
    """Return the load average of the last minute, 0 where the system keeps none."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return 0.0


class OthersGauge:
    """Cores that other programs keep busy, between making the gauge and reading it (Linux; else 0)."""

    def __init__(
        self,
        ours: Iterable[int] = (),
        stat: Path = Path("/proc/stat"),
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[int], float] | None = None,
    ) -> None:
        self._stat = stat
        self._clock = clock
        self._spent = spent or child_seconds
        self._before = {pid: self._spent(pid) for pid in ours}
        self._start = self._sample()

    def read(self, ours: Iterable[int] = ()) -> float:
        """Return busy cores that are neither this process nor children of `ours`, new or from before."""
        now = self._sample()
        seconds = now[0] - self._start[0]
        if seconds <= 0:
            return 0.0
        children = sum(self._spent(pid) - self._before.get(pid, 0.0) for pid in ours)
        others = (now[1] - self._start[1]) - (now[2] - self._start[2]) - children
        return max(0.0, others / seconds)

    def _sample(self) -> tuple[float, float, float]:
        """Return the clock, CPU seconds spent by everyone, and by this process."""
        return self._clock(), busy_seconds(self._stat), time.process_time()


def busy_seconds(stat: Path) -> float:
    """Return the CPU seconds that /proc/stat counts as not idle since the machine started."""
    try:
        first = stat.read_text("ascii").split("\n", 1)[0].split()
    except OSError:
        return 0.0
    ticks = [int(field) for field in first[CPU_FIELDS]]
    idle = sum(int(first[at]) for at in IDLE_FIELDS)
    return float(sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


def child_seconds(pid: int) -> float:
    """Return the CPU seconds that one process has used so far (Linux; else 0)."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
