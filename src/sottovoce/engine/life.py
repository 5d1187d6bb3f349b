"""One engine child from start to end: woken when used, put to sleep when nobody uses it, buried when dead.

Knows nothing of slots or prompts; what must be saved before a sleep is the owner's affair.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import math
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sottovoce.core.errors import BadModelFile, EngineFailed, SottoError, Unsupported
from sottovoce.core.sampling import Sampling
from sottovoce.engine import memory, threads
from sottovoce.engine.child import ChildConfig
from sottovoce.engine.client import Client
from sottovoce.engine.gguf import Header, read_header, read_vocabulary
from sottovoce.engine.kvfiles import Binding
from sottovoce.engine.protocol import ModelFacts
from sottovoce.engine.supervisor import Child
from sottovoce.engine.words import Words

log = logging.getLogger(__name__)

RESTARTS = 2
SAVE_AFTER_SECONDS = 20.0
SAVE_SECONDS = 20.0
ROUND_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Which model to run and how. `verify` returns the content's SHA-256 or raises BadModelFile."""

    path: Path
    name: str
    verify: Callable[[], Awaitable[str]]
    defaults: Sampling = field(default_factory=Sampling)
    window: int = 4096
    """Tokens for each slot; 0 takes all that the model was made for."""
    slots: int = 1
    queue_seconds: float = 0.0
    """Refuse whoever would wait longer for an answer to begin; 0 refuses nobody."""
    threads: int = 0
    idle_seconds: float = 600.0
    """Put the model to sleep after this long without a question; 0 never."""
    watch: str | None = None
    embed: bool = False

    @property
    def longest_wait(self) -> float:
        return self.queue_seconds or math.inf


@dataclass(slots=True)
class Running:
    """One loaded child and what was learned of it. `ended` says why it died, once that is known."""

    child: Child
    client: Client
    words: Words
    facts: ModelFacts
    weights: int
    vocabulary: int
    binding: Binding
    kv_bytes_per_token: int
    ended: SottoError | None = None


class Life:
    """`save` is called before a sleep and at rest, with the child alive and nobody using it."""

    def __init__(self, plan: Plan, kv: str | None, save: Callable[[Running], Awaitable[None]]) -> None:
        self.plan = plan
        self.running: Running | None = None
        self._kv = kv
        self._save = save
        self._users = 0
        self._used = time.monotonic()
        self._crashes = 0
        self._changing = asyncio.Lock()
        self._closing = asyncio.Event()
        self._caretaker: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def use(self) -> AsyncGenerator[Running, None]:
        """Wake the child and keep it awake for the block. Raises ModelProblem or Refused."""
        self._users += 1
        try:
            yield await self._awake()
        finally:
            self._users -= 1
            self._used = time.monotonic()

    def went_well(self) -> None:
        """Forget earlier crashes: an answer came through."""
        self._crashes = 0

    async def bury(self, failed: Running) -> SottoError:
        """Clear away a child that does not answer any more, and return why, to each who asks its own."""
        async with self._changing:
            return copy.copy(await self._bury(failed))

    async def close(self) -> None:
        self._closing.set()
        if self._caretaker is not None:
            await self._caretaker
        async with self._changing:
            await self._sleep()

    async def _awake(self) -> Running:
        running = self.running
        if running is not None and running.child.is_alive and running.ended is None:
            return running
        async with self._changing:
            if self._closing.is_set():
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
        return failed.ended

    async def _start(self) -> Running:
        if self._crashes > RESTARTS:
            raise EngineFailed(
                f"The engine stopped {self._crashes} times in a row and is not started again.",
                hint="Start sotto anew; sotto doctor looks for the reason",
            )
        plan = self.plan
        if not plan.path.is_file():
            raise BadModelFile(
                f"There is no model file at {plan.path}.", hint="sotto models list shows what is here"
            )
        gauge = threads.OthersGauge()
        child = await Child.spawn(plan.watch)
        verified: asyncio.Future[str] | None = None
        try:
            header = await asyncio.to_thread(read_header, plan.path)
            window = window_of(header, plan.window)
            config = self._config(child, header, window, gauge)
            verified = asyncio.ensure_future(plan.verify())
            client = await child.load(config)
            vocabulary = await asyncio.to_thread(read_vocabulary, plan.path, header)
            binding = Binding(await verified, child.build, window, plan.slots)
        except BaseException:
            if verified is not None:
                verified.cancel()
            await child.stop()
            raise
        longest = header.context_length or window
        build = f"xllamacpp {child.build}"
        facts = ModelFacts(plan.name, binding.digest, window, longest, can_embed=True, build=build)
        words = Words(client, vocabulary, window)
        kv_bytes = header.kv_bytes_per_token()
        size = header.file_size
        return Running(child, client, words, facts, size, vocabulary.size, binding, kv_bytes)

    def _config(self, child: Child, header: Header, window: int, gauge: threads.OthersGauge) -> ChildConfig:
        plan = self.plan
        wanted = memory.needed(header.file_size, header.kv_bytes_per_token(), window * plan.slots)
        memory.require(wanted, memory.available(), plan.name)
        others = gauge.read(threads.child_seconds(child.process.pid))
        chosen = threads.choose(threads.usable_cores(), others, threads.minute_load())
        socket = child.socket_path()
        return ChildConfig(
            model=str(plan.path),
            socket=socket,
            key=None if socket else secrets.token_urlsafe(32),
            window=window,
            slots=plan.slots,
            threads=plan.threads or chosen,
            kv=self._kv,
            pooling=pooling_of(header, plan.name) if plan.embed else None,
        )

    async def _sleep(self) -> None:
        """Save what is worth it and stop the child. Called with `_changing` held."""
        # Whoever asks from now on waits for the next child.
        running, self.running = self.running, None
        if running is None:
            return
        try:
            if running.child.is_alive and running.ended is None:
                async with asyncio.timeout(SAVE_SECONDS):
                    await self._save(running)
        except TimeoutError:
            log.warning("The engine was too slow to save its chats.")
        finally:
            await running.child.stop()

    async def _care(self) -> None:
        """Look after the child once a second, until closing."""
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ROUND_SECONDS):
                    await self._closing.wait()
            try:
                await self._round()
            except Exception:
                # A task's edge: one failed round must not end the caring.
                log.exception("Looking after the engine failed")

    async def _round(self) -> None:
        """Put the child to sleep after long rest, have it saved after a short one."""
        rested = time.monotonic() - self._used
        running = self.running
        if self._users or running is None or not running.child.is_alive or self._closing.is_set():
            return
        if self.plan.idle_seconds and rested >= self.plan.idle_seconds:
            async with self._changing:
                if not self._users:
                    await self._sleep()
        elif rested >= SAVE_AFTER_SECONDS:
            await self._save(running)


def window_of(header: Header, wanted: int) -> int:
    """Return the tokens a slot gets: what was asked for, at most what the model was made for."""
    most = header.context_length or wanted or 4096
    return min(wanted or most, most)


def pooling_of(header: Header, name: str) -> str:
    """Return how a text's vectors become one: as the file says, else their mean. Raises Unsupported."""
    if header.pooling == "rank":
        raise Unsupported(
            f"{name} puts texts in order and makes no vectors.",
            hint="Choose a model for vectors; sotto models list shows what is here",
            field="model",
        )
    return header.pooling if header.pooling in ("cls", "last") else "mean"


def slots_that_fit(path: Path, window: int) -> int:
    """Return how many answers at once suit this model and the free memory. Reads the model's header."""
    header = read_header(path)
    one = header.kv_bytes_per_token() * window_of(header, window)
    return memory.slots_that_fit(header.file_size, one, memory.available())
