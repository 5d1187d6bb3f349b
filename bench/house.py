"""Peak memory of the server and its engine, with 4,096 cells and one chat that fills them."""

from __future__ import annotations

from pathlib import Path

from bench.callers import chat
from bench.footprint import FILL, high_water
from bench.pairs import Row, row
from bench.served import sotto

FULL = FILL + FILL[: len(FILL) // 2]
"""Some 3,840 tokens: what the model answers may be short."""


async def measure(home: Path, count: int) -> list[Row]:
    peaks = []
    for at in range(2):
        async with sotto(home / str(at), slots=1, context=4096) as served:
            asked = [{"role": "user", "content": f"{FULL}Go on."}]
            reply = await chat(served.port, asked, max_tokens=4096)
            assert reply.prompt > 3800, "the chat did not fill the window"
            peaks.append(sum(high_water(process.pid) for process in served.family()) / 1e6)
    return [row("peak memory of server and engine, 4,096 cells, one chat full", peaks, "MB", 340.0)]
