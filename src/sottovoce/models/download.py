"""Bring one file here, over as many connections as help, and go on after every kind of break.

What comes is believed only as far as it can be checked: parts against what was asked, the size against
what was announced, the content by its SHA-256. Knows nothing of repositories or licences.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from sottovoce.core.errors import BadModelFile, NetworkProblem
from sottovoce.models.partial import Partial
from sottovoce.models.progress import Meter, Progress
from sottovoce.models.way import Way
from sottovoce.net.answer import Answer, Declined
from sottovoce.net.fetch import opened
from sottovoce.net.policy import Purpose
from sottovoce.net.ranges import Facts, Span, WrongRange

T = TypeVar("T")

BATCH = 1 << 20
"""Bytes that go to the disk together."""

TICK = 0.25
PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Refusals that may be over soon."""

KEPT = "What has come is kept: the same command goes on from there"


class _Anew(Exception):
    """What is here does not belong to what the server has now. `whole`: ask for no parts any more."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.whole = whole


@dataclass(slots=True)
class _Lane:
    """What one connection brings. `end` may come nearer while it runs; None: the file's, not known yet."""

    at: int
    end: int | None

    @property
    def left(self) -> int:
        return 0 if self.end is None else self.end - self.at


async def bring(way: Way, partial: Partial) -> AsyncGenerator[Progress, None]:
    """Make an open partial file whole and hashed, and yield how far it is, four times a second.

    Closing the generator stops, and keeps what has come. Raises what the door raises, DiskFull, and
    BadModelFile for content that is not what it must be.
    """
    meter = Meter()
    with ThreadPoolExecutor(1, "download") as desk:
        bringing = asyncio.ensure_future(_Bringing(way, partial, desk).run())
        try:
            while not bringing.done():
                yield meter.read(partial.received, partial.size)
                await asyncio.wait({bringing}, timeout=TICK)
            bringing.result()
            yield meter.read(partial.received, partial.size)
        finally:
            bringing.cancel()
            await asyncio.wait({bringing})


