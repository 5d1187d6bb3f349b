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
from sottovoce.engine.starting import Running, start

log = logging.getLogger(__name__)

RESTARTS = 2
SAVE_AFTER_SECONDS = 20.0
SAVE_SECONDS = 20.0
ROUND_SECONDS = 1.0
PATIENCE = 60.0
"""The longest wait for models in use, in seconds: whoever uses one may himself be waiting for the other."""


class Life:
    """`save` is called before a sleep and at rest, with the child alive and nobody using it."""

    def __init__(self, plan: Plan, kv: str | None, save: Callable[[Running], Awaitable[None]]) -> None:
        self.plan = plan
        self.running: Running | None = None
        self._kv = kv
        self._save = save
        self.used = time.monotonic()
        """When somebody last used it, on the monotonic clock."""
        self._users = 0
        self.waiting = 0
        """Users for whom it is being loaded."""
        self._loading: asyncio.Task[Running] | None = None
        self._rest_after = plan.longest_rest
        self._crashes = 0
        self._changing = asyncio.Lock()
        self._closing = False
        self._stirred = asyncio.Event()
        self._caretaker: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def use(self) -> AsyncGenerator[Running, None]:
        """Wake the child and keep it awake for the block. Raises ModelProblem or Refused."""
        self._users += 1
        try:
            yield await self._awake()
        finally:
            self._users -= 1
            self.used = time.monotonic()
            if not self._users:
                self.plan.room.stir()
                if not self._rest_after:
                    self._stirred.set()

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

    async def _awake(self) -> Running:
        """Return the child, or wait for the one load that all wait for who want it meanwhile."""
        running = self.running
        if running is not None and running.child.is_alive and running.ended is None:
            return running
        loading = self._loading = self._loading or asyncio.create_task(self._wake())
        self.waiting += 1
        try:
            await self._patiently(loading)
            return loading.result()
        except SottoError as problem:
            raise copy.copy(problem) from None  # each who waited has his own
        finally:
            self.waiting -= 1
            if not self.waiting and not loading.done():
                # Nobody waits any more. Whoever comes now begins anew, after this one is cleared away.
                self._loading = None
                loading.cancel()
                await asyncio.wait({loading})
            if loading.done() and not loading.cancelled():
                loading.exception()  # it is known of, also where everybody has left

    async def _patiently(self, loading: asyncio.Task[Running]) -> None:
        """Wait until the load has ended. Raises Busy where it has to wait for memory too long."""
        seconds = min(self.plan.longest_wait, PATIENCE)
        while not (await asyncio.wait({loading}, timeout=seconds))[0]:
            if self.plan.room.is_waiting(self):
                raise self.plan.room.full(self)
            seconds = ROUND_SECONDS

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
            await failed.child.stop()
        if self.running is failed:
            self.running = None
            self.plan.room.leave(self)
        return failed.ended

    async def _start(self) -> Running:
        if self._crashes > RESTARTS:
            raise EngineFailed(
                f"The engine stopped {self._crashes} times in a row and is not started again.",
                hint="Start sotto anew; sotto doctor looks for the reason",
            )
        try:
            return await start(self.plan, self._kv, partial(self.plan.room.enter, self))
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
