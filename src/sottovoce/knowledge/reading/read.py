"""Read documents in a process of their own, which is kept for many and replaced when one may have harmed it.

This side opens the file and makes sense of nothing in it but its first bytes. It holds the other side to
its time and to the size of what it says, and believes none of it unseen.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from sottovoce.core.errors import EngineFailed, SottoError
from sottovoce.core.settings import child_environment
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.reading.kinds import HEAD, LARGEST, Kind, kind_of
from sottovoce.knowledge.reading.refusal import Refusal, problem, size
from sottovoce.knowledge.reading.wire import LONGEST_LINE, NO_MEMORY, End, Lie, Limits, Request, heard

log = logging.getLogger(__name__)

START_SECONDS = 20.0
SENT_AT_ONCE = 1 << 20
PASSES_DESCRIPTORS = hasattr(socket, "send_fds") and sys.platform != "win32"

KEPT: frozenset[str] = frozenset(
    {"empty", "unknown", "archive", "password", "wrong_password", "protected", "scanned"}
)
"""Refusals that say nothing against the document: the child that gave them goes on."""


async def read(
    path: Path, name: str, *, password: str | None = None, limits: Limits | None = None
) -> Reading:
    """Read one file. Raises BadDocument, which names it `name`."""
    async with Reader(limits or Limits()) as reader:
        return await reader.read(path, name, password=password)


class Reader:
    """Reads one document after the other. Use it as an async context, or close it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: _Child | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, path: Path, name: str, *, password: str | None = None) -> Reading:
        """Read a file. Raises BadDocument, which names it `name`."""
        async with self._turn:
            try:
                handle, kind, length = await asyncio.to_thread(_opened, path, name)
            except Refusal as refusal:
                raise problem(name, refusal) from refusal
            try:
                if PASSES_DESCRIPTORS:
                    return await self._answer(Request(kind, None, password), handle)
                return await self._answer(
                    Request(kind, length, password), await asyncio.to_thread(_whole, handle)
                )
            except Refusal as refusal:
                raise problem(name, refusal) from refusal
            finally:
                os.close(handle)

    async def read_bytes(self, data: bytes, name: str, *, password: str | None = None) -> Reading:
        """Read a document that is in memory. Raises BadDocument, which names it `name`."""
        async with self._turn:
            try:
                kind = _readable(name, data[:HEAD], len(data))
                return await self._answer(Request(kind, len(data), password), data)
            except Refusal as refusal:
                raise problem(name, refusal) from refusal

    async def close(self) -> None:
        """End the process. The next document starts another."""
        child, self._child = self._child, None
        if child is not None:
            await child.stop()

    async def _answer(self, request: Request, source: int | bytes) -> Reading:
        extra = request.kind == "other"
        if self._child is None or self._child.extra < extra or not self._child.is_alive:
            await self.close()
            self._child = await _Child.start(self._limits, extra=extra)
        child, keep = self._child, False
        try:
            reading, keep = await child.answer(request, source)
            return reading
        except Refusal as refusal:
            keep = refusal.reason in KEPT
            if refusal.detail:
                log.info("A document could not be read (%s): %s", refusal.reason, refusal.detail)
            raise
        finally:  # also where the caller was cancelled: nobody listens to the rest
            if not keep:
                await self.close()


