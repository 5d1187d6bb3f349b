"""Runs a step of story.py as a process, in a folder of its own, with what is planted in every Python there.

Knows nothing of what watches it: whoever does puts its own command before.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 900
"""Seconds after which a step that hangs is ended."""


def stage(folder: Path, name: str, planted: str = "") -> Path:
    """Make the folder. A faulty library, or a watch, is planted as what Python loads first of all."""
    made = folder / (f"{name}-unsafe" if planted else name)
    made.mkdir(parents=True)
    (made / "sitecustomize.py").write_text(planted)
    return made


def step(name: str, at: Path, *beyond: str) -> list[str]:
    return [sys.executable, "-m", "torture.story", name, str(at), *beyond]


def wrong(command: Sequence[str], at: Path, longest: float = LONGEST) -> str | None:
    """Run a command in the project's folder; return what is wrong in a sentence."""
    path = os.pathsep.join([str(at), str(ROOT / "src")])
    env = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=longest,
        )
    except subprocess.TimeoutExpired:
        return "it hung"
    said = (run.stdout.strip() or run.stderr.strip())[-400:]
    return None if run.returncode == 0 else said or f"it ended with {run.returncode}"
