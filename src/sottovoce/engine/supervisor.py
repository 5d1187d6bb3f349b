"""One engine child: start it, hand it a model, watch it, explain its end, stop it.

Knows nothing of prompts or slots, and never restarts anything by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import shutil
import signal
import sys
import tempfile
from collections import deque
from pathlib import Path

from sottovoce.core import child
from sottovoce.core.errors import BadModelFile, EngineFailed, EngineMissing, SottoError
from sottovoce.core.settings import child_environment
from sottovoce.engine import architectures
from sottovoce.engine.child import ChildConfig
from sottovoce.engine.client import Address, Client
from sottovoce.engine.library import Library

log = logging.getLogger(__name__)

TAIL_LINES = 60
STOP_SECONDS = 3.0
LOAD_SECONDS = 20.0
LOAD_BYTES_PER_SECOND = 200_000_000

UNKNOWN_KIND = re.compile(r"(?:unknown|unsupported) model architecture: '([^']{1,200})'")
"""How llama.cpp says it (llama-model.cpp)."""

BAD_TEMPLATE = "chat template parsing error"
"""How its server says it (server-context.cpp)."""

NO_MEMORY = (
    "bad_alloc",
    "failed to allocate",
    "cannot allocate",
    "unable to allocate",
    "insufficient memory",
    "thread creation failed",
)
"""What the engine, its libraries and the system say, in small letters, where a process gets no more of it."""

KILLED, TOLD_TO_END = (-9, 137), (-15, 143)
"""What processes return that a signal has ended, or a shell in their place."""

CHILD_ENVIRONMENT = {
    # Threads that wait for each other give way at once: as fast when idle, up to four times when busy.
    "GOMP_SPINCOUNT": "1000",
    # Without it a crash prints a backtrace for seconds where gdb is installed.
    "GGML_NO_BACKTRACE": "1",
}


class Child:
    """A process started by `spawn`; it serves once `load` has returned."""

    def __init__(
        self, process: asyncio.subprocess.Process, folder: Path, library: Library | None = None
    ) -> None:
        self.process = process
        self.folder = folder
        self.library = library
        self.build = ""
        self._most: int | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def spawn(cls, watch: str | None = None, library: Library | None = None) -> Child:
        """Start the process; it loads its library while the caller looks at the model.

        Without one given it loads the library that was installed.
        """
        # A fresh short folder for each child: the engine refuses long or used socket paths without a word.
        folder = Path(tempfile.mkdtemp(prefix="sotto-"))
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # a file named xllamacpp.py in the current folder is not the engine
                "-m",
                "sottovoce.engine.child",
                watch or "",
                "" if library is None else str(library.folder),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=child_environment(CHILD_ENVIRONMENT),
                start_new_session=True,  # Ctrl-C is for the person's program, not for the engine
            )
        except OSError as problem:
            shutil.rmtree(folder, ignore_errors=True)
            raise EngineFailed(
                "The engine's process cannot be started.",
                hint="Close other programs and ask again; sotto doctor looks for the reason",
                detail=str(problem),
            ) from problem
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return cls(process, folder, library)

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None

    @property
    def was_killed(self) -> bool:
        """Did somebody end it, or the system for want of memory?"""
        return self.process.returncode in (*KILLED, *TOLD_TO_END)

    @property
    def tail(self) -> str:
        return "\n".join(self._tail)

    def socket_path(self) -> str | None:
        return None if sys.platform == "win32" else str(self.folder / "e.sock")

    async def load(self, config: ChildConfig, size: int = 0) -> Client:
        """Load the model and return the way to reach it. The `size` of all its parts gives it more time.

        Raises EngineMissing, EngineFailed, BadModelFile.
        """
        assert self.process.stdin is not None  # noqa: S101  (piped above)
        assert self.process.stdout is not None  # noqa: S101
        deadline = LOAD_SECONDS + size / LOAD_BYTES_PER_SECOND
        self._most = config.most
        with contextlib.suppress(ConnectionError):  # a child that is gone already says why below
            self.process.stdin.write(config.to_line())
            await self.process.stdin.drain()
        try:
            async with asyncio.timeout(deadline):
                line = await self.process.stdout.readline()
        except TimeoutError:
            await self.stop()
            raise EngineFailed(
                f"The model was not loaded within {deadline:.0f} seconds.",
                hint="Close other programs and try again; a chat template without end does the same: "
                "sotto models show tells whether this one is known",
                detail=self.tail,
            ) from None
        said = json.loads(line) if line else {}
        if "ready" not in said:
            raise await self.explain(said)
        self.build = said["build"] if self.library is None else f"{said['build']}+{self.library.name}"
        port = 0 if config.socket else int(said["ready"].rpartition(":")[2])
        return Client(Address(config.socket, port, config.key or ""))

    async def explain(self, said: dict[str, str] | None = None) -> SottoError:
        """Return why the child ended, waiting for that a moment. One that is stuck is stopped."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()
                await self._listener
        except TimeoutError:
            await self.stop()
            return EngineFailed(
                "The engine did not answer any more and was stopped.",
                hint="Ask again; sotto doctor looks for the reason",
                detail=self.tail,
            )
        return explain(self.process.returncode, said or {}, self.tail, self._most)

    async def stop(self) -> None:
        """End the process, by force if it does not go by itself, and remove its folder."""
        if not self.build:  # while it loads it hears nothing, and it has nothing to put away
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        try:
            if not await child.end(self.process, STOP_SECONDS):
                log.warning("The engine did not end by itself and was ended by force.")
        finally:
            self._listener.cancel()
            shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(asyncio.CancelledError):
            await self._listener

    async def _listen(self) -> None:
        assert self.process.stderr is not None  # noqa: S101  (piped above)
        while line := await self._line(self.process.stderr):
            self._tail.append(line.decode("utf-8", "replace").rstrip())

    async def _line(self, stream: asyncio.StreamReader) -> bytes:
        try:
            return await stream.readline()
        except ValueError:  # a line longer than the reader's limit
            return await stream.read(1024)


