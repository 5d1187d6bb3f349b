"""Honest callers beside connections that stand in the way: slow heads, idle ones, and deaf readers."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.callers import chat, head
from bench.pairs import Row, row
from bench.served import Served, sotto
from bench.sharing import short

HONEST, EACH, TOKENS = 4, 10, 16
SLOW_HEADS, IDLE, DEAF = 20, 50, 2


async def measure(home: Path, count: int) -> list[Row]:
    async with sotto(home, keys=HONEST + 1, slots=HONEST + 2) as served:
        await honest(served)
        found, noise = [], []
        for at in range(max(3, count // 2)):
            waits: dict[bool, float] = {}
            for beside in (True, False) if at % 2 else (False, True):
                if beside:
                    async with nuisances(served):
                        waits[beside] = await honest(served)
                else:
                    waits[beside] = await honest(served)
            found.append(waits[True] / waits[False])
            noise.append(await honest(served) / await honest(served))
    what = f"95th percentile of {HONEST} honest callers' first word"
    return [
        row(f"{what}, beside slow, idle and deaf connections / without", found, "×", 1.1),
        row(f"{what}, against itself (A/A)", noise, "×", None),
    ]


async def honest(served: Served) -> float:
    async def caller(at: int) -> list[float]:
        key = served.keys[at]
        return [
            (await chat(served.port, short(), key=key, temperature=0, max_tokens=TOKENS)).wait
            for _ in range(EACH)
        ]

    waits = await asyncio.gather(*map(caller, range(HONEST)))
    return statistics.quantiles([wait for some in waits for wait in some], n=20)[-1]


@asynccontextmanager
async def nuisances(served: Served) -> AsyncGenerator[None, None]:
    """Keep them there for the block. The deaf have asked for a stream, and take none of it."""
    tasks = [asyncio.create_task(slow_head(served)) for _ in range(SLOW_HEADS)]
    writers = [(await asyncio.open_connection("127.0.0.1", served.port))[1] for _ in range(IDLE)]
    for _ in range(DEAF):
        body = json.dumps({"model": "default", "messages": short(), "stream": True, "max_tokens": TOKENS})
        _, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(head("/v1/chat/completions", served.port, served.keys[-1], len(body)) + body.encode())
        writers.append(writer)
    await asyncio.sleep(1.0)  # the deaf ones' own answers are no nuisance, but work like any other
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()


async def slow_head(served: Served) -> None:
    """Send a head, one byte a second, and begin anew when the server has had enough."""
    while True:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        try:
            for byte in head("/v1/chat/completions", served.port, "", 0):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1.0)
        except OSError:
            pass
        finally:
            writer.transport.abort()
