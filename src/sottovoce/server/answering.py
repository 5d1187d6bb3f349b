"""Send an answer while it is made, and stop making it when nobody is there to read it.

Pure ASGI. What the chunks say is up to the room that makes them; here is only how they reach a reader:
the first one decides what kind of answer it is, a reader who left ends it, and one who does not take
what is sent is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from types import TracebackType
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sottovoce.core.errors import SottoError
from sottovoce.core.events import Waiting
from sottovoce.server import problems, sse
from sottovoce.server.log import where
from sottovoce.server.problems import Shape
from sottovoce.server.sse import event as event

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_WAITING = 256 << 10
"""Bytes that may wait for a reader before it is dropped."""

ROOM = 1 << 30
"""So much may wait before the server itself would hold `send` up: more than ever does."""

SILENCE = 15.0
"""Seconds after which a stream with nothing to say shows that it is alive."""

DROPPED = 5.0
"""Seconds in which a dropped connection is certainly noticed; it takes none."""

EVENTS = "text/event-stream"


class Gone(Exception):
    """The client has disconnected; nobody reads an answer."""


class _Nobody(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


NOBODY_THERE = _Nobody()
"""The answer for a client that has left."""


class _Attended:
    """Cancel the body of an `async with` once the client has left, and raise Gone in its place."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (there is one wherever something is awaited)
        self._task = task
        self._cancelling = task.cancelling()
        self._watch = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left = True
        self._task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()
        # As asyncio.timeout does it: somebody else may have cancelled the task as well, and is heard.
        if self._left and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise Gone from problem


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """Do the work, but cancel it and raise Gone when the client disconnects. The body must be read."""
    async with _Attended(request.receive):
        return await work


def _nothing() -> None:
    """Do nothing."""


def _ignore(problem: Exception) -> None:
    """Do nothing."""


class EventStream(Response):
    """An answer in chunks, each one or more whole events. `afterwards` is called once, at its end.

    `failed` hears of a problem that ended it, `left` when the reader did.
    """

    media_type = EVENTS

    def __init__(
        self, chunks: AsyncGenerator[bytes | Waiting, None], shape: Shape, *, media_type: str = EVENTS
    ) -> None:
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers({"X-Accel-Buffering": "no"})
        self.afterwards: Callable[[], None] = _nothing
        self.failed: Callable[[Exception], None] = _ignore
        self.left: Callable[[], None] = _nothing
        self.heads: Callable[[], dict[str, str]] = dict
        """Asked for more headers as it begins."""
        self._chunks = chunks
        self._shape = shape
        self._done = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = _Line(scope, send, self, comments=self.media_type == EVENTS)
        try:
            async with _Attended(receive):
                refused = await self._run(line)
        except Gone:
            self.left()
        else:
            if refused is not None:
                await refused(scope, receive, send)
            else:
                await line.end()
        finally:
            self._end()

    async def _run(self, line: _Line) -> Response | None:
        """Send all chunks. Returns an ordinary answer instead where a problem came before the first one."""
        beat = asyncio.create_task(line.beat())
        try:
            async with aclosing(self._chunks) as chunks:
                async for chunk in chunks:
                    await line.put(chunk)
            return None
        except Gone:
            raise
        except Exception as problem:  # noqa: BLE001  (a request's edge: the reader hears that it failed)
            told = problem if isinstance(problem, SottoError) else problems.unforeseen()
            if told is not problem:
                log.error("An answer failed: %s", where(problem))
            self.failed(problem)
            if not line.begun:
                return self._shape.response(told)
            await line.put(self._shape.event(told))
            return None
        finally:
            beat.cancel()

    def _end(self) -> None:
        if not self._done:
            self._done = True
            self.afterwards()

    def __del__(self) -> None:
        # An answer that was never called, since its client left in that instant, still gives back its place.
        if hasattr(self, "_done"):
            self._end()


class _Line:
    """The way to one reader: the head before the first chunk, then chunks, and a look at what waits."""

    def __init__(self, scope: Scope, send: Send, response: EventStream, *, comments: bool) -> None:
        self._send = send
        self._response = response
        self._comments = comments
        self._clock = asyncio.get_running_loop().time
        self._transport: asyncio.Transport | None = (
            scope.get("extensions", {}).get("sotto", {}).get("transport")
        )
        self._largest = MOST_WAITING // 2
        self._sending = False
        self._last = self._clock()
        self.begun = False

    async def put(self, chunk: bytes | Waiting) -> None:
        """Send one chunk. Raises Gone where the reader no longer takes any."""
        if isinstance(chunk, Waiting):
            chunk = self._waiting(chunk)
        self._sending = True
        try:
            if not self.begun:
                await self._begin()
            if chunk:
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except OSError as problem:
            raise Gone from problem
        finally:
            self._sending = False
        self._last = self._clock()
        if self._transport is not None:
            self._largest = max(self._largest, len(chunk))
            # Twice the largest: one big event must not count against a reader who had no time to take it.
            if self._transport.get_write_buffer_size() > 2 * self._largest:
                await self._drop(self._transport)

    def _waiting(self, place: Waiting) -> bytes:
        if place.loading:
            return sse.comment("the model is being loaded") if self._comments else b""
        if not self.begun:
            self._response.headers.setdefault("X-Queue-Position", str(place.before))
            self._response.headers.setdefault("X-Queue-Seconds", f"{place.seconds:.0f}")
        if not self._comments:
            return b""
        return sse.comment(f"waiting; {place.before} before you, about {place.seconds:.0f} s")

    async def _begin(self) -> None:
        self.begun = True
        self._response.headers.update(self._response.heads())
        if self._transport is not None:
            # Whoever asks again without having taken the last answer would hold this one up.
            if self._transport.get_write_buffer_size() > self._transport.get_write_buffer_limits()[0]:
                await self._drop(self._transport)
            self._transport.set_write_buffer_limits(ROOM)
        head = {"type": "http.response.start", "status": 200, "headers": self._response.raw_headers}
        await self._send(head)

    async def _drop(self, transport: asyncio.Transport) -> None:
        transport.abort()
        # The server hears of it in its next round and cancels this; then nothing is left half said.
        await asyncio.sleep(DROPPED)
        raise Gone

    async def beat(self) -> None:
        """Say something, for ever, whenever nothing was said for a while."""
        with suppress(Gone):  # whoever sends the chunks finds that out as well
            while self._comments:
                await asyncio.sleep(max(0.01, self._last + SILENCE - self._clock()))
                if self._clock() - self._last >= SILENCE and not self._sending:
                    await self.put(sse.comment("still here"))

    async def end(self) -> None:
        """Send what closes the answer."""
        if not self.begun:
            await self._begin()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
