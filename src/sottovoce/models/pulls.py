"""Downloads that outlive their reader: started once, followed by any number of pages from any event on.

They are kept while they run and an hour longer. What was stopped, cut off or lost stays as a partial file,
and the same offer goes on from there. Knows nothing of HTTP, nor who said yes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from sottovoce.core.errors import BadInput, Busy, NotFound, SottoError, Stopping
from sottovoce.core.events import Failed
from sottovoce.core.feed import Feed
from sottovoce.models.getting import Means, Offer, Step, get
from sottovoce.models.progress import Progress
from sottovoce.store.db import Database
from sottovoce.store.values import new_id

log = logging.getLogger(__name__)

MOST_RUNNING = 4
MOST_KEPT = 32
"""Ended ones that are remembered, the newest."""

KEPT_SECONDS = 3600.0
MOST_EVENTS = 2048
"""Of one download, the newest: how far it was hours ago tells nobody anything."""

TOLD_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody stopped it; what has come is kept."""


PullEvent = Step | Stopped | Failed


@dataclass(slots=True, eq=False)
class Pull(Feed[PullEvent]):
    """One download under way, or just ended. `ref` gets the same again, `name` is what it becomes."""

    id: str
    ref: str
    name: str
    size: int
    sha256: str | None
    cut: SottoError | None = None
    """Why the program itself cut it off; None where a person stopped it."""
    task: asyncio.Task[None] | None = None

    @property
    def newest(self) -> PullEvent | None:
        return self.events[-1] if self.events else None


class Pulls:
    """All downloads of one program, one at a time for each model."""

    def __init__(
        self,
        database: Database,
        kept_seconds: float = KEPT_SECONDS,
        changed: Callable[[str], None] = lambda pull: None,
    ) -> None:
        """`changed` hears the id of a download that has begun or ended."""
        self._database = database
        self._changed = changed
        self._kept_seconds = kept_seconds
        self._pulls: dict[str, Pull] = {}
        self._closed = False

    def start(self, offer: Offer, means: Means) -> Pull:
        """Begin, and go on whatever becomes of the caller. What is under way already is returned as it is.

        Raises BadInput where something else is becoming a model of this name, Busy, Stopping.
        """
        if self._closed:
            raise _stopping()
        running = self.running(offer.name)
        if running is not None:
            if (running.ref, running.sha256) == (offer.ref, offer.sha256):
                return running
            raise BadInput(
                f"{running.ref} is being downloaded, and is to be called {offer.name} as well.",
                hint="Wait for its end, or stop it",
                field="ref",
            )
        if sum(not pull.ended for pull in self._pulls.values()) >= MOST_RUNNING:
            raise Busy(
                f"{MOST_RUNNING} models are being downloaded already.",
                hint="Wait until one of them is here, or stop one",
                retry_after=60,
            )
        pull = Pull(new_id(), offer.ref, offer.name, offer.size, offer.sha256, most=MOST_EVENTS)
        self._pulls[pull.id] = pull
        pull.task = asyncio.create_task(self._carry_out(pull, offer, means))
        pull.task.add_done_callback(lambda task: self._ended(pull, task))
        self._changed(pull.id)
        return pull

    def find(self, pull_id: str) -> Pull:
        """Return a download that runs or is remembered. Raises NotFound."""
        pull = self._pulls.get(pull_id)
        if pull is None:
            raise NotFound("There is no such download.", hint="GET /app/api/pulls lists them")
        return pull

    def every(self) -> list[Pull]:
        """Return those that run and those that are remembered, the oldest first."""
        return list(self._pulls.values())

    def running(self, name: str) -> Pull | None:
        """Return what is becoming a model of this name, if anything is."""
        return next((pull for pull in self._pulls.values() if pull.name == name and not pull.ended), None)

    def forget(self, name: str) -> None:
        """Remember no more of what ended with a model of this name: that was removed."""
        for pull in self.every():
            if pull.name == name and pull.ended:
                del self._pulls[pull.id]

    async def stop(self, pull_id: str) -> None:
        """Stop one; on return what has come is on the disk. One that has ended stays as it is.

        Raises NotFound.
        """
        await self._cut(self.find(pull_id))

    async def close(self) -> None:
        """Cut off what is running, keeping what has come, and tell its readers that we stop."""
        self._closed = True
        await asyncio.gather(*(self._cut(pull, _stopping()) for pull in self.every()))

    async def _carry_out(self, pull: Pull, offer: Offer, means: Means) -> None:
        """Get it. A task's edge: whatever happens, readers are told."""
        told = 0.0
        try:
            async with aclosing(get(offer, means, self._database)) as steps:
                async for step in steps:
                    now = time.monotonic()
                    if not isinstance(step, Progress) or now - told >= TOLD_EVERY:
                        told = now
                        pull.tell(step)
        except asyncio.CancelledError:
            # Swallowed: only `_cut` cancels this task, and waits for it.
            pull.tell(_cut_off(pull))
        except SottoError as problem:
            pull.tell(Failed(problem))
        except Exception:
            log.exception("A download failed unforeseen")
            pull.tell(Failed(_unforeseen()))

    def _ended(self, pull: Pull, task: asyncio.Task[None]) -> None:
        """Let the readers go. A task that was cancelled before its first step has told them nothing."""
        if task.cancelled():
            pull.tell(_cut_off(pull))
        pull.end()
        self._changed(pull.id)
        asyncio.get_running_loop().call_later(self._kept_seconds, self._pulls.pop, pull.id, None)
        ended = [other for other in self._pulls.values() if other.ended]
        for old in ended[:-MOST_KEPT]:
            self._pulls.pop(old.id, None)

    async def _cut(self, pull: Pull, reason: SottoError | None = None) -> None:
        if pull.task is None or pull.ended:
            return
        pull.cut = reason
        pull.task.cancel()
        await asyncio.wait({pull.task})


def _cut_off(pull: Pull) -> PullEvent:
    return Stopped() if pull.cut is None else Failed(pull.cut)


def _stopping() -> Stopping:
    return Stopping(
        "The server is stopping; what has come of the model is kept.",
        hint="Download it again once it is back: it goes on from there",
        retry_after=10,
    )


def _unforeseen() -> SottoError:
    return SottoError(
        "Something went wrong that Sottovoce did not expect.", hint="Try again; the server's log says more"
    )
