"""A program in the foreground while an answer is written: how much slower it ends, in each pace.

It packs the same bytes again and again, on one core, in a session of its own: as a compiler does, or a
program that plays a film. The answers follow each other without pause.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from bench.callers import chat
from bench.pairs import Row, row
from bench.served import Served, sotto

STORY = "Write a long story about a small grey cat who lives by the sea and learns to sail."
LONG = 384
BARS = {"usual": None, "gentle": 1.35}
WORK = """
import lzma, random
data = random.Random(1).randbytes(1 << 20) + b"the small grey cat " * 100_000
for _ in range(3):
    lzma.compress(data, preset=4)
"""


async def measure(home: Path, count: int) -> list[Row]:
    rows = []
    for pace, bar in BARS.items():
        async with sotto(home / pace, keys=1, slots=2, pace=pace, tools="off") as served:
            found = []
            for at in range(count):
                order = (True, False) if at % 2 else (False, True)
                each = {beside: await work(served, beside=beside) for beside in order}
                found.append(each[True] / each[False])
        rows.append(
            row(f"a program in the foreground beside an answer, pace {pace} / alone", found, "×", bar)
        )
    return rows


async def work(served: Served, *, beside: bool) -> float:
    """Return the seconds that the program takes."""
    answering = asyncio.create_task(_answers(served)) if beside else None
    if beside:
        await asyncio.sleep(0.5)
    begun = time.perf_counter()
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", WORK, start_new_session=True)
    if await program.wait():
        raise subprocess.CalledProcessError(program.returncode or 1, "the program in the foreground")
    seconds = time.perf_counter() - begun
    if answering is not None:
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering
    return seconds


async def _answers(served: Served) -> None:
    while True:
        await chat(
            served.port,
            [{"role": "user", "content": STORY}],
            key=served.keys[0],
            temperature=0,
            max_tokens=LONG,
        )
