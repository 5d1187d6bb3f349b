"""The memory that models loaded side by side share: who wants in has those put to rest that rested longest.

Knows neither models nor what is asked of them; `Life` says what it needs and whether somebody uses it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import Busy
from sottovoce.engine import memory

if TYPE_CHECKING:
    from sottovoce.engine.life import Life
    from sottovoce.engine.memory import Need


LOOK_SECONDS = 1.0
"""Other programs tell nobody when they give memory back."""


@dataclass(frozen=True, slots=True)
class Guest:
    """What a model was promised, and the process that takes it."""

    need: Need
    pid: int


class Room:
    """`free` tells the bytes that are free now, `taken` those that a process already has for itself."""

    def __init__(
        self, free: Callable[[], int] = memory.available, taken: Callable[[int], int] = memory.private
    ) -> None:
        self._free = free
        self._taken = taken
        self._guests: dict[Life, Guest] = {}
        self._waiting: set[Life] = set()
        self._door = asyncio.Lock()
        self._stirred = asyncio.Event()

    def free(self) -> int:
        """Return the bytes left, once all that are loaded have all they were promised. Any thread may ask.

        The system counts as free what a model has not touched yet, and weights that are mapped from a file.
        """
        guests = list(self._guests.items())  # they come and go while a thread asks
        return self._free() - sum(self._owed(life, guest) for life, guest in guests)

    @property
    def pids(self) -> list[int]:
        """The processes of all that are loaded, or about to be."""
        return [guest.pid for guest in self._guests.values()]

    def taken(self) -> int:
        """Return the bytes that all have now, each for itself: all of it can be had. Any thread may ask."""
        return sum(self._taken(guest.pid) for guest in list(self._guests.values()))

    async def enter(self, life: Life, need: Need, pid: int) -> None:
        """Make room for a model that a process is about to load, and keep it until `leave`.

        Models that nobody uses are put to rest, the one used longest ago first, but only where that is of
        use. Where those in use stand in the way, waits for them, however long: see `is_waiting` and `full`.
        Raises NotEnoughMemory.
        """
        self._waiting.add(life)
        try:
            async with self._door:
                await self._until_fits(life, need)
                self._guests[life] = Guest(need, pid)
        finally:
            self._waiting.discard(life)

    def is_waiting(self, life: Life) -> bool:
        """Is somebody else in the way of what is about to be loaded?"""
        return life in self._waiting

    def full(self, life: Life) -> Busy:
        """Return the problem of whoever has waited for long enough."""
        names = sorted({guest.plan.name for guest in self._guests}) or ["another"]
        verb = "is" if len(names) == 1 else "are"
        return Busy(
            f"There is no memory for {life.plan.name} while {' and '.join(names)} {verb} in use.",
            hint=f"Ask again in a moment, or ask {names[0]}",
            retry_after=10,
        )

    def leave(self, life: Life) -> None:
        """Give back what a model had; it is unloaded."""
        self._guests.pop(life, None)
        self._stirred.set()

    def stir(self) -> None:
        """Know that somebody may rest now."""
        self._stirred.set()

    def held(self, life: Life) -> int:
        """Return the bytes that are kept for a model; 0 where it is not loaded."""
        guest = self._guests.get(life)
        return 0 if guest is None else guest.need.bytes

    async def _until_fits(self, life: Life, need: Need) -> None:
        while (short := need.bytes - self.free()) > 0:
            self._stirred.clear()
            resting = self._resting()
            if self._all_of(resting) >= short:
                # Whoever wants in may give up meanwhile; the other is still put to rest in good order.
                await asyncio.shield(asyncio.ensure_future(resting[0].rest()))
            elif self._all_of(self._guests) >= short:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._stirred.wait()
            else:
                free = self.free() + self._all_of(self._guests)
                raise memory.not_enough(need.bytes, free, life.plan.name, need.window_within(free))

    def _resting(self) -> list[Life]:
        """Return those that nobody uses, the one used longest ago first."""
        return sorted((life for life in self._guests if life.is_resting), key=lambda life: life.used)

    def _all_of(self, lives: list[Life] | dict[Life, Guest]) -> int:
        return sum(self._guests[life].need.bytes for life in lives)

    def _owed(self, life: Life, guest: Guest) -> int:
        """Return what a model was promised and has not taken yet; a dead one takes no more."""
        running = life.running
        if running is not None and not running.child.is_alive:
            return 0
        # Also while it is loaded or put to rest: what it has then is no longer among what is free.
        return max(0, guest.need.bytes - self._taken(guest.pid))
