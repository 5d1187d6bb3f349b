"""Has what waits answered while a program runs: tries, rests, and looks now and then what others left.

Nothing is connected to unless a question waits and the yes that it rests on stands.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from sottovoce.chat.elsewhere import pacing
from sottovoce.chat.elsewhere.finishing import GONE, ON_ITS_WAY, Manner, Outcome, finish, held
from sottovoce.chat.elsewhere.persisting import ROOM_EVERY
from sottovoce.chat.elsewhere.preview import There
from sottovoce.core.errors import SottoError
from sottovoce.store import presence, waiting
from sottovoce.store.db import Database
from sottovoce.store.waiting import Progress, Waiting

log = logging.getLogger(__name__)

LOOKS_EVERY = 15.0
"""Seconds between two looks at this disk: another program may have left a question, or the person a yes."""


def told_to_nobody(outcome: Outcome) -> None:
    """Do nothing."""


@dataclass(slots=True)
class Later:
    """What waits in one home. `there` finds a model elsewhere by name; `told` hears what became of a try."""

    database: Database
    there: Callable[[str], There]
    clock: Callable[[], float]
    told: Callable[[Outcome], None] = told_to_nobody
    manner: Manner = field(default_factory=lambda: Manner(pause=ROOM_EVERY))
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def keep_on(self) -> None:
        """Try what is due, again and again. Ends only when it is cancelled."""
        while True:
            pause = LOOKS_EVERY
            try:
                pause = await self.round()
            except SottoError as problem:
                log.warning("what waits for an answer elsewhere was not tried: %s", problem.sentence)
            except Exception:
                # A task's edge: whatever it was, the program answers on, and this is tried again.
                log.exception("What waits for an answer elsewhere was not tried")
            await self.rest(pause)

    async def round(self) -> float:
        """Try once each question that is due; return after how many seconds the next look is worthwhile."""
        await self.let_go_of_the_dead()
        for one in await self.database.read(waiting.everyones):
            if one.state is Progress.WAITING and not pacing.wait(one.due, self.clock()):
                await self.tried(one)
        left = await self.database.read(waiting.everyones)
        waits = [pacing.wait(one.due, self.clock()) for one in left if one.state is Progress.WAITING]
        return min([LOOKS_EVERY, *(wait for wait in waits if wait)])

    async def tried(self, one: Waiting) -> Outcome:
        """Try one question now, if it may be sent. Raises StoreProblem."""
        stands = await self.database.read(lambda conn: _still(conn, one))
        if stands is None:
            return Outcome(one, reason=GONE)
        if stands.state is Progress.SENDING:
            return Outcome(one, reason=ON_ITS_WAY)
        if pacing.wait(stands.due, self.clock()):  # its place was just found to be out of reach
            return Outcome(stands, reason=stands.reason)
        try:
            there = self.there(one.upstream)
        except SottoError as problem:
            outcome = await held(self.database, one, problem.sentence)
        else:
            outcome = await finish(_owned(there, one.owner), stands, self.manner)
        if outcome.answer or outcome.is_given_up or outcome.reason != one.reason:
            self.told(outcome)
        return outcome

    async def let_go_of_the_dead(self) -> None:
        """Take up what a program had in hand that is gone. Raises StoreProblem."""
        rows = await self.database.read(waiting.everyones)
        senders = {one.sender for one in rows if one.state is Progress.SENDING} - {self.database.writer}
        if senders:
            # Those alone that had one before: who begins meanwhile is not among the living.
            dead = senders - await asyncio.to_thread(_alive, self.database)
            await self.database.run(lambda conn: waiting.release(conn, dead.__contains__))


def _alive(database: Database) -> set[str]:
    with presence.entrance(database.home):
        return presence.living(database.home)


def _still(conn: sqlite3.Connection, one: Waiting) -> Waiting | None:
    return next((row for row in waiting.listed(conn, one.owner, one.chat) if row.id == one.id), None)


def _owned(there: There, owner: str) -> There:
    return replace(there, parts=replace(there.parts, owner=owner), means=replace(there.means, owner=owner))
