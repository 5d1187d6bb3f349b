"""Makes the engine's library for this very processor, of files that were checked, and nothing else.

The tools are Python packages that are unpacked beside the source, so nothing is installed. Of the
environment the compilers get what a process needs to start; programs that heed a proxy find none that leads
anywhere. What is printed goes to a log. Nothing here is in use yet.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import tarfile
import threading
import zipfile
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sottovoce.core.environment import child_environment
from sottovoce.core.errors import SottoError
from sottovoce.core.finishing import to_its_end
from sottovoce.core.paths import PRIVATE_FILE, disk_problem, make_folder
from sottovoce.fit.built import LIBRARY, PACKAGE

OPTIONS = (
    "-DLLAMA_LLGUIDANCE=OFF",  # schemas are held by llama.cpp's own grammar: the other one is written in Rust
    "-DLLAMA_BUILD_BORINGSSL=OFF",
    "-DLLAMA_BUILD_UI=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",  # which would be fetched
)
NOWHERE = "http://127.0.0.1:9"
"""Port 9 discards; nothing listens there."""

MAKE = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
STEP = re.compile(r"\[(\d+)/(\d+)\]")
"""How ninja says how far it is."""

TAIL = 40
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """How many of all parts are compiled."""

    done: int
    total: int


async def build(
    files: Sequence[Path], staging: Path, log: Path, jobs: int, flags: Sequence[str] = ()
) -> AsyncGenerator[Step, None]:
    """Make `staging`/library of a source archive and of the wheels that are its tools. Takes whole paths.

    `jobs` compilers run at once and are told these `flags` too. Closing the generator ends every one of them.
    Raises SottoError with the last lines where it fails.
    """
    source, tools = staging / "source", staging / "tools"
    given_up = threading.Event()
    unpacking = asyncio.ensure_future(asyncio.to_thread(_unpack, files, source, tools, given_up))
    try:
        await asyncio.shield(unpacking)
    except asyncio.CancelledError:
        given_up.set()
        await asyncio.wait({unpacking})  # whoever clears away may not meet a thread that still writes
        raise
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as problem:
        if isinstance(problem, OSError):
            raise disk_problem(problem, staging) from problem
        raise SottoError(
            "What the engine is built of cannot be unpacked.", hint="Fetch it again"
        ) from problem
    made = staging / "made"
    make_folder(made)
    tail: deque[str] = deque(maxlen=TAIL)
    process = await _start(source, tools, made, jobs, flags)
    try:
        assert process.stdout is not None  # noqa: S101  (piped)
        with _opened(log) as kept:
            async for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                print(line, file=kept)
                tail.append(line)
                if found := STEP.search(line):
                    yield Step(int(found[1]), int(found[2]))
        await process.wait()
    finally:
        await _end(process)
    if process.returncode:
        raise SottoError(
            "The engine could not be built on this machine; the installed one answers as before.",
            hint=f"The reason is at the end of {log}",
            detail="\n".join(tail),
        )
    await to_its_end(asyncio.to_thread(_take_library, made, staging / LIBRARY))


def _opened(log: Path) -> TextIO:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    return os.fdopen(handle, "w", encoding="utf-8")


async def _start(
    source: Path, tools: Path, made: Path, jobs: int, flags: Sequence[str]
) -> asyncio.subprocess.Process:
    known = child_environment({})
    places = [*(str(path.parent) for path in _programs(tools)), known.get("PATH", os.defpath)]
    told = {
        "PATH": os.pathsep.join(places),
        "PYTHONPATH": str(tools),
        "CMAKE_ARGS": " ".join(OPTIONS),
        "CMAKE_GENERATOR": "Ninja",
        "NPROC": str(jobs),
        "CFLAGS": " ".join(flags),
        "CXXFLAGS": " ".join(flags),
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
    }
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-u", "-c", MAKE, str(made)),
            cwd=_only(source),
            env={**known, **told},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 20,
            start_new_session=True,
        )
    except OSError as problem:
        raise SottoError(
            "The build cannot be started.", hint="Close other programs and try again"
        ) from problem


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the build with all that it has started."""
    if process.returncode is None:
        # Ninja gives each compiler a group of its own, so the session is what they have in common.
        while running := _in_session(process.pid):
            for number in running:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(number, signal.SIGKILL)
            await asyncio.sleep(PAUSE)
        await process.wait()


def _in_session(leader: int) -> list[int]:
    """Return the processes of a session that still run."""
    import psutil

    found = []
    for number in psutil.pids():
        with suppress(OSError, psutil.Error):
            if os.getsid(number) == leader and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
                found.append(number)
    return found


def _unpack(files: Sequence[Path], source: Path, tools: Path, given_up: threading.Event) -> None:
    """Unpack what was pinned by its digest, file by file, until it is given up."""
    for folder in (source, tools):
        make_folder(folder)
    for path in files:
        if path.name.endswith(".whl"):
            with zipfile.ZipFile(path) as wheel:
                for name in wheel.namelist():
                    if given_up.is_set():
                        return
                    wheel.extract(name, tools)
        else:
            with tarfile.open(path) as archive:
                # Known from Python 3.11.4 on.
                archive.extraction_filter = getattr(tarfile, "data_filter", None)
                for member in archive:
                    if given_up.is_set():
                        return
                    archive.extract(member, source)
    for program in _programs(tools):
        program.chmod(0o700)


def _only(folder: Path) -> Path:
    """Return the one thing in a folder."""
    (found,) = folder.iterdir()
    return found


def _programs(tools: Path) -> list[Path]:
    """Return the programs among what was unpacked: wheels keep no rights."""
    places = ("cmake/data/bin/*", "*.data/scripts/*")
    return [path for place in places for path in tools.glob(place)]


def _take_library(made: Path, library: Path) -> None:
    with zipfile.ZipFile(_only(made)) as archive:
        names = [name for name in archive.namelist() if name.startswith(f"{PACKAGE}/")]
        archive.extractall(library, names)  # noqa: S202  (what was just built here)