class _Bringing:
    """One file on its way. `desk` is the thread that writes and hashes."""

    def __init__(self, way: Way, partial: Partial, desk: ThreadPoolExecutor) -> None:
        self._way = way
        self._manner = way.manner
        self._partial = partial
        self._desk = desk
        self._most = way.manner.connections
        self._whole = False
        self._anew = 0
        self._failures = 0
        self._best = partial.received
        self._saved = time.monotonic()

    async def run(self) -> None:
        while True:
            await self._receive()
            while await self._at_desk(self._partial.hash_on, BATCH * 8):
                pass
            wanted, digest = self._partial.wanted, self._partial.digest()
            if wanted.sha256 in (None, digest):
                return
            together = self._partial.sessions > 1
            if not together or self._anew:
                await self._at_desk(self._partial.discard)
                raise BadModelFile(
                    f"{wanted.name} is not what was announced: its content has another SHA-256.",
                    hint="Try again later, or from another source; nothing of it was kept",
                    detail=f"SHA-256 {digest} instead of {wanted.sha256}",
                )
            # Put together from several answers: perhaps one was wrong. Once more, in one piece.
            await self._at_desk(self._partial.restart)
            self._anew, self._most = self._anew + 1, 1

    async def _receive(self) -> None:
        while not self._partial.is_whole:
            try:
                await self._round()
            except _Anew as anew:
                await self._begin_anew(anew)
            except NetworkProblem as problem:
                await self._recover(problem)

    async def _round(self) -> None:
        """Run lanes until the file is whole, or one of them fails."""
        partial, manner = self._partial, self._manner
        waiting = [_Lane(*gap) for gap in partial.missing] if partial.size is not None else [_Lane(0, None)]
        lanes: dict[asyncio.Future[None], _Lane] = {}
        began, before = time.monotonic(), partial.received
        try:
            while waiting or lanes:
                seconds = time.monotonic() - began
                slow = seconds > manner.settle and partial.received - before < manner.fast * seconds
                while waiting and len(lanes) < (self._most if slow and self._can_share else 1):
                    lane = waiting.pop(0)
                    lanes[asyncio.ensure_future(self._run(lane))] = lane
                await asyncio.wait(lanes, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
                for done in [task for task in lanes if task.done()]:
                    del lanes[done]
                    done.result()
                if slow and self._can_share and not waiting and len(lanes) < self._most:
                    waiting += _split(lanes.values(), manner.least)
        finally:
            if lanes:  # one of several broke: some servers bear few connections, or only one
                self._most = max(1, self._most // 2)
            for task in lanes:
                task.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    @property
    def _can_share(self) -> bool:
        return not self._whole and self._partial.can_go_on and self._partial.size is not None

    async def _run(self, lane: _Lane) -> None:
        """Bring what a lane is for, or all that comes before it breaks."""
        partial = self._partial
        span = None if self._whole else Span(lane.at, lane.end, partial.validator)
        async with opened(
            self._way.door,
            partial.wanted.url,
            purpose=Purpose.DOWNLOAD,
            explicit=self._way.explicit,
            limits=self._manner.limits,
            span=span,
            elsewhere=self._way.elsewhere,
            bearer=self._way.bearer,
            follow=self._way.follow,
        ) as answer:
            await self._accept(answer.facts, lane)
            await self._pour(answer, lane)

    async def _accept(self, facts: Facts, lane: _Lane) -> None:
        """Hold what an answer says against what is known. Raises _Anew where it is another file by now."""
        partial = self._partial
        name, size = partial.wanted.name, partial.wanted.size
        if facts.size is None:
            raise BadModelFile(f"The server does not say how long {name} is.", hint="Try another source")
        if size is not None and facts.size != size:
            raise BadModelFile(
                f"{name} is not what was announced: {facts.size:,} bytes instead of {size:,}.",
                hint="Try again later, or from another source",
            )
        if partial.sessions:
            if partial.size != facts.size or (partial.validator or facts.validator) != facts.validator:
                raise _Anew(whole=False)
            if not facts.is_part and lane.at:
                raise _Anew(whole=True)
        elif lane.at and not facts.is_part:
            raise _Anew(whole=True)
        if lane.end is None:
            lane.end = facts.size
        partial.sessions += 1
        if partial.sessions == 1:
            await self._at_desk(partial.begin, facts.size, facts.validator)

    async def _pour(self, answer: Answer, lane: _Lane) -> None:
        """Write what comes. One batch is on its way to the disk while the next one comes."""
        batch: list[bytes] = []
        held, flushed = 0, time.monotonic()
        writing: asyncio.Future[None] = asyncio.ensure_future(asyncio.sleep(0))
        try:
            async with contextlib.aclosing(answer.pieces()) as pieces:
                async for came in pieces:
                    piece = came[: lane.left]
                    batch.append(piece)
                    held, lane.at = held + len(piece), lane.at + len(piece)
                    if held >= BATCH or time.monotonic() - flushed > self._manner.write_every:
                        await writing
                        writing = asyncio.ensure_future(self._write(lane.at - held, batch))
                        batch, held, flushed = [], 0, time.monotonic()
                    if not lane.left:
                        break
        finally:
            await writing
            if held:
                await self._write(lane.at - held, batch)

    async def _write(self, start: int, pieces: list[bytes]) -> None:
        if start == 0:
            self._way.check(b"".join(pieces)[:64], self._partial.wanted.name)
        await self._at_desk(self._partial.write, start, pieces)
        if time.monotonic() - self._saved > self._manner.save_every:
            self._saved = time.monotonic()
            await self._at_desk(self._partial.save)

    async def _begin_anew(self, anew: _Anew) -> None:
        self._anew += 1
        if self._anew > 3:
            raise NetworkProblem(
                f"{self._partial.wanted.name} changes while it is fetched.", hint="Try again later"
            )
        self._whole = self._whole or anew.whole
        await self._at_desk(self._partial.restart)

    async def _recover(self, problem: NetworkProblem) -> None:
        """Wait before the next try, or raise when there is none."""
        partial, manner = self._partial, self._manner
        if isinstance(problem, WrongRange) and not self._whole:
            await self._begin_anew(_Anew(whole=True))
            return
        if isinstance(problem, Declined) and problem.status == 416 and partial.received:
            await self._begin_anew(_Anew(whole=False))
            return
        if isinstance(problem, Declined) and problem.status not in PASSING:
            raise problem
        gained = partial.received - self._best
        self._best = max(self._best, partial.received)
        self._failures = 1 if gained >= manner.step else self._failures + 1
        wait = max(problem.retry_after or 0.0, manner.pause * 2 ** (self._failures - 1))
        if self._failures >= manner.tries or (problem.retry_after or 0.0) > manner.longest_pause:
            raise self._given_up(problem)
        if self._whole or not partial.can_go_on:
            await self._at_desk(partial.restart)
        await asyncio.sleep(min(wait, manner.longest_pause))

    def _given_up(self, problem: NetworkProblem) -> NetworkProblem:
        later = f" It asks to wait {problem.retry_after:.0f} s." if problem.retry_after else ""
        hint = KEPT if self._partial.received and self._partial.can_go_on else problem.hint
        return NetworkProblem(
            problem.sentence + later, hint=hint, detail=problem.detail, retry_after=problem.retry_after
        )

    async def _at_desk(self, work: Callable[..., T], *given: object) -> T:
        """Do it in the one thread that touches the disk. Once begun it is finished, whatever is cancelled."""
        future = asyncio.get_running_loop().run_in_executor(self._desk, work, *given)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait({future})
            raise


def _split(lanes: Collection[_Lane], least: int) -> list[_Lane]:
    """Take half of what the busiest lane has before it, where that is worth a connection."""
    busiest = max(lanes, key=lambda lane: lane.left, default=None)
    if busiest is None or busiest.end is None or busiest.left < 2 * least:
        return []
    end = busiest.end
    busiest.end = busiest.at + busiest.left // 2
    return [_Lane(busiest.end, end)]
