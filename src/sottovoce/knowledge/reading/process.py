"""The reader's process as its parent sees it: started, given one document at a time, listened to, ended.

Holds it to its time and to the size of what it says, and explains how it ended.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from contextlib import suppress

from sottovoce.core.errors import EngineFailed, SottoError
from sottovoce.core.settings import child_environment
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.reading.refusal import Refusal, size
from sottovoce.knowledge.reading.wire import LONGEST_LINE, NO_MEMORY, End, Lie, Limits, Request, heard

START_SECONDS = 20.0
SENT_AT_ONCE = 1 << 20
PASSES_DESCRIPTORS = hasattr(socket, "send_fds") and sys.platform != "win32"


class Child:
    """The process on the other side."""

    def __init__(
        self, process: asyncio.subprocess.Process, beside: socket.socket | None, limits: Limits
    ) -> None:
        self.late = ""
        self._process = process
        self._beside = beside
        self._limits = limits

    @classmethod
    async def start(cls, limits: Limits, *, late: str) -> Child:
        """Start it and wait until it has shut itself in. `late`: see wire.LATE. Raises EngineFailed."""
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
                late or "-",
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
        child.late = late
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
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.close()
        # While more is waiting than is taken, asyncio does not see the pipe close, nor then the process end.
        with suppress(OSError):
            while await self._process.stdout.read(LONGEST_LINE):
                pass
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


def _not_started(reason: str) -> SottoError:
    return EngineFailed(
        "The process that reads documents cannot be started.",
        hint="Close other programs and try again; sotto doctor looks for the reason",
        detail=reason,
    )
