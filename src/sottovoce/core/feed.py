"""Events with numbers, kept while somebody may still ask for them, and followed by any number of readers.

Each reader goes at its own pace over what all share, and holds up nobody. Knows nothing of what happens.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

E = TypeVar("E")


@dataclass(slots=True, eq=False, kw_only=True)
class Feed(Generic[E]):
    """Events are numbered from 1, unless told otherwise.

    Of more than `most` the oldest are forgotten; their numbers stay theirs.
    """

    most: int = sys.maxsize
    ended: bool = False
    events: list[E] = field(default_factory=list)
    _forgotten: int = 0
    _readers: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Return the number of the newest event; 0: there was none yet."""
        return self._forgotten + len(self.events)

    def begin_after(self, number: int) -> None:
        """Number the first event after one of an earlier feed, which this one follows."""
        self._forgotten = number

    def tell(self, event: E) -> None:
        self.events.append(event)
        over = len(self.events) - self.most
        if over > 0:
            # A quarter at a time: moving the rest down for every single event would cost too much.
            gone = max(over, self.most // 4)
            del self.events[:gone]
            self._forgotten += gone
        self._wake()

    def end(self) -> None:
        self.ended = True
        self._wake()

    def left(self, after: int) -> bool:
        """Return whether there is, or may yet be, anything after that event."""
        return not self.ended or after < self.last

    async def follow(self, after: int = 0) -> AsyncGenerator[tuple[int, E], None]:
        """Yield the events after the given one with their numbers, to the end."""
        at = after
        while await self._more(at):
            at = max(at, self._forgotten) + 1
            yield at, self.events[at - self._forgotten - 1]

    async def _more(self, known: int) -> bool:
        """Wait for an event after those known. Return False when none will come."""
        while known >= self.last and not self.ended:
            reader: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._readers.append(reader)
            await reader
        return known < self.last

    def _wake(self) -> None:
        for reader in self._readers:
            if not reader.done():
                reader.set_result(None)
        self._readers.clear()
