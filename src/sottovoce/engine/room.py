"""The memory that models loaded side by side share: who wants in has those put to rest that rested longest.

Whoever fits comes in at once; the others wait at the door, and the first of them has the models that must
go for it: nobody new uses those until it is in, or has left.
Knows neither models nor what is asked of them; `Life` says what it needs and whether somebody uses it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import Busy, SottoError
from sottovoce.engine import memory

if TYPE_CHECKING:
    from sottovoce.engine.life import Life
    from sottovoce.engine.memory import Need

log = logging.getLogger(__name__)

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
        self._door: dict[Life, None] = {}
        """Those who want in, the first to come first."""
        self._going: dict[Life, None] = {}
        """Those who must go for the first at the door."""
        self._changed = asyncio.Event()

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
        self._door[life] = None
        try:
            await self._come_in(life, Guest(need, pid))
        finally:
            if self._is_first(life):
                self._going.clear()
            del self._door[life]
            self.stir()

    def is_waiting(self, life: Life) -> bool:
        """Is somebody else in the way of what is about to be loaded?"""
        return life in self._door

    def is_going(self, life: Life) -> bool:
        """Has this model to go for another that came to the door before whoever asks it now?"""
        return life in self._going

    def full(self, life: Life) -> Busy:
        """Return the problem of whoever has waited for long enough."""
        if self.is_going(life):
            names = [next(iter(self._door)).plan.name]
            sentence = f"{life.plan.name} has to make way for {names[0]}, which was asked for before."
        else:
            names = sorted({guest.plan.name for guest in self._guests if guest is not life}) or ["another"]
            used = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} in use"
            sentence = f"There is no memory for {life.plan.name} while {used}."
        return Busy(sentence, hint=f"Ask again in a moment, or ask {names[0]}", retry_after=10)

    def leave(self, life: Life) -> None:
        """Give back what a model had; it is unloaded."""
        self._guests.pop(life, None)
        self._going.pop(life, None)
        self.stir()

    def stir(self) -> None:
        """Have all who wait here look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self, seconds: float = LOOK_SECONDS) -> None:
        """Wait until something has changed, or it is time to look again; no longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, LOOK_SECONDS)):
                await self._changed.wait()

    def held(self, life: Life) -> int:
        """Return the bytes that are kept for a model; 0 where it is not loaded."""
        guest = self._guests.get(life)
        return 0 if guest is None else guest.need.bytes

    async def _come_in(self, life: Life, guest: Guest) -> None:
        need = guest.need
        while (short := self._owed(life, guest) - self.free()) > 0:
            if self._all_of(self._guests) < short:
                room = need.bytes - short + self._all_of(self._guests)
                raise memory.not_enough(need.bytes, room, life.plan.name, need.window_within(room))
            if self._is_first(life):
                self._have_go(short)
            if self._all_of(self._resting(life)) < short:
                await self.change()
            elif await self._make_room(life, guest):
                return
        self._guests[life] = guest

    async def _make_room(self, life: Life, guest: Guest) -> bool:
        """Put others to rest until there is room. False: somebody has come to use one of them meanwhile."""
        # Promised from now on, so that nobody else takes what is given back.
        self._guests[life] = guest
        has_room = False
        try:
            while not (has_room := self.free() >= 0) and (resting := self._resting(life)):
                # Whoever wants in may give up meanwhile; the other is still put to rest in good order.
                await asyncio.shield(asyncio.ensure_future(_put_to_rest(resting[0])))
        finally:
            if not has_room:
                del self._guests[life]
        return has_room

    def _is_first(self, life: Life) -> bool:
        return next(iter(self._door)) is life

    def _have_go(self, short: int) -> None:
        """Choose whom nobody new may use, for the first at the door; those who use them now may end.

        Nobody is let off again: else each would have new users whenever the others have none.
        """
        others = [life for life in self._guests if life not in self._going and life not in self._door]
        more: list[Life] = []
        for life in sorted(others, key=lambda life: (not life.is_resting, life.used)):
            if self._all_of([*self._going, *more]) < short:
                more.append(life)
        for life in list(more):  # a small one that rests need not go where a large one has to
            if self._all_of([*self._going, *more]) - self.held(life) >= short:
                more.remove(life)
        self._going |= dict.fromkeys(more)

    def _resting(self, life: Life) -> list[Life]:
        """Return those that may go for this one: the chosen first, then the one used longest ago."""
        others = [other for other in self._guests if other.is_resting]
        if not self._is_first(life):
            others = [other for other in others if other not in self._going]
        return sorted(others, key=lambda other: (other not in self._going, other.used))

    def _all_of(self, lives: Iterable[Life]) -> int:
        return sum(map(self.held, lives))

    def _owed(self, life: Life, guest: Guest) -> int:
        """Return what a model was promised and has not taken yet; a dead one takes no more."""
        running = life.running
        if running is not None and not running.child.is_alive:
            return 0
        # Also while it is loaded or put to rest: what it has then is no longer among what is free.
        return max(0, guest.need.bytes - self._taken(guest.pid))


async def _put_to_rest(life: Life) -> None:
    try:
        await life.rest()
    except (SottoError, OSError) as problem:
        # It is unloaded all the same, and no affair of those who wait for its memory.
        log.warning("%s was not put to rest in good order: %s", life.plan.name, problem)
