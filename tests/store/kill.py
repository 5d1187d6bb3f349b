"""Kills a program at the K-th call by which it changes its home folder, or in time.

See killer.c for what the first shows.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "processes"))

from loaded import Loaded

PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Run:
    """What a program said until its end, and how it ended."""

    said: list[str]
    errors: str
    code: int

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is loaded. Threads may share it."""

    loaded: Loaded
    env: Mapping[str, str]

    def run_until_kill(self, arguments: Sequence[str], home: Path, k: int, *, torn: bool = False) -> Run:
        """Run it, killed before its k-th change under `home`."""
        given = {"KILL_AT": str(k)} | ({"KILL_TORN": "1"} if torn else {})
        return self._run(arguments, {"KILL_IN": str(home.resolve()), **given})

    def run_for(self, arguments: Sequence[str], seconds: float) -> Run:
        """Run it, killed after so long."""
        return self._run(arguments, {}, seconds)

    def run(self, arguments: Sequence[str], **env: str) -> None:
        """Run it to its end."""
        run = self._run(arguments, env)
        assert run.code == 0, f"the program failed without being killed: {run.errors}"

    def count(self, arguments: Sequence[str], home: Path) -> int:
        """Run it to its end, and return how many changes under `home` it made itself."""
        total = home.parent / f"{home.name}.calls"
        self.run(arguments, KILL_IN=str(home.resolve()), KILL_TOTAL=str(total))
        lines = total.read_text().splitlines()
        total.unlink()
        # Programs it started have lines of their own; they end, and are written, before it.
        return int(lines[-1].split()[1])

    def _run(self, arguments: Sequence[str], env: Mapping[str, str], cut: float | None = None) -> Run:
        process = self.loaded.start(arguments, {**self.env, **env}, patience=PATIENCE)
        if cut is not None:
            time.sleep(cut)
            process.kill()
        said, errors = process.communicate()
        assert process.returncode is not None
        return Run(said.splitlines(), errors, process.returncode)


@dataclass(frozen=True, slots=True)
class Killer:
    library: Path

    @contextmanager
    def load(self, program: str, modules: Sequence[str] = (), **env: str) -> Iterator[Program]:
        """Load a program and what it takes in; `env` comes to our own environment, but for its settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
        library = {"LD_PRELOAD": str(self.library)}
        loaded = Loaded(program, modules, **library)
        try:
            yield Program(loaded, {**kept, **library, **env})
        finally:
            loaded.close()


def build(folder: Path) -> Killer | None:
    """Compile the library; None where there is no compiler or no LD_PRELOAD."""
    compiler = shutil.which("cc")
    if compiler is None or os.uname().sysname != "Linux":
        return None
    library = folder / "killer.so"
    source = Path(__file__).with_name("killer.c")
    subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(library), str(source), "-ldl"],
        check=True,
    )
    return Killer(library)
