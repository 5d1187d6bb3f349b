"""What a chat loses while the program that answers it reads documents that were built to harm.

One after the other, those of tests/knowledge/reading/bombs.py. The pauses between the pieces of an answer are
compared with those of the same answer alone, in turn.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing, suppress
from itertools import cycle, pairwise
from pathlib import Path

from bench.pairs import Row, row
from sottovoce import AsyncSotto
from sottovoce.core.errors import BadDocument
from sottovoce.core.events import Text
from sottovoce.knowledge.reading.read import Reader

ROOT = Path(__file__).parent.parent
QUESTION = "Write a long story about a small grey cat who lives by the sea and learns to sail."
TOKENS = 192
SETTLE_SECONDS = 0.5


async def measure(home: Path, count: int) -> list[Row]:
    bombs = cycle(made())
    times: list[float] = []
    same: list[float] = []
    beside: list[float] = []
    async with AsyncSotto(home, temperature=0.0, max_tokens=TOKENS) as sotto, Reader() as reader:
        await slowest(sotto)

        async def harm() -> None:
            while True:
                name, data = next(bombs)
                begun = time.perf_counter()
                with suppress(BadDocument):
                    await reader.read_bytes(data, name)
                times.append(time.perf_counter() - begun)

        async def harmed() -> float:
            reading = asyncio.create_task(harm())
            await asyncio.sleep(SETTLE_SECONDS)
            found = await slowest(sotto)
            reading.cancel()
            await asyncio.wait({reading})
            return found

        for at in range(count):
            if at % 2:
                with_it, without = await harmed(), await slowest(sotto)
            else:
                without, with_it = await slowest(sotto), await harmed()
            beside.append(with_it / without)
            same.append(await slowest(sotto) / without)
    return [
        row("p99 of the pauses in an answer beside bombs / alone", beside, "×", 1.5),
        row("the same answer against itself (A/A)", same, "×", None),
        row("the longest that a bomb takes", [max(times)], "s", 25.0),
    ]


def made() -> Iterator[tuple[str, bytes]]:
    """Yield the name of each document, and what is in it."""
    sys.path.insert(0, str(ROOT / "tests" / "knowledge" / "reading"))
    from bombs import BOMBS

    return iter([(bomb.name, bomb.make()) for bomb in BOMBS])


async def slowest(sotto: AsyncSotto) -> float:
    """Ask, and return the pause in seconds that 99 of a hundred between two pieces stay below."""
    times: list[float] = []
    async with aclosing(sotto.events(QUESTION)) as events:
        async for event in events:
            if isinstance(event, Text):
                times.append(time.perf_counter())
    pauses = sorted(later - sooner for sooner, later in pairwise(times))
    return pauses[int(len(pauses) * 0.99)]
