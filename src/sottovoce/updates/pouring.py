"""Moves bytes from one file into another within the kernel, and hashes what has arrived there behind it.

What is hashed is the copy: a stick that gives other bytes to a second reader deceives nobody. Two threads
hand over every 4 MiB: where others want the processor too, each hand-over is a wait.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future

STEP = 4 << 20
AHEAD = 16
"""Steps by which copying may be ahead: what is hashed is still in memory then."""

BLOCK = 1 << 20

OTHERWISE = frozenset(
    getattr(errno, name)
    for name in ("EXDEV", "EINVAL", "ENOSYS", "EOPNOTSUPP", "ENOTSOCK", "EBADF", "EPERM")
    if hasattr(errno, name)
)
"""How systems say that they do not copy so: from another kind of disk, or at all."""

Pour = Callable[[int, int, int, int, int], int]
"""Copies at most so many bytes from a place in one file to a place in another, and tells how many it were."""


class Pourer:
    """Copies the quickest way that these two files allow, which is found out on the first bytes."""

    def __init__(self) -> None:
        self._ways: list[Pour] = [way for name, way in WAYS if name is None or hasattr(os, name)]

    def pour(self, source: int, start: int, into: int, at: int, count: int) -> int:
        """Return how many bytes were copied; 0: the source ends there. Raises OSError."""
        while True:
            way = self._ways[0]
            try:
                done = way(source, start, into, at, min(count, STEP))
            except OSError as problem:
                if problem.errno not in OTHERWISE or len(self._ways) == 1:
                    raise
            else:
                if done or len(self._ways) == 1:
                    return done
            del self._ways[0]


class Hashing:
    """The SHA-256 of what stands in a file from `at` on, by a helper, one thread, that reads it there."""

    def __init__(self, handle: int, at: int, helper: Executor) -> None:
        self._handle = handle
        self._at = at
        self._helper = helper
        self._digest = hashlib.sha256()
        self._buffer = memoryview(bytearray(BLOCK))
        self._under_way: deque[Future[None]] = deque()

    def reach(self, end: int) -> None:
        """Hash on, up to `end`. Waits while too much is unhashed; raises OSError of what was before."""
        self._under_way.append(self._helper.submit(self._read, end))
        while len(self._under_way) > AHEAD:
            self._under_way.popleft().result()

    def digest(self) -> str:
        """Wait for all of it. Raises OSError."""
        while self._under_way:
            self._under_way.popleft().result()
        return self._digest.hexdigest()

    def _read(self, end: int) -> None:
        while self._at < end:
            count = os.preadv(self._handle, [self._buffer[: end - self._at]], self._at)
            if not count:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            self._digest.update(self._buffer[:count])
            self._at += count


def _within(source: int, start: int, into: int, at: int, count: int) -> int:
    return os.copy_file_range(source, into, count, start, at)


def _sent(source: int, start: int, into: int, at: int, count: int) -> int:
    os.lseek(into, at, os.SEEK_SET)
    return os.sendfile(into, source, start, count)


def _by_hand(source: int, start: int, into: int, at: int, count: int) -> int:
    data = os.pread(source, min(count, BLOCK), start)
    done = 0
    while done < len(data):
        done += os.pwrite(into, data[done:], at + done)
    return done


WAYS: tuple[tuple[str | None, Pour], ...] = (
    ("copy_file_range", _within),
    ("sendfile", _sent),
    (None, _by_hand),
)
