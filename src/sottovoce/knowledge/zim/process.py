"""Start the process that reads one ZIM file, ask it line by line, explain its end.

Knows nothing of what is asked, and starts nothing again by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections import deque
from pathlib import Path
from typing import Any

from sottovoce.core import child
from sottovoce.core.errors import BadDocument, Unsupported
from sottovoce.core.settings import child_environment
from sottovoce.knowledge.zim.said import line

log = logging.getLogger(__name__)

LONGEST_LINE = 16 << 20
"""Bytes of an answer. An article's text is bounded far below."""

OPEN_SECONDS = 60.0
STOP_SECONDS = 2.0
TAIL_LINES = 20

EXTRA_HINT = "Install it from Sottovoce's checkout: pip install '.[zim]'"


class Ended(Exception):
    """The process is gone, or was sent away. Says how, to go after "it"."""


class Late(Ended):
    """It did not answer in time. Asking again would take as long."""


class Fault(Exception):
    """The process lives and says what went wrong."""


class Reader:
    """A process started by `start_reader`. One question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.walled = False
        """Whether the system's kernel keeps it from the network."""
        self._asked = 0
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._listener = asyncio.create_task(self._listen())

    @property
    def tail(self) -> str:
        return "\n".join(self._tail)

    async def open(self, path: Path) -> dict[str, Any]:
        """Open the file and return its facts. Raises Unsupported without libzim, Ended, Fault."""
        await self._say({"open": str(path)})
        said = await self._hear(OPEN_SECONDS)
        if "missing" in said:
            raise Unsupported(
                "An encyclopaedia is read by libzim, which is not installed.",
                hint=EXTRA_HINT,
                detail=str(said["missing"]),
            )
        facts = _ok(said)
        if not isinstance(facts, dict):
            raise Ended("answered nonsense")
        self.walled = facts.get("walled") is True
        return facts

    async def ask(self, do: str, seconds: float, **asked: Any) -> Any:
        """Return the answer. Raises Ended if it dies or takes longer, Fault if it cannot."""
        self._asked += 1
        await self._say({"id": self._asked, "do": do, **asked})
        while True:
            said = await self._hear(seconds)
            if said.get("id") == self._asked:  # else its asker has gone
                return _ok(said)

    async def stop(self) -> None:
        """End the process, by force if it does not go by itself."""
        if not await child.end(self.process, STOP_SECONDS):
            log.warning("The reader of an encyclopaedia did not end by itself and was ended by force.")
        await self._listener

    async def _say(self, said: dict[str, Any]) -> None:
        assert self.process.stdin is not None  # noqa: S101  (piped below)
        with contextlib.suppress(ConnectionError):  # one that is gone says why to whoever listens
            self.process.stdin.write(json.dumps(said).encode() + b"\n")
            await self.process.stdin.drain()

    async def _hear(self, seconds: float) -> dict[str, Any]:
        assert self.process.stdout is not None  # noqa: S101
        try:
            async with asyncio.timeout(seconds):
                answer = await self.process.stdout.readline()
        except TimeoutError:
            raise Late(f"did not answer within {seconds:.0f} seconds") from None
        except ValueError:
            raise Ended("answered more than is taken") from None
        if not answer.endswith(b"\n"):
            raise Ended(await self._end())
        try:
            said = json.loads(answer)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise Ended("answered nonsense")
        return said

    async def _end(self) -> str:
        """Return how the process ended, once its standard output is closed."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await self.process.wait()
        except TimeoutError:
            return "stopped answering"
        if code >= 0:
            return f"ended (exit code {code})"
        if code == -getattr(signal, "SIGBUS", 0):
            return "was stopped: the file became shorter, or its disk cannot be read"
        return f"was stopped (signal {-code})"

    async def _listen(self) -> None:
        assert self.process.stderr is not None  # noqa: S101
        while said := await self._line(self.process.stderr):
            self._tail.append(line(said.decode("utf-8", "replace")))

    async def _line(self, stream: asyncio.StreamReader) -> bytes:
        try:
            return await stream.readline()
        except ValueError:  # a line longer than the limit
            return await stream.read(1024)


async def start_reader() -> Reader:
    """Start a process of its own session. Raises BadDocument if the system does not let us."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a file named libzim.py in the current folder is not libzim
            "-B",  # the reader may write nothing
            "-m",
            "sottovoce.knowledge.zim.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            env=child_environment({}),
            start_new_session=True,
        )
    except OSError as problem:
        raise BadDocument(
            "The process that reads encyclopaedias cannot be started.",
            hint="Close other programs and try again; sotto doctor looks for the reason",
            detail=str(problem),
        ) from problem
    return Reader(process)


def _ok(said: dict[str, Any]) -> Any:
    if "fault" in said:
        raise Fault(line(said["fault"]))
    if "ok" not in said:
        raise Ended("answered nonsense")
    return said["ok"]
