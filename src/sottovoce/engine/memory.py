"""Does a model fit in this machine's memory? Asked before anything is loaded."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import NotEnoughMemory
from sottovoce.engine.header import Header

BUFFERS = 96 << 20
"""The engine's code, compute buffers and vocabulary, beside weights and window."""

MOST_SLOTS = 4
"""More answers at once bring little on a processor, and each takes memory for a whole window."""

STEP = 256
"""Tokens; the smallest window, and the steps in which a smaller one is proposed."""

SHARE = 0.5
"""Of the free memory, what the windows may take: the rest is other programs'."""

CGROUP_FILES = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)


@dataclass(frozen=True, slots=True)
class Need:
    """What one loaded model takes. `taken` tells the bytes for any window, which only grow with it."""

    window: int
    taken: Callable[[int], int]

    @property
    def bytes(self) -> int:
        return self.taken(self.window)

    def window_within(self, room: int) -> int:
        """Return the largest window that fits, in steps of 256 tokens; 0 where none does."""
        most = self.window // STEP
        return STEP * bisect_right(range(1, most + 1), room, key=lambda steps: self.taken(STEP * steps))


def by_header(header: Header, window: int, slots: int, batch: int) -> int:
    """Return the bytes that a model takes at least, by what its header says."""
    return needed(header.file_size, header.kv_bytes_per_token(), window * slots)


def needed(weights: int, kv_bytes_per_token: int, tokens: int) -> int:
    """Return the bytes a model takes with `tokens` cells of window over all slots."""
    return weights + kv_bytes_per_token * tokens + BUFFERS


def slots_that_fit(weights: int, one_window: int, room: int) -> int:
    """Return how many windows fit well beside the weights: at least one, whether it fits or not."""
    return max(1, min(MOST_SLOTS, int((room - needed(weights, 0, 0)) * SHARE) // max(1, one_window)))


def available() -> int:
    """Return the bytes this process and its children may still take."""
    import psutil

    room = [int(psutil.virtual_memory().available), *container_room(CGROUP_FILES)]
    if sys.platform != "win32":
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            room.append(limit)
    return max(0, min(room))


def private(process: int) -> int:
    """Return the bytes that a process has for itself alone, and the system no longer counts as free.

    A mapped file's pages are not among them, as long as weights are: the system gives them back whenever
    somebody asks. Only Linux tells the two apart; elsewhere, and of a process that is gone, 0.
    """
    import psutil

    try:
        info = psutil.Process(process).memory_info()
    except psutil.Error:
        return 0
    return max(0, int(info.rss) - int(info.shared)) if hasattr(info, "shared") else 0


def container_room(files: Iterable[tuple[Path, Path]]) -> list[int]:
    """Return what each memory limit of a container leaves; nothing where there is no limit."""
    room = []
    for limit, used in files:
        try:
            room.append(int(limit.read_text("ascii")) - int(used.read_text("ascii")))
        except (OSError, ValueError):  # no such limit here, or the word "max"
            continue
    return room


def require(wanted: int, room: int, name: str) -> None:
    """Raise NotEnoughMemory unless the wanted bytes are there."""
    if wanted > room:
        raise not_enough(wanted, room, name)


def not_enough(wanted: int, room: int, name: str, window: int = 0) -> NotEnoughMemory:
    """Return the problem of a model that does not fit. `window` is one with which it would; 0: none would."""
    smaller = f"a smaller window: sotto settings set context {window or 2048}"
    return NotEnoughMemory(
        f"{name} needs {_gigabytes(wanted)} of memory; {_gigabytes(room)} are free.",
        hint=f"It would fit with {smaller}" if window else _LESS.format(smaller=smaller),
    )


_LESS = "Close other programs, choose a smaller model, or {smaller}"


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
