"""Rests of an engine that works in the background: while other programs compute, it is mostly still.

Its priority alone is not enough: a thread that is put off by another holds up all those of a chat, which
wait for each other at every layer. On systems that do not tell what others do, it never rests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from sottovoce.engine.threads import OthersGauge

BUSY = 0.5
"""Cores that others keep busy, from which on it rests."""

TIMES = 2.0
"""It rests so many times as long as it worked."""

LOOK_SECONDS = 0.5
"""Over so long it is looked what others do: the system counts in hundredths of a second."""


class GivingWay:
    def __init__(
        self,
        gauge: Callable[[list[int]], OthersGauge] = OthersGauge,
        clock: Callable[[], float] = time.monotonic,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gauge = gauge
        self._clock = clock
        self._rest = rest
        self._reading: OthersGauge | None = None
        self._since = 0.0
        self._others = 0.0

    async def after(self, seconds: float, pid: int) -> None:
        """Rest after so many seconds of work by a process, where any but it and this program are at work."""
        now = self._clock()
        if self._reading is None or now - self._since >= LOOK_SECONDS:
            if self._reading is not None:
                self._others = self._reading.read([pid])
            self._reading, self._since = self._gauge([pid]), now
        if self._others >= BUSY:
            await self._rest(seconds * TIMES)