class _Child:
    """The process on the other side."""

    def __init__(
        self, process: asyncio.subprocess.Process, beside: socket.socket | None, limits: Limits
    ) -> None:
        self.extra = False
        self._process = process
        self._beside = beside
        self._limits = limits

    @classmethod
    async def start(cls, limits: Limits, *, extra: bool) -> _Child:
        """Start it and wait until it has shut itself in. Raises EngineFailed."""
        ours, theirs = socket.socketpair() if PASSES_DESCRIPTORS else (None, None)
        number = "-" if theirs is None else str(theirs.fileno())
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "sottovoce.knowledge.reading.child",
                limits.to_text(),
                number,
                "extra" if extra else "-",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=LONGEST_LINE,
                env=child_environment({}),
                start_new_session=True,  # Ctrl-C is for the person's program
                pass_fds=() if theirs is None else (theirs.fileno(),),
            )
        except OSError as broken:
            if ours is not None:
                ours.close()
            raise _not_started(str(broken)) from broken
        finally:
            if theirs is not None:
                theirs.close()
        child = cls(process, ours, limits)
        child.extra = extra
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await child._line()
        except (TimeoutError, Refusal) as broken:
            await child.stop()
            raise _not_started(str(broken)) from broken
        except BaseException:
            await child.stop()
            raise
        if b'"ready"' not in line:
            await child.stop()
            raise _not_started(f"exit code {process.returncode}")
        return child

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def answer(self, request: Request, source: int | bytes) -> tuple[Reading, bool]:
        """Return what it reads, and whether it can read on. Raises Refusal."""
        try:
            async with asyncio.timeout(self._limits.wall):
                await self._send(request, source)
                return await self._gathered()
        except TimeoutError:
            raise self._slow() from None
        except Lie as lie:
            raise Refusal("broke", detail="it said what no reader says") from lie

    async def stop(self) -> None:
        """End it at once: it holds nothing that would be lost."""
        with suppress(ProcessLookupError):
            self._process.kill()
        if self._beside is not None:
            self._beside.close()
        assert self._process.stdin is not None  # noqa: S101  (piped above)
        self._process.stdin.close()
        await self._process.wait()

    async def _send(self, request: Request, source: int | bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101  (piped above)
        with suppress(ConnectionError):  # one that is gone is explained where it is listened to
            stdin.write(request.to_line())
            if isinstance(source, int):
                assert self._beside is not None  # noqa: S101  (made where descriptors are passed)
                socket.send_fds(self._beside, [b"f"], [source])
            else:
                for at in range(0, len(source), SENT_AT_ONCE):
                    stdin.write(source[at : at + SENT_AT_ONCE])
                    await stdin.drain()
            await stdin.drain()

    async def _gathered(self) -> tuple[Reading, bool]:
        blocks: list[Block] = []
        count = 0
        while True:
            line = await self._line()
            count += len(line)
            if not line.endswith(b"\n") or count > self._limits.sent:
                if not line:
                    raise await self._ended()
                raise Lie
            match heard(line):
                case Refusal() as refusal:
                    raise refusal
                case End() as end:
                    reading = Reading(tuple(blocks), end.title, end.written, end.pages, end.notes)
                    return reading, not end.worn
                case more:
                    blocks += more

    async def _line(self) -> bytes:
        assert self._process.stdout is not None  # noqa: S101  (piped above)
        try:
            return await self._process.stdout.readline()
        except ValueError:  # longer than a line may be
            raise Lie from None

    async def _ended(self) -> Refusal:
        """Return why it ended in the middle of a document."""
        code = await self._process.wait()
        if code == NO_MEMORY:
            return Refusal("memory", size(self._limits.memory))
        if code == -getattr(signal, "SIGXCPU", 0):
            return self._slow()
        return Refusal("broke", detail=f"exit code {code}")

    def _slow(self) -> Refusal:
        return Refusal("slow", f"{self._limits.cpu} seconds")


def _opened(path: Path, name: str) -> tuple[int, Kind, int]:
    """Open an ordinary file; return its descriptor, its kind and its length. Raises Refusal."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for whoever writes to it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise Refusal("missing") from None
    except PermissionError:
        raise Refusal("forbidden") from None
    except OSError as broken:
        raise Refusal("not_file", detail=str(broken)) from broken
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):  # a device may have no end
            raise Refusal("not_file")
        head = os.read(handle, HEAD)
        os.lseek(handle, 0, os.SEEK_SET)
        return handle, _readable(name, head, about.st_size), about.st_size
    except OSError as broken:
        os.close(handle)
        raise Refusal("forbidden", detail=str(broken)) from broken
    except Refusal:
        os.close(handle)
        raise


def _whole(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        return file.read()


def _readable(name: str, head: bytes, length: int) -> Kind:
    if not head:
        raise Refusal("empty")
    kind = kind_of(name, head)
    if length > LARGEST[kind]:
        raise Refusal("large", size(LARGEST[kind]))
    return kind


def _not_started(reason: str) -> SottoError:
    return EngineFailed(
        "The process that reads documents cannot be started.",
        hint="Close other programs and try again; sotto doctor looks for the reason",
        detail=reason,
    )
