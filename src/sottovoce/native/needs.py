"""What a machine must have for the engine to be built on it: looked at before anything is fetched.

Changes nothing. Not for Windows, where the library cannot be linked without parts that the build leaves out,
nor for macOS, where the installed engine is made for the processor already.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.core.environment import child_environment
from sottovoce.core.errors import DiskFull, NotEnoughMemory, SottoError, Unsupported
from sottovoce.engine import memory, threads
from sottovoce.native import tiles

DISK = 1_200_000_000
"""Bytes that the sources, the tools and what is made of them may take, with room to spare."""

MEMORY = 1_500_000_000
"""Bytes that one compiler may take, with room to spare."""

SECONDS = 60
COMPILERS = ("c++", "g++", "clang++")
TRIED = """#include <Python.h>
#include <filesystem>
#include <omp.h>
int main() { return omp_get_num_threads() - 1; }
"""

INSTALL = (
    "Debian, Ubuntu: sudo apt install g++ python3-dev    Fedora: sudo dnf install gcc-c++ python3-devel    "
    "Alpine: sudo apk add g++ python3-dev cmake"
)


@dataclass(frozen=True, slots=True)
class Means:
    """What a build may use. `jobs`: compilers at once; `flags`: what they must be told besides."""

    compiler: str
    jobs: int
    free: int
    flags: tuple[str, ...] = ()


def look(folder: Path) -> Means:
    """Return what a build here may use; `folder` is on the disk that it would fill.

    Raises Unsupported, DiskFull, NotEnoughMemory, and SottoError for a compiler that is not there, or fails.
    """
    if not sys.platform.startswith("linux"):
        raise Unsupported(
            "The engine is built anew on Linux alone.",
            hint="On macOS the installed engine is made for the processor already"
            if sys.platform == "darwin"
            else "The installed engine answers as before",
        )
    free = shutil.disk_usage(folder).free
    if free < DISK:
        raise DiskFull(
            f"Building the engine needs {amount(DISK)} of disk; {amount(free)} are free.",
            hint="Free some space; nearly all of it is given back at the end",
        )
    room = memory.available()
    if room < MEMORY:
        raise NotEnoughMemory(
            f"Building the engine needs {amount(MEMORY)} of memory; {amount(room)} are free.",
            hint="Close other programs and try again",
        )
    compiler = _compiler()
    jobs = max(1, min(threads.usable_cores(), room // MEMORY))
    return Means(compiler, jobs, free, tiles.flags(compiler))


def _compiler() -> str:
    """Return a C++ compiler that can make a module for this Python, after trying it. Raises SottoError."""
    found = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    if found is None:
        raise SottoError("There is no C++ compiler on this machine.", hint=INSTALL)
    headers = sysconfig.get_paths()["include"]
    with tempfile.TemporaryDirectory(prefix="sotto-build-") as folder:
        source = Path(folder) / "tried.cpp"
        source.write_text(TRIED)
        command = [found, "-std=c++17", "-fopenmp", f"-I{headers}", "-fsyntax-only", source.name]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                env=child_environment({}),
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise SottoError(f"The compiler {found} does not run.", hint=INSTALL) from problem
    if done.returncode:
        what = "Python's headers are missing" if "Python.h" in done.stderr else "it misses what it needs"
        raise SottoError(
            f"The compiler {found} cannot build the engine: {what}.", hint=INSTALL, detail=done.stderr[-2000:]
        )
    return found
