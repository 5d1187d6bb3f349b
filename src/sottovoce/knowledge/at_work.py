"""Shelves that are being brought in step in this program: begun, paused, gone on with, one at a time each.

Who began one may go away; it ends by itself, and how it went stays known. A shelf that is watched is brought
in step whenever something changes in its sources. Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from sottovoce.core.errors import BadValue, SottoError, Stopping
from sottovoce.knowledge import about, embedding
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.syncing import Progress
from sottovoce.knowledge.watching import changes

log = logging.getLogger(__name__)

LOOKS_AGAIN = 60.0
"""Seconds after which a watch that failed is begun again."""

State = Literal["running", "paused", "done", "failed"]


Fill = Callable[[Shelf], AsyncGenerator[embedding.Progress, None]]
"""Makes the vectors that a shelf lacks, and tells how far it is; nothing where no model makes any."""


async def no_vectors(shelf: Shelf) -> AsyncGenerator[embedding.Progress, None]:
    return
    yield  # a generator, as every other


@dataclass(slots=True, eq=False)
class Work:
    """One shelf being brought in step, or how that ended. `problem` is why it failed.

    `vectors`: how far they are, which are made after all was read; None before that.
    """

    shelf: Shelf
    state: State = "running"
    progress: Progress = field(default_factory=Progress)
    problem: SottoError | None = None
    vectors: embedding.Progress | None = None
    is_owed: bool = False
    """Whether the sources have changed since it began."""
    task: asyncio.Task[None] | None = None


class AtWork:
    """All of them, by the shelf's id. `changed` hears the id of a shelf whose work began or ended."""

    def __init__(self, changed: Callable[[str], None] = lambda shelf: None, fill: Fill = no_vectors) -> None:
        self._changed = changed
        self._fill = fill
        self._works: dict[str, Work] = {}
        self._watches: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def of(self, shelf: str) -> Work | None:
        """Return the work on a shelf, under way or the last that ended."""
        return self._works.get(shelf)

    def start(self, shelf: Shelf) -> Work:
        """Begin, and go on whatever becomes of the caller. Under way, it looks once more at the end.

        Raises Stopping.
        """
        if self._closed:
            raise Stopping("The server is stopping.", hint="Ask again once it is back", retry_after=10)
        work = self._works.get(shelf.row.id)
        if work is not None and work.state == "running":
            work.is_owed = True
            return work
        work = self._works[shelf.row.id] = Work(shelf)
        work.task = asyncio.create_task(self._carry_out(work))
        self._changed(shelf.row.id)
        return work

    async def pause(self, shelf: str) -> None:
        """Stop, with all that was read kept. What does not run stays as it is."""
        work = self._works.get(shelf)
        if work is None or work.task is None or work.state != "running":
            return
        work.task.cancel()
        await asyncio.wait({work.task})
        if work.state == "running":  # cancelled before its first step
            work.state = "paused"
            self._changed(shelf)

    async def leave(self, shelf: str) -> None:
        """Have nothing to do any more with a shelf that is to be removed."""
        await self._unwatch(shelf)
        await self.pause(shelf)
        self._works.pop(shelf, None)

    def is_watched(self, shelf: str) -> bool:
        return shelf in self._watches

    async def watch(self, shelf: Shelf, *, on: bool) -> None:
        """Keep a shelf in step from now on, also after the next start; or no more."""
        await shelf.file.run(lambda conn: about.note(conn, about.WATCHED, "yes" if on else ""))
        await self._unwatch(shelf.row.id)
        if on:
            self._watch(shelf)
        self._changed(shelf.row.id)

    async def take_up(self, shelf: Shelf) -> None:
        """Watch a shelf that was watched before, and bring it in step."""
        if await shelf.file.read(lambda conn: about.noted(conn, about.WATCHED)):
            self._watch(shelf)
            self.start(shelf)

    async def look_anew(self, shelf: Shelf) -> None:
        """Watch the sources that a shelf has by now, where it is watched."""
        if self.is_watched(shelf.row.id):
            await self._unwatch(shelf.row.id)
            self._watch(shelf)

    async def close(self) -> None:
        """Stop everything; what was read is kept."""
        self._closed = True
        for shelf in list(self._watches):
            await self._unwatch(shelf)
        await asyncio.gather(*map(self.pause, list(self._works)))

    async def _carry_out(self, work: Work) -> None:
        """Do the work. A task's edge: whatever happens, it is said."""
        try:
            is_owed = True
            while is_owed:
                work.is_owed = False
                async with aclosing(work.shelf.sync()) as steps:
                    async for step in steps:
                        work.progress = step
                self._changed(work.shelf.row.id)  # from here on it can be searched
                await self._fill_up(work)
                is_owed = work.is_owed
            work.state = "done"
        except asyncio.CancelledError:
            # Swallowed: only `pause` cancels this task, and waits for it.
            work.state = "paused"
        except SottoError as problem:
            work.state, work.problem = "failed", problem
        except Exception:  # the task's edge: nobody awaits it, so it is logged and told in the list
            log.exception("A shelf was not brought in step")
            work.state = "failed"
            work.problem = SottoError(
                "Something went wrong that Sottovoce did not expect.",
                hint="Try again; the server's log says more",
            )
        self._changed(work.shelf.row.id)

    async def _fill_up(self, work: Work) -> None:
        """Make vectors until all are there, or until the sources have changed."""
        async with aclosing(self._fill(work.shelf)) as steps:
            async for step in steps:
                work.vectors = step
                if work.is_owed:
                    break

    def _watch(self, shelf: Shelf) -> None:
        self._watches[shelf.row.id] = asyncio.create_task(self._keep_in_step(shelf))

    async def _unwatch(self, shelf: str) -> None:
        task = self._watches.pop(shelf, None)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _keep_in_step(self, shelf: Shelf) -> None:
        """Never returns. A task's edge: a watch that fails is begun again."""
        while True:
            try:
                async with aclosing(changes(shelf.file)) as coming:
                    async for _ in coming:
                        work = self.of(shelf.row.id)
                        if work is None or work.state != "paused":  # who paused it said so
                            self.start(shelf)
            except BadValue:
                pass  # it has no sources
            except SottoError as problem:
                log.warning("a shelf is not watched: %s", problem)
            except OSError as problem:
                log.warning("a shelf is not watched: %s", problem)
            await asyncio.sleep(LOOKS_AGAIN)
