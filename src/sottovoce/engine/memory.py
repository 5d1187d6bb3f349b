"""Does a model fit in this machine's memory? Asked before anything is loaded."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
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

CGROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes"),
)
"""Where a container's limit and what it uses are told, in the newer way and the older."""

FILE_CACHE = ("active_file", "inactive_file")


@dataclass(frozen=True)
class Need:
    """What one loaded model takes. `taken` tells the bytes for any window, which only grow with it."""

    window: int
    taken: Callable[[int], int]

    @cached_property
    def bytes(self) -> int:
        return self.taken(self.window)  # goes through all of a model's tensors; asked at each request

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

    room = [int(psutil.virtual_memory().available), *container_room(CGROUPS)]
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


def container_room(groups: Iterable[tuple[Path, str, str]]) -> list[int]:
    """Return what each memory limit of a container leaves; nothing where there is no limit.

    The pages of files are counted as used there, though they are given back as soon as somebody asks.
    """
    room = []
    for folder, limit, used in groups:
        try:
            most, taken = (int((folder / name).read_text("ascii")) for name in (limit, used))
        except (OSError, ValueError):  # no such limit here, or the word "max"
            continue
        room.append(most - max(0, taken - _file_cache(folder)))
    return room


def _file_cache(folder: Path) -> int:
    """Return the bytes of files that a control group's memory holds; the older kind tells a total as well."""
    try:
        lines = [line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines()]
        said = {line[0]: int(line[1]) for line in lines}
    except (OSError, ValueError, IndexError):
        return 0
    return sum(said.get(f"total_{name}", said.get(name, 0)) for name in FILE_CACHE)


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
