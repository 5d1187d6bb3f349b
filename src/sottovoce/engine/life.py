"""One engine child from start to end: woken when used, put to sleep when nobody uses it, buried when dead.

Knows nothing of slots or prompts; what must be saved before a sleep is the owner's affair.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from sottovoce.core.errors import EngineFailed, SottoError
from sottovoce.engine.plan import Plan
from sottovoce.engine.protocol import Load
from sottovoce.engine.starting import Enter, Running

log = logging.getLogger(__name__)

RESTARTS = 2
SAVE_AFTER_SECONDS = 20.0
SAVE_SECONDS = 20.0
ROUND_SECONDS = 1.0
PATIENCE = 60.0
"""The longest wait for models in use, in seconds: whoever uses one may himself be waiting for the other."""


Begin = Callable[[Plan, Enter], Awaitable[Running]]


class Life:
    """`save` is called before a sleep and at rest, with the child alive and nobody using it."""

    def __init__(self, plan: Plan, begin: Begin, save: Callable[[Running], Awaitable[None]]) -> None:
        self.plan = plan
        self.running: Running | None = None
        self._begin = begin
        self._save = save
        self.used = time.monotonic()
        """When somebody last used it, on the monotonic clock."""
        self._users = 0
        self._hoping = 0
        """Users for whom it is being loaded."""
        self._outside = 0
        """Those who want to use it, and come after another model."""
        self._loading: asyncio.Task[Running] | None = None
        self._rest_after = plan.longest_rest
        self._crashes = 0
        self._changing = asyncio.Lock()
        self._closing = False
        self._stirred = asyncio.Event()
        self._caretaker: asyncio.Task[None] | None = None

    async def hold(self) -> Callable[[], None]:
        """Wake the child and keep it awake until what is returned is called, once.

        Whoever asks comes after the models that were asked for before. Raises ModelProblem or Refused.
        """
        until = self._until()
        await self._make_way(until)
        self._users += 1
        try:
            await self._awake(until)
        except BaseException:
            self._let_go()
            raise
        return self._let_go

    @asynccontextmanager
    async def use(self) -> AsyncGenerator[Running, None]:
        """Wake the child and keep it awake for the block. Raises ModelProblem or Refused.

        For whoever holds it, or is done in a moment: other models do not come before.
        """
        self._users += 1
        try:
            yield await self._awake(self._until())
        finally:
            self._let_go()

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[Running, None]:
        """Hold and use it for the block."""
        let_go = await self.hold()
        try:
            async with self.use() as running:
                yield running
        finally:
            let_go()

    @property
    def waiting(self) -> int:
        """How many wait until it is loaded, or may be used."""
        return self._hoping + self._outside

    @property
    def is_resting(self) -> bool:
        """Is it loaded, and nobody uses it?"""
        return self.running is not None and not self._users and not self._changing.locked()

    def load(self) -> Load | None:
        """Return what it takes while it is loaded; None while it is not."""
        if self.running is None or not self.running.child.is_alive:
            return None
        rested = 0.0 if self._users else time.monotonic() - self.used
        left = max(0.0, self._rest_after - rested)
        return Load(self.plan.room.held(self), self.running.facts.window, left)

    def keep(self, seconds: float | None) -> None:
        """See Engine.keep. Says nothing of a load that is still to come."""
        if self.running is None:
            return
        self._rest_after = self.plan.longest_rest if seconds is None else seconds
        self._stirred.set()

    async def rest(self) -> None:
        """Put the child to sleep now, unless somebody uses it, or it is just being changed."""
        if self._changing.locked():
            return  # a load that stands at the room's door would wait for whoever waits here
        async with self._changing:
            if not self._users:
                await self._sleep()

    def went_well(self) -> None:
        """Forget earlier crashes: an answer came through."""
        self._crashes = 0

    async def bury(self, failed: Running) -> SottoError:
        """Clear away a child that does not answer any more, and return why, to each who asks its own."""
        async with self._changing:
            return copy.copy(await self._bury(failed))

    async def close(self) -> None:
        self._closing = True
        self._stirred.set()
        if self._caretaker is not None:
            await self._caretaker
        async with self._changing:
            await self._sleep()

    def _let_go(self) -> None:
        self._users -= 1
        self.used = time.monotonic()
        if not self._users:
            self.plan.room.stir()
            if not self._rest_after:
                self._stirred.set()

    def _until(self) -> float:
        """Return how long somebody who comes now waits for other models."""
        return time.monotonic() + min(self.plan.longest_wait, PATIENCE)

    async def _make_way(self, until: float) -> None:
        """Wait until this model need not go for another any more. Raises Busy."""
        room = self.plan.room
        self._outside += 1
        try:
            while room.is_going(self):
                if (left := until - time.monotonic()) <= 0:
                    raise room.full(self)
                await room.change(left)
        finally:
            self._outside -= 1

    async def _awake(self, until: float) -> Running:
        """Return the child, or wait for the one load that all wait for who want it meanwhile."""
        running = self.running
        if running is not None and running.child.is_alive and running.ended is None:
            return running
        loading = self._loading = self._loading or asyncio.create_task(self._wake())
        self._hoping += 1
        try:
            await self._patiently(loading, until)
            return loading.result()
        except SottoError as problem:
            raise copy.copy(problem) from None  # each who waited has his own
        finally:
            self._hoping -= 1
            if not self._hoping and not loading.done():
                # Nobody waits any more. Whoever comes now begins anew, after this one is cleared away.
                self._loading = None
                loading.cancel()
                await asyncio.wait({loading})
            if loading.done() and not loading.cancelled():
                loading.exception()  # it is known of, also where everybody has left

    async def _patiently(self, loading: asyncio.Task[Running], until: float) -> None:
        """Wait until the load has ended. Raises Busy where it has to wait for memory too long."""
        while not (await asyncio.wait({loading}, timeout=max(0.0, until - time.monotonic())))[0]:
            if self.plan.room.is_waiting(self):
                raise self.plan.room.full(self)
            until = time.monotonic() + ROUND_SECONDS

    async def _wake(self) -> Running:
        try:
            return await self._woken()
        finally:
            if self._loading is asyncio.current_task():
                self._loading = None

    async def _woken(self) -> Running:
        async with self._changing:
            if self._closing:
                raise EngineFailed("The engine has been closed.", hint="Open Sottovoce again")
            if self.running is not None and not self.running.child.is_alive:
                problem = await self._bury(self.running)
                log.warning("The engine had died and is started again: %s", problem.sentence)
            if self.running is None:
                self.running = await self._start()
            if self._caretaker is None:
                self._caretaker = asyncio.create_task(self._care())
            return self.running

    async def _bury(self, failed: Running) -> SottoError:
        if failed.ended is None:
            self._crashes += 1
            failed.ended = await failed.child.explain()
            self._doubt(failed)
            await failed.child.stop()
        if self.running is failed:
            self.running = None
            self.plan.room.leave(self)
        return failed.ended

    def _doubt(self, failed: Running) -> None:
        """Give up a library that was built here when a child dies with it, unless it was killed."""
        library = failed.child.library
        if library is not None and not failed.child.was_killed:
            assert failed.ended is not None  # noqa: S101  (set above)
            self.plan.library.give_up(library, failed.ended.sentence)

    async def _start(self) -> Running:
        if self._crashes > RESTARTS:
            raise EngineFailed(
                f"The engine stopped {self._crashes} times in a row and is not started again.",
                hint="Start sotto anew; sotto doctor looks for the reason",
            )
        try:
            return await self._begin(self.plan, partial(self.plan.room.enter, self))
        except BaseException:
            self.plan.room.leave(self)
            raise

    async def _sleep(self) -> None:
        """Save what is worth it and stop the child. Called with `_changing` held."""
        # Whoever asks from now on waits for the next child, which is kept as long as usual.
        running, self.running = self.running, None
        self._rest_after = self.plan.longest_rest
        if running is None:
            return
        try:
            if running.child.is_alive and running.ended is None:
                async with asyncio.timeout(SAVE_SECONDS):
                    await self._save(running)
        except TimeoutError:
            log.warning("The engine was too slow to save its chats.")
        finally:
            try:
                await running.child.stop()
            finally:
                self.plan.room.leave(self)

    async def _care(self) -> None:
        """Look after the child once a second, and when something changes, until closing."""
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ROUND_SECONDS):
                    await self._stirred.wait()
            self._stirred.clear()
            try:
                await self._round()
            except Exception:
                # A task's edge: one failed round must not end the caring.
                log.exception("Looking after the engine failed")

    async def _round(self) -> None:
        """Put the child to sleep after long rest, have it saved after a short one."""
        rested = time.monotonic() - self.used
        running = self.running
        if self._users or running is None or not running.child.is_alive or self._closing:
            return
        if rested >= self._rest_after:
            await self.rest()
        elif rested >= SAVE_AFTER_SECONDS:
            await self._save(running)
