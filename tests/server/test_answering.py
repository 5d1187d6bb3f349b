"""An answer on its way to its reader, over a real socket: begun, waited for, left, not taken, failed."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sottovoce.core.errors import Busy, EngineFailed, SottoError, TooLong
from sottovoce.core.events import Waiting
from sottovoce.server import answering, problems
from sottovoce.server.answering import NOBODY_THERE, EventStream, Gone, event, unless_gone
from sottovoce.server.wire import Wire

pytestmark = pytest.mark.usefixtures("loopback")

Chunks = AsyncGenerator[bytes | Waiting, None]


@dataclass
class Seen:
    """What an answer told of its end, and when its chunks were closed."""

    ends: int = 0
    left: int = 0
    failed: list[Exception] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    closed_at: float = 0.0
    made: int = 0

    def stream(self, chunks: Chunks, shape: problems.Shape = problems.OPENAI, **more: str) -> EventStream:
        answer = EventStream(self._watched(chunks), shape, **more)
        answer.afterwards = self._ended
        answer.left = self._has_left
        answer.failed = self.failed.append
        return answer

    async def _watched(self, chunks: Chunks) -> Chunks:
        try:
            async for chunk in chunks:
                self.made += 1
                yield chunk
        finally:
            self.closed_at = time.monotonic()
            self.closed.set()
            await chunks.aclose()

    def _ended(self) -> None:
        self.ends += 1

    def _has_left(self) -> None:
        self.left += 1


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """Serve on a port of this machine, with our own connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=Wire, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task