def explain(returncode: int | None, said: dict[str, str], tail: str, most: int | None = None) -> SottoError:
    """Translate what a child said, or how it ended, into a sentence. `most` is its limit of memory. Pure."""
    if "missing" in said:
        return engine_missing(said["missing"])
    if "failed" in said and (unknown := UNKNOWN_KIND.search(tail)):
        return architectures.unknown(unknown[1], tail)
    told = f"{said.get('failed', '')}\n{tail}"
    if most is not None and any(words in told.lower() for words in NO_MEMORY):
        kind = BadModelFile if "failed" in said else EngineFailed
        return kind(
            "The engine got no more memory for this model.",
            hint=f"On a processor it may take {most / 1e9:.1f} GB of its own, more than it should need: the "
            "file or its template may be damaged (sotto models verify), or other programs have the memory",
            detail=told.strip(),
        )
    if "failed" in said and BAD_TEMPLATE in tail:
        return BadModelFile(
            "The engine cannot read this model's chat template, by which it is told who said what.",
            hint="A newer file of this model may have a sound one; sotto models show tells whether this one "
            "is known",
            detail=tail,
        )
    if "failed" in said:
        return BadModelFile(
            "The engine cannot load this model.",
            hint="It may be damaged, or of a kind this release does not know: sotto doctor",
            detail=tail or said["failed"],
        )
    ended = -returncode if returncode is not None and returncode < 0 else None
    if ended == signal.SIGABRT or returncode == 134:
        return EngineFailed(
            "The engine gave up: the model's file is damaged or of an unsupported kind.",
            hint="sotto doctor checks it; sotto --model starter uses the model that came with the program",
            detail=tail,
        )
    if returncode in KILLED:
        return EngineFailed(
            "The engine was killed, most likely because memory ran out.",
            hint="Close other programs, or use a smaller window: sotto settings set context 2048",
            detail=tail,
        )
    if ended == signal.SIGILL:
        return EngineFailed(
            "This processor lacks instructions that the engine needs (AVX2 on x86-64).",
            hint="sotto doctor shows what this machine has",
            detail=tail,
        )
    how = f"signal {ended}" if ended is not None else f"exit code {returncode}"
    return EngineFailed(f"The engine stopped ({how}).", hint="Ask again; sotto doctor checks it", detail=tail)


def engine_missing(reason: str) -> SottoError:
    if "libgomp" in reason:
        return EngineMissing(
            "The system's library libgomp.so.1 is missing.",
            hint="Debian, Ubuntu: sudo apt install libgomp1    Fedora: sudo dnf install libgomp",
            detail=reason,
        )
    return EngineMissing(
        "The engine's library cannot be loaded.",
        hint="Install Sottovoce again in a fresh environment; sotto doctor shows more",
        detail=reason,
    )
