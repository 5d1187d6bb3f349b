"""Runs a program whose changes to one folder are counted, broken or written down: see shim.c.

A program is loaded once and forked for each case (tests/processes/loaded.py), in milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "processes"))

from loaded import Loaded

PATIENCE = 120
"""Seconds after which a program that hangs is ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a program said until its end, how it ended, and how many changes it made or tried."""

    said: tuple[str, ...]
    errors: str
    code: int
    changes: int

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    @property
    def hung(self) -> bool:
        return self.code == -signal.SIGALRM


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is loaded. Threads may share it."""

    loaded: Loaded
    env: Mapping[str, str]

    def run(self, folder: Path, *, seconds: float | None = None, **shim: str | int | Path) -> Run:
        """Run it in a folder, killed after so many seconds; `shim` is told to shim.c (`at=3` is SHIM_AT)."""
        count = folder.with_name(f"{folder.name}.count")
        count.write_bytes(bytes(8))
        told = {f"SHIM_{name.upper()}": str(value) for name, value in shim.items()}
        told = {"SHIM_IN": str(folder), **told, "SHIM_COUNT": str(count)}
        process = self.loaded.start([str(folder)], {**self.env, **told}, patience=PATIENCE)
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        said, errors = process.communicate()
        changes = int.from_bytes(count.read_bytes(), sys.byteorder)
        count.unlink()
        assert process.returncode is not None
        return Run(tuple(said.splitlines()), errors, process.returncode, changes)

    def whole(self, folder: Path, **shim: str | int | Path) -> Run:
        """Run it to its end, which it must come to by itself."""
        run = self.run(folder, seconds=None, **shim)
        if run.code:
            raise RuntimeError(f"The program failed by itself: {run.errors}")
        return run


def build(folder: Path) -> Path:
    """Compile the library."""
    library = folder / "shim.so"
    source = str(Path(__file__).with_name("shim.c"))
    command = ["cc", "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(library), source, "-ldl"]
    subprocess.run(command, check=True)
    return library


@contextmanager
def load(library: Path, program: str, modules: Sequence[str], **env: str) -> Iterator[Program]:
    """Load a program and what it takes in. `env` comes to our own environment, but for our settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    preload = {"LD_PRELOAD": str(library)}
    loaded = Loaded(program, modules, **preload)
    try:
        yield Program(loaded, {**kept, **preload, **env})
    finally:
        loaded.close()