def answering_with(make: Callable[[Request], Awaitable[Response]]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await make(Request(scope, receive))
        await response(scope, receive, send)

    return app


def always(make: Callable[[], Response]) -> ASGIApp:
    async def found(request: Request) -> Response:
        return make()

    return answering_with(found)


ASK = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


class Caller:
    """A client that reads when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def until(self, wanted: bytes) -> bytes:
        async with asyncio.timeout(5):
            return await self.reader.readuntil(wanted)

    async def all_until(self, end: bytes) -> bytes:
        """Read in small pieces, as much as it takes."""
        found = b""
        async with asyncio.timeout(5):
            while not found.endswith(end):
                found += await self.reader.read(1000)
        return found

    async def head(self) -> tuple[int, dict[str, str]]:
        lines = (await self.until(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), headers

    def leave(self) -> float:
        self.writer.close()
        return time.monotonic()


@asynccontextmanager
async def calling(port: int, ask: bytes = ASK, **more: int) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **more)
    writer.write(ask)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def of(*chunks: bytes | Waiting | Exception) -> Chunks:
    for chunk in chunks:
        if isinstance(chunk, Exception):
            raise chunk
        yield chunk


async def forever(*chunks: bytes | Waiting) -> Chunks:
    for chunk in chunks:
        yield chunk
    await asyncio.Event().wait()


async def ask(answer: Response, **scope: object) -> tuple[int, dict[str, str], bytes]:
    """Call an answer in this process, by a client that stays."""
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await answer({"type": "http", **scope}, receive, send)
    assert sent[-1].get("more_body", False) is False
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:])


BUSY = Busy("Too many are waiting.", hint="Try again", retry_after=2.5)


# ---- what a stream looks like ----


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (("x",), b"data: x\n\n"),
        (('{"a": "\u2028"}',), 'data: {"a": "\u2028"}\n\n'.encode()),
        (("x", "failed"), b"event: failed\ndata: x\n\n"),
        (("x", "text", "7"), b"id: 7\nevent: text\ndata: x\n\n"),
        (("one\ntwo\r\nthree\rfour",), b"data: one\ndata: two\ndata: three\ndata: four\n\n"),
        (("",), b"data: \n\n"),
    ],
)
def test_an_event_is_written_as_readers_of_events_read_it(given: tuple[str, ...], written: bytes) -> None:
    assert event(*given) == written


async def test_an_answer_arrives_chunk_by_chunk() -> None:
    seen = Seen()
    asked = asyncio.Event()

    async def chunks() -> Chunks:
        yield event("one")
        await asked.wait()
        yield event("two")

    async with serving(always(lambda: seen.stream(chunks()))) as port, calling(port) as caller:
        status, headers = await caller.head()
        assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert b"data: one\n\n" in await caller.until(b"one\n\n")
        asked.set()
        assert b"data: two\n\n" in await caller.until(b"0\r\n\r\n")
        assert (seen.ends, seen.left, seen.failed) == (1, 0, [])


async def test_an_answer_without_chunks_is_whole() -> None:
    assert await ask(Seen().stream(of())) == (
        200,
        {"content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no"},
        b"",
    )


async def test_the_next_request_of_a_connection_is_answered_too() -> None:
    seen = Seen()
    async with serving(always(lambda: seen.stream(of(b"data: x\n\n")))) as port, calling(port) as caller:
        await caller.until(b"0\r\n\r\n")
        caller.writer.write(ASK)
        await caller.until(b"0\r\n\r\n")
    assert (seen.ends, seen.left) == (2, 0)


# ---- problems ----


@pytest.mark.parametrize("shape", [problems.OURS, problems.OPENAI, problems.ANTHROPIC, problems.OLLAMA])
async def test_a_problem_before_the_first_chunk_is_an_ordinary_answer(shape: problems.Shape) -> None:
    seen = Seen()
    status, headers, body = await ask(seen.stream(of(BUSY), shape))
    whole = shape.response(BUSY)
    assert (status, headers["retry-after"], body) == (429, "3", whole.body)
    assert headers["content-type"] == "application/json"
    assert (seen.ends, seen.failed) == (1, [BUSY])


@pytest.mark.parametrize("shape", [problems.OURS, problems.OPENAI, problems.ANTHROPIC, problems.OLLAMA])
async def test_a_later_problem_ends_the_stream_in_its_shape(shape: problems.Shape) -> None:
    gone = EngineFailed("The engine died.", hint="Ask again")
    seen = Seen()
    status, _, body = await ask(seen.stream(of(b"data: x\n\n", gone, b"never"), shape))
    assert (status, body) == (200, b"data: x\n\n" + shape.event(gone))
    assert (seen.ends, seen.failed) == (1, [gone])


async def test_a_problem_after_waiting_is_an_event_since_the_head_is_sent() -> None:
    late = TooLong("Too long.", hint="Ask less")
    status, headers, body = await ask(Seen().stream(of(Waiting(3, 12.4), late)))
    assert (status, headers["x-queue-position"], headers["x-queue-seconds"]) == (200, "3", "12")
    assert body == b": waiting; 3 before you, about 12 s\n\n" + problems.OPENAI.event(late)


@pytest.mark.parametrize("before", [[], [b"data: x\n\n"]])
async def test_what_nobody_foresaw_is_told_as_ours_and_logged_without_a_word_of_it(
    before: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    seen = Seen()
    canary = KeyError("correct horse battery staple")
    status, _, body = await ask(seen.stream(of(*before, canary)))
    assert status == (200 if before else 500)
    assert b"staple" not in body
    assert b"server_error" in body
    assert seen.failed == [canary]
    logged = caplog.text
    assert "KeyError" in logged
    assert "test_answering.py" in logged
    assert "staple" not in logged


# ---- waiting ----


async def test_who_waits_is_told_at_once_and_then_again() -> None:
    chunks = forever(Waiting(3, 12.0), Waiting(2, 8.0))
    async with serving(always(lambda: Seen().stream(chunks))) as port, calling(port) as caller:
        status, headers = await caller.head()
        assert (status, headers["x-queue-position"], headers["x-queue-seconds"]) == (200, "3", "12")
        assert b": waiting; 2 before you, about 8 s\n\n" in await caller.until(b"8 s\n\n")


async def test_lines_of_json_have_no_comments() -> None:
    stream = Seen().stream(
        of(Waiting(1, 2.0), b'{"a":1}\n'), problems.OLLAMA, media_type="application/x-ndjson"
    )
    _, headers, body = await ask(stream)
    assert headers["content-type"] == "application/x-ndjson"
    assert headers["x-queue-position"] == "1"
    assert body == b'{"a":1}\n'


async def test_a_silent_stream_shows_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "SILENCE", 0.05)
    async with serving(always(lambda: Seen().stream(forever()))) as port, calling(port) as caller:
        assert (await caller.head())[0] == 200
        assert b": still here\n\n" in await caller.until(b"here\n\n")
        assert b": still here\n\n" in await caller.until(b"here\n\n")


async def test_a_stream_that_speaks_needs_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "SILENCE", 0.2)

    async def chunks() -> Chunks:
        for _ in range(25):
            await asyncio.sleep(0.02)
            yield b"data: x\n\n"

    _, _, body = await ask(Seen().stream(chunks()))
    assert body == b"data: x\n\n" * 25


# ---- a reader who leaves ----


@pytest.mark.parametrize(
    "before",
    [[], [Waiting(1, 2.0)], [b"data: x\n\n"]],
    ids=["before anything", "waiting", "writing"],
)
async def test_a_reader_who_leaves_ends_the_answer_at_once(before: list[bytes | Waiting]) -> None:
    seen = Seen()
    async with serving(always(lambda: seen.stream(forever(*before)))) as port, calling(port) as caller:
        if before:
            await caller.head()
        else:
            await asyncio.sleep(0.05)
        assert not seen.closed.is_set()
        left = caller.leave()
        async with asyncio.timeout(2):
            await seen.closed.wait()
        assert seen.closed_at - left < 0.1
    assert (seen.ends, seen.left, seen.failed) == (1, 1, [])


async def test_an_answer_may_take_its_time_to_clear_up_after_a_reader_who_left() -> None:
    seen = Seen()
    cleared = asyncio.Event()

    async def chunks() -> Chunks:
        try:
            yield b"data: x\n\n"
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            cleared.set()

    async with serving(always(lambda: seen.stream(chunks()))) as port, calling(port) as caller:
        await caller.head()
        caller.leave()
        async with asyncio.timeout(2):
            await cleared.wait()


async def test_a_reader_who_leaves_between_chunks_of_a_busy_answer_ends_it() -> None:
    seen = Seen()

    async def chunks() -> Chunks:
        while True:
            yield b"data: x\n\n"
            await asyncio.sleep(0)

    async with serving(always(lambda: seen.stream(chunks()))) as port, calling(port) as caller:
        await caller.until(b"x\n\n")
        left = caller.leave()
        async with asyncio.timeout(2):
            await seen.closed.wait()
        assert seen.closed_at - left < 0.1
    assert seen.ends == 1


async def test_work_for_a_reader_who_left_is_cancelled() -> None:
    begun, cancelled, gone = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> str:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return "never"

    async def answer(request: Request) -> Response:
        await request.body()
        try:
            return Response(await unless_gone(request, work()))
        except Gone:
            gone.set()
            return NOBODY_THERE

    async with serving(answering_with(answer)) as port, calling(port) as caller:
        await begun.wait()
        left = caller.leave()
        async with asyncio.timeout(2):
            await cancelled.wait()
        assert time.monotonic() - left < 0.1
        await gone.wait()


async def test_work_for_a_reader_who_stays_is_done() -> None:
    async def work() -> str:
        await asyncio.sleep(0.02)
        return "done"

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(await unless_gone(request, work()))

    async with serving(answering_with(answer)) as port, calling(port) as caller:
        assert (await caller.until(b"done")).endswith(b"done")


async def test_somebody_else_who_cancels_is_not_taken_for_the_reader() -> None:
    seen = Seen()
    begun = asyncio.Event()

    async def chunks() -> Chunks:
        begun.set()
        yield b"x"
        await asyncio.Event().wait()

    task = asyncio.create_task(ask(seen.stream(chunks())))
    await begun.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (seen.ends, seen.left, seen.closed.is_set()) == (1, 0, True)


async def test_a_problem_of_the_work_is_the_callers() -> None:
    async def work() -> str:
        raise BUSY

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(Busy):
        await unless_gone(Request({"type": "http"}, receive), work())


async def test_an_answer_that_is_never_sent_still_gives_back_its_place() -> None:
    seen = Seen()
    answer = seen.stream(of(b"x"))
    assert seen.ends == 0
    del answer
    gc.collect()
    assert seen.ends == 1


async def test_aborts_leave_nothing_behind() -> None:
    seen = Seen()
    async with serving(always(lambda: seen.stream(forever(b"data: x\n\n")))) as port:
        async with calling(port) as caller:
            await caller.head()
        before = len(asyncio.all_tasks())
        for _ in range(100):
            async with calling(port) as caller:
                await caller.head()
        for _ in range(100):
            if seen.ends == 101:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)
        assert (seen.ends, seen.left) == (101, 101)
        assert len(asyncio.all_tasks()) <= before


# ---- a reader who does not read ----

BIG = b"data: " + b"x" * 8000 + b"\n\n"


async def endless() -> Chunks:
    while True:
        yield BIG
        await asyncio.sleep(0)


async def test_a_reader_who_takes_nothing_is_dropped_and_another_is_not_held_up() -> None:
    slow, quick = Seen(), Seen()
    kept: list[int] = []

    async def quick_chunks() -> Chunks:
        for _ in range(200):
            yield b"data: x\n\n"
            await asyncio.sleep(0.001)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope["extensions"]["sotto"]["transport"]
        if scope["path"] == "/slow":
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 << 10)

            async def watched() -> Chunks:
                async for chunk in endless():
                    kept.append(transport.get_write_buffer_size())
                    yield chunk

            await slow.stream(watched())(scope, receive, send)
        else:
            await quick.stream(quick_chunks())(scope, receive, send)

    asking = ASK.replace(b"/ ", b"/slow ", 1)
    # The limit is the reader's buffer; without it the system would take megabytes for a reader that sleeps.
    async with serving(answer) as port, calling(port, asking, limit=1000), calling(port) as other:
        assert (await other.until(b"0\r\n\r\n")).count(b"data: x") == 200
        async with asyncio.timeout(5):
            await slow.closed.wait()
            while not slow.ends:
                await asyncio.sleep(0.01)
    assert (slow.ends, slow.left) == (1, 1)
    assert (quick.ends, quick.left) == (1, 0)
    assert 64 << 10 < max(kept) <= answering.MOST_WAITING


async def test_a_reader_is_not_dropped_for_one_big_event() -> None:
    seen = Seen()
    big = b"data: " + b"x" * (6 << 20) + b"\n\n"
    app = always(lambda: seen.stream(of(big, b"data: end\n\n")))
    async with serving(app) as port, calling(port, limit=16 << 20) as caller:
        await asyncio.sleep(0.05)
        assert len(await caller.until(b"0\r\n\r\n")) > len(big)
    assert (seen.ends, seen.left) == (1, 0)


async def test_a_slow_reader_never_holds_the_answer_up() -> None:
    """The chunks are made at their own pace, taken or not, as long as they fit."""
    seen = Seen()
    size = 20
    fits = answering.MOST_WAITING // len(BIG) - 1

    async def chunks() -> Chunks:
        for _ in range(fits):
            yield BIG

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope["extensions"]["sotto"]["transport"]
        end = transport.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        await seen.stream(chunks())(scope, receive, send)

    async with serving(answer) as port, calling(port, limit=size) as caller:
        async with asyncio.timeout(2):
            await seen.closed.wait()
        assert seen.made == fits
        assert len(await caller.all_until(b"0\r\n\r\n")) > fits * len(BIG)


async def test_who_asks_again_without_taking_the_last_answer_holds_no_place() -> None:
    seen = Seen()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/big":
            await Response(b"x" * (8 << 20))(scope, receive, send)
        else:
            await seen.stream(forever(b"data: x\n\n"))(scope, receive, send)

    asking = ASK.replace(b"/ ", b"/big ", 1)
    async with serving(answer) as port, calling(port, asking, limit=1000) as caller:
        await asyncio.sleep(0.1)
        caller.writer.write(ASK)
        async with asyncio.timeout(2):
            while not seen.ends:
                await asyncio.sleep(0.01)
    assert (seen.ends, seen.left) == (1, 1)


def test_a_sotto_error_needs_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asyncio.run(_fails())
    assert "answer failed" not in caplog.text


async def _fails() -> None:
    await ask(Seen().stream(of(SottoError("No.", hint="Yes"))))
