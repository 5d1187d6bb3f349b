"""How far a download is, how fast it goes, and when it will be done."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 5.0
"""The speed is that of the last seconds: long enough to be calm, short enough to be true."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes here of all bytes, bytes a second, and seconds left; None: not known yet."""

    received: int
    size: int | None
    speed: float | None = None
    seconds_left: float | None = None


class Meter:
    """Turns a count of bytes that is looked at now and then into a speed."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def read(self, received: int, size: int | None) -> Progress:
        now = self._clock()
        if self._seen and received < self._seen[-1][1]:
            self._seen.clear()  # it began anew
        self._seen.append((now, received))
        while self._seen[0][0] < now - SECONDS:
            self._seen.popleft()
        then, before = self._seen[0]
        speed = (received - before) / (now - then) if now > then else None
        left = (size - received) / speed if size is not None and speed else None
        return Progress(received, size, speed, left)
