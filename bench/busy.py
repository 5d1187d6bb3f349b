"""An answer beside two programs that keep both cores busy: ours against the engine as it waits by default.

The engine's threads wait for each other several hundred times a token. By default they spin; ours give way
soon. Measured where the busy programs are in the server's own session, where they have sessions of their own
(Linux shares processors out between sessions first), and on an idle machine.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.against import STORY, user
from bench.callers import chat
from bench.pairs import Row, row
from bench.served import Served, sotto

TOKENS = 64
IDLE, TOGETHER, APART = (
    "on an idle machine",
    "beside two busy loops",
    "beside two busy loops in their own sessions",
)
BARS = {IDLE: 0.97, TOGETHER: 1.5, APART: 3.0}


async def measure(home: Path, count: int) -> list[Row]:
    how: dict[str, Any] = {"keys": 1, "slots": 1, "repeat_penalty": 1.0, "tools": "off"}
    rows = []
    async with (
        sotto(home / "ours", **how) as ours,
        sotto(home / "spinning", program="bench.spinning", **how) as spinning,
    ):
        for place, bar in BARS.items():
            found, spun = [], []
            await pair(ours, spinning, 0)
            with loops(place):
                for at in range(count):
                    one, other = await pair(ours, spinning, at)
                    found.append(one / other)
                    spun.append(one)
            what = f"tokens a second {place}"
            rows.append(row(f"{what}, ours / the engine's default", found, "×", bar, at_most=False))
            rows.append(row(f"{what}, ours", spun, "/s", None))
    return rows


async def pair(ours: Served, spinning: Served, at: int) -> tuple[float, float]:
    """Return both speeds, changing which goes first."""
    if at % 2:
        other = await speed(spinning)
        return await speed(ours), other
    return await speed(ours), await speed(spinning)


async def speed(served: Served) -> float:
    """Return the tokens a second between the first and the last."""
    reply = await chat(served.port, [user(STORY)], key=served.keys[0], temperature=0, max_tokens=TOKENS)
    return (reply.pieces - 1) / (reply.last - reply.first)


@contextmanager
def loops(place: str) -> Iterator[None]:
    """Keep both cores busy for the block, or none."""
    spin = [sys.executable, "-c", "while True: pass"]
    count = 0 if place == IDLE else 2
    running = [subprocess.Popen(spin, start_new_session=place == APART) for _ in range(count)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()
