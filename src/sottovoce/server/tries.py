"""How often each peer was wrong of late, so that guessing is not free. Knows not what they guessed at."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from sottovoce.core.errors import LimitReached
from sottovoce.server.limits import Bucket


@dataclass(slots=True)
class Tries:
    """Ask it only about those who are wrong: then nobody's guessing keeps out one who is right.

    Knows at most `peers` of them; beyond that the one who was wrong longest ago is forgotten.
    """

    clock: Callable[[], float] = time.monotonic
    a_minute: int = 20
    peers: int = 1024
    _left: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def wrong(self, peer: str) -> None:
        """Note that what this peer showed was wrong. Raises LimitReached when that is too often."""
        now = self.clock()
        left = self._left.pop(peer, None) or Bucket(self.a_minute, self.a_minute, now)
        self._left[peer] = left
        if len(self._left) > self.peers:
            self._left.popitem(last=False)
        left.fill(now)
        seconds = left.wait(1)
        if seconds:
            raise LimitReached(
                "Too many wrong tries came from there.",
                hint="Look what your program sends as its key, and wait a moment",
                retry_after=seconds,
            )
        left.level -= 1

    def __len__(self) -> int:
        return len(self._left)


def peer_of(request: Request) -> str:
    """Return the address at the other end; empty on the unix socket, where there is none."""
    return request.client.host if request.client else ""
