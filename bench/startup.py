"""How long a person waits for the program itself: help, and a cold question's first word."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.pairs import Row, ratios, row

SOTTO = (sys.executable, "-m", "sottovoce")


def measure(home: Path, count: int) -> list[Row]:
    script = (str(Path(sys.executable).with_name("sotto")), "--help")
    click = (sys.executable, "-c", "import click")
    first_words = [first_word(home) for _ in range(count + 1)][1:]
    return [
        row("`sotto --help` / `python -c 'import click'`", _ratio(script, click, count), "×", 2.5),
        row("the same click against itself (A/A)", _ratio(click, click, count), "×", None),
        row("cold `sotto ask` to its first word", first_words, "s", 1.0),
    ]


def _ratio(one: Sequence[str], other: Sequence[str], count: int) -> list[float]:
    return ratios(lambda: whole(one), lambda: whole(other), count)


def whole(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def first_word(home: Path, program: str = "sottovoce") -> float:
    """Return the seconds from starting a process to the first byte of its answer."""
    question = "Why is the sky blue?"
    return until_first_byte(
        (sys.executable, "-m", program, "--home", str(home), "ask", "--max-tokens", "8", question)
    )


def until_first_byte(command: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Return the seconds from starting a program to the first byte that it says; then let it end."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read(1)
        seconds = time.perf_counter() - started
        process.stdout.read()
    if not said or process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return seconds
