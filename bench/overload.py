"""Too many at once: the refused hear so quickly, the others are served as fast as ever, nothing is left."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
from pathlib import Path

from bench.callers import Reply, chat, head
from bench.pairs import Row, row
from bench.served import Served, sotto
from bench.sharing import short

CROWD = 500
ABORTED = 1000
TOKENS = 32
SLOTS = 4


async def measure(home: Path, count: int) -> list[Row]:
    async with sotto(home / "crowd", keys=10, slots=SLOTS, queue_seconds=30) as served:
        await asyncio.gather(*(one(served, at) for at in range(8)))
        refusals, goods = [], []
        for _ in range(max(2, count // 5)):
            best = await steady(served)
            refused, rate = await crowd(served)
            refusals.append(refused)
            goods.append(rate / best)
    async with sotto(home / "left", keys=4, slots=SLOTS) as served:
        left = [await abandoned(served)]
    slots, descriptors, megabytes = zip(*left, strict=True)
    return [
        row(f"{CROWD} at once: 99th percentile of a refusal", refusals, "s", 0.2),
        row(f"{CROWD} at once: tokens per second / unhurried", goods, "×", 0.95, at_most=False),
        row(f"after {ABORTED} abandoned requests: places still taken", slots, "", 0.0),
        row(f"after {ABORTED} abandoned requests: more descriptors", descriptors, "", 2.0),
        row(f"after {ABORTED} abandoned requests: more memory of the server", megabytes, "MB", 8.0),
    ]


async def one(served: Served, at: int) -> Reply:
    key = served.keys[at % len(served.keys)]
    return await chat(served.port, short(), key=key, temperature=0, max_tokens=TOKENS)


async def steady(served: Served) -> float:
    """Return the tokens per second that a few more callers than places get."""
    callers, each = SLOTS + 2, 6

    async def some(at: int) -> list[Reply]:
        return [await one(served, at) for _ in range(each)]

    replies = [
        reply for some_replies in await asyncio.gather(*map(some, range(callers))) for reply in some_replies
    ]
    return rate(replies)


async def crowd(served: Served) -> tuple[float, float]:
    """Return the 99th percentile of the refusals' seconds, and the tokens per second of the others."""
    replies = await asyncio.gather(*(one(served, at) for at in range(CROWD)))
    answered = [reply for reply in replies if reply.status == 200]
    refused = [reply.ended - reply.asked for reply in replies if reply.status == 429]
    assert len(answered) + len(refused) == CROWD, "somebody was neither answered nor refused"
    assert all(reply.tokens for reply in answered)
    return statistics.quantiles(refused, n=100)[-1], rate(answered)


def rate(replies: list[Reply]) -> float:
    return sum(reply.tokens for reply in replies) / (
        max(reply.last for reply in replies) - min(reply.asked for reply in replies)
    )


async def abandoned(served: Served) -> tuple[float, float, float]:
    """Leave many requests at any moment. Return what that left behind: places, descriptors, megabytes."""
    chance = random.Random(7)

    async def leave(at: int) -> None:
        body = json.dumps({"model": "default", "messages": short(), "stream": at % 2 == 0, "max_tokens": 64})
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(
            head("/v1/chat/completions", served.port, served.keys[at % 4], len(body)) + body.encode()
        )
        try:
            async with asyncio.timeout(chance.choice([0.0, 0.02, 0.2, 0.6])):
                await reader.read()
        except TimeoutError:
            pass
        writer.transport.abort()

    async def some(start: int, amount: int) -> None:
        for at in range(start, start + amount):
            await leave(at)

    await asyncio.gather(*(some(at, 5) for at in range(20)))  # the first ones fill caches
    await settled(served)
    descriptors, memory = served.process.num_fds(), served.process.memory_info().rss
    await asyncio.gather(*(some(at * 50, ABORTED // 20) for at in range(20)))
    computing = await settled(served)
    return (
        float(computing),
        float(served.process.num_fds() - descriptors),
        (served.process.memory_info().rss - memory) / 1e6,
    )


async def settled(served: Served) -> int:
    """Return how many places are still taken two seconds after the last has left."""
    await asyncio.sleep(2.0)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    asked = head("/app/api/queue", served.port, served.keys[0], 0).replace(b"POST", b"GET", 1)
    writer.write(asked)
    answer = await reader.read()
    writer.close()
    said = json.loads(answer.partition(b"\r\n\r\n")[2])
    return int(said["computing"]) + int(said["waiting"])
