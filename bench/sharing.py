"""Many at once: who waits how long, and whether each gets a fair part.

Three scenes. Four short chats begin together, against a server with one place. Seven light callers beside
a heavy one with prompts of 3,000 tokens, against the engine's own scheduling of the same. Eight callers of
unequal greed for a minute, and the part each of them gets.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bench.callers import Reply, chat
from bench.pairs import Row, row
from bench.served import Engine, Served, sotto

SENTENCE = "On day {0} the small grey cat sailed {0} miles north and wrote down what she saw there. "
HEAVY_SENTENCES = 126
LIGHT_TOKENS, HEAVY_TOKENS = 24, 64
MINUTE = 60.0
SCENE_SECONDS = 20.0
PAUSE = 3.0
"""Between a light caller's questions; without one, seven of them would fill two cores by themselves."""

numbers = itertools.count(1)


async def measure(home: Path, count: int) -> list[Row]:
    return [
        *await four_at_once(home, count),
        *await beside_a_heavy_one(home, max(2, count // 5)),
        *await fair_parts(home, max(2, count // 5)),
    ]


def short() -> list[dict[str, str]]:
    """Return a question of about 40 tokens that nobody has asked before."""
    return [
        {
            "role": "user",
            "content": f"Number {next(numbers)}: tell me in a few words about a harbour at dawn.",
        }
    ]


def long() -> list[dict[str, str]]:
    """Return a question of about 3,000 tokens that begins like no other."""
    text = "".join(SENTENCE.format(at) for at in range(HEAVY_SENTENCES))
    return [{"role": "user", "content": f"Log {next(numbers)}. {text}What did she see?"}]


# ── four short chats at once ──────────────────────────────────────────────────────────────────────


async def four_at_once(home: Path, count: int) -> list[Row]:
    async with sotto(home / "many", keys=4, slots=4) as many, sotto(home / "one", keys=4, slots=1) as one:

        async def worst(served: Served) -> float:
            asked = (chat(served.port, short(), key=key, temperature=0, max_tokens=64) for key in served.keys)
            return max(reply.wait for reply in await asyncio.gather(*asked))

        await worst(many), await worst(one)
        found = []
        for at in range(count):
            first, second = (many, one) if at % 2 else (one, many)
            waits = {id(served): await worst(served) for served in (first, second)}
            found.append(waits[id(many)] / waits[id(one)])
    return [row("worst first word of 4 short chats at once / with one place", found, "×", 0.6)]


# ── light callers beside a heavy one ──────────────────────────────────────────────────────────────

Ask = Callable[[], Awaitable[Reply]]


async def beside_a_heavy_one(home: Path, count: int) -> list[Row]:
    async with sotto(home / "heavy", keys=8, slots=8) as served:
        engine = Engine(served.socket)

        def ours(at: int) -> Ask:
            async def ask() -> Reply:
                messages, tokens = (long(), HEAVY_TOKENS) if at == 0 else (short(), LIGHT_TOKENS)
                return await chat(
                    served.port, messages, key=served.keys[at], temperature=0, max_tokens=tokens
                )

            return ask

        def engines(at: int) -> Ask:
            async def ask() -> Reply:
                messages, tokens = (long(), HEAVY_TOKENS) if at == 0 else (short(), LIGHT_TOKENS)
                return await engine.stream(await engine.ids(messages), tokens, id_slot=at)

            return ask

        waits, ratios = [], []
        for at in range(count):
            found = {}
            for way in (ours, engines) if at % 2 else (engines, ours):
                await asyncio.sleep(2.0)  # what was cut off of the last scene has ended by then
                found[way] = await light_waits(way)
            waits.append(found[ours])
            ratios.append(found[engines] / found[ours])
    return [
        row("beside a heavy caller, 95th percentile of 7 light callers' first word", waits, "s", 0.8),
        row("the engine's own scheduling of the same / ours", ratios, "×", 10.0, at_most=False),
    ]


async def light_waits(way: Callable[[int], Ask]) -> float:
    """Return the 95th percentile of the light callers' waits, while a heavy one asks without pause."""
    ends = time.monotonic() + SCENE_SECONDS
    waits: list[float] = []

    async def light(ask: Ask, pause: float) -> None:
        await asyncio.sleep(pause)
        while time.monotonic() < ends:
            waits.append((await ask()).wait)
            await asyncio.sleep(PAUSE)

    async with repeating(way(0)):
        await asyncio.sleep(0.5)
        await asyncio.gather(*(light(way(at), at * PAUSE / 7) for at in range(1, 8)))
    return statistics.quantiles(waits, n=20)[-1]


@asynccontextmanager
async def repeating(ask: Ask) -> AsyncGenerator[None, None]:
    """Ask again and again for as long as the block lasts."""

    async def again() -> None:
        while True:
            reply = await ask()
            assert reply.tokens, "the heavy caller was not answered"

    task = asyncio.create_task(again())
    try:
        yield
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError), ended


# ── fair parts ────────────────────────────────────────────────────────────────────────────────────


async def fair_parts(home: Path, count: int) -> list[Row]:
    async with sotto(home / "parts", keys=8, slots=4) as served:
        found = [await minute(served) for _ in range(count)]
    return [row("Jain's index of what 8 unequal callers get in a minute", found, "", 0.95, at_most=False)]


async def minute(served: Served) -> float:
    """Return Jain's index over served tokens / what a fair part would be.

    One caller keeps 32 long requests open, one keeps 8; six ask one short question at a time with a pause.
    """
    tokens = [0.0] * 8
    wanted = [float("inf")] * 2 + [0.0] * 6
    ends = time.monotonic() + MINUTE

    async def greedy(at: int) -> None:
        while time.monotonic() < ends:
            reply = await chat(served.port, short(), key=served.keys[at], max_tokens=256, temperature=0)
            tokens[at] += reply.tokens + reply.prompt if time.monotonic() < ends else 0

    async def modest(at: int) -> None:
        while time.monotonic() < ends:
            reply = await chat(served.port, short(), key=served.keys[at], max_tokens=32, temperature=0)
            taken = reply.tokens + reply.prompt
            tokens[at] += taken if time.monotonic() < ends else 0
            wanted[at] += taken
            await asyncio.sleep(2.0)

    tasks = [asyncio.create_task(greedy(0)) for _ in range(32)]
    tasks += [asyncio.create_task(greedy(1)) for _ in range(8)]
    tasks += [asyncio.create_task(modest(at)) for at in range(2, 8)]
    await asyncio.wait(tasks, timeout=MINUTE + 1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return jain(tokens, wanted)


def jain(served: list[float], wanted: list[float]) -> float:
    """Return Jain's index of served / min(wanted, fair part), 1 when all get alike.

    The fair part is what remains to each of those who want more than it, when the others have what they want.
    """
    parts = fair(sum(served), wanted)
    got = [one / part for one, part in zip(served, parts, strict=True) if part]
    return sum(got) ** 2 / (len(got) * sum(one * one for one in got))


def fair(total: float, wanted: list[float]) -> list[float]:
    """Share out a total so that nobody gets more than wanted, and nobody less while another gets more."""
    parts = [0.0] * len(wanted)
    for left, at in zip(
        range(len(wanted), 0, -1), sorted(range(len(wanted)), key=wanted.__getitem__), strict=True
    ):
        parts[at] = min(wanted[at], total / left)
        total -= parts[at]
    return parts
