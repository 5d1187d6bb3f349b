"""Kills a program at the K-th call by which it changes its home folder. See killer.c for what that shows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


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
class Killer:
    library: Path

    def run_until_kill(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        home: Path,
        k: int,
        *,
        torn: bool = False,
        text: str = "",
    ) -> Run:
        """Run a program, killed before its k-th change under `home`; `text` is its standard input."""
        given = {"KILL_AT": str(k)} | ({"KILL_TORN": "1"} if torn else {})
        return self._run(argv, {**env, **given}, home, text)

    def count(self, argv: Sequence[str], env: Mapping[str, str], home: Path, *, text: str = "") -> int:
        """Run a program to its end, and return how many changes under `home` it made itself."""
        total = home.parent / f"{home.name}.calls"
        run = self._run(argv, {**env, "KILL_TOTAL": str(total)}, home, text)
        assert run.code == 0, f"the program failed without being killed: {run.errors}"
        lines = total.read_text().splitlines()
        total.unlink()
        # Programs it started have lines of their own; they end, and are written, before it.
        return int(lines[-1].split()[1])

    def _run(self, argv: Sequence[str], env: Mapping[str, str], home: Path, text: str) -> Run:
        environment = {**env, "LD_PRELOAD": str(self.library), "KILL_IN": str(home.resolve())}
        done = subprocess.run(argv, env=environment, input=text, capture_output=True, text=True, timeout=60)
        return Run(done.stdout.splitlines(), done.stderr, done.returncode)


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
