"""Peak memory of the terminal and its engine, with one chat that fills a window of 4,096 tokens."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pexpect
import psutil

from bench.pairs import Row, row

FILL = "The small grey cat sailed north and wrote down what she saw there. " * 180


def measure(home: Path, count: int) -> list[Row]:
    peaks = [peak(home) for _ in range(min(count, 3))]
    return [row("peak memory of terminal and engine, 4,096 cells, one chat full", peaks, "MB", 310.0)]


def peak(home: Path) -> float:
    """Return the summed peak resident sizes in MB; pages that both share count twice."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "sottovoce", "--home", str(home)],
        dimensions=(40, 100),
        timeout=240,
        env={**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1"},
    )
    terminal.expect("Ask something")
    pasted = f"\x1b[200~{FILL}Go on for as long as you can.\x1b[201~\r"
    for at in range(0, len(pasted), 1000):  # a terminal takes no more at once
        terminal.send(pasted[at : at + 1000])
    wait_for_answer(terminal, home)
    processes = [psutil.Process(terminal.pid), *psutil.Process(terminal.pid).children(recursive=True)]
    total = sum(high_water(process.pid) for process in processes)
    terminal.sendeof()
    terminal.expect(pexpect.EOF)
    return total / 1e6


def wait_for_answer(terminal: pexpect.spawn, home: Path) -> None:
    ends = time.monotonic() + 240
    while time.monotonic() < ends:
        with suppress(pexpect.TIMEOUT):  # a screen that nobody reads would hold the program up
            terminal.read_nonblocking(1 << 16, timeout=0.2)
        with closing(sqlite3.connect(home / "sotto.db")) as connection:
            states = connection.execute("SELECT state FROM messages WHERE role = 'assistant'").fetchall()
        if states and all(state == "complete" for (state,) in states):
            return
    raise RuntimeError("the answer did not end")


def high_water(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
