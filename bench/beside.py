"""How quickly vectors are made, and what a chat of another program loses meanwhile.

Two programs of two homes, as when somebody chats while a shelf is filled elsewhere: the first asks the
starter model, the second embeds passages without pause. The chat is timed with and without the other, in
turn. Needs `python -m bench.minilm bench/knowledge/.corpus/all-MiniLM-L6-v2.gguf` before.
"""

from __future__ import annotations

import asyncio
import math
import sys
import time
from contextlib import aclosing
from pathlib import Path

from bench.knowledge.vectors import MODEL
from bench.pairs import Row, row
from sottovoce import AsyncSotto
from sottovoce.core.events import Text
from sottovoce.engine.plan import Plan
from sottovoce.engine.vectors import VectorEngine

ROOT = Path(__file__).parent.parent
QUESTION = "Write a long story about a small grey cat who lives by the sea and learns to sail."
TOKENS = 192
CHARACTERS = 700
AT_ONCE = 8
SETTLE_SECONDS = 0.5
ALONE_SECONDS, ROUNDS = 8.0, 5


async def measure(home: Path, count: int) -> list[Row]:
    if not MODEL.exists():
        print(f"  not measured: there is no {MODEL}")
        return []
    other = await Other.start()
    try:
        alone = [await other.rate(ALONE_SECONDS) for _ in range(ROUNDS)]
        async with AsyncSotto(home, temperature=0.0, max_tokens=TOKENS) as sotto:
            await rate(sotto)
            parts, noise, beside = await pairs(sotto, other, count)
    finally:
        await other.close()
    return [
        row("passages embedded, alone", alone, "/s", 18.6, at_most=False),
        row("a chat's tokens/s beside another program that embeds / alone", parts, "×", 0.85, at_most=False),
        row("the same chat against itself (A/A)", noise, "×", None),
        row("passages embedded beside that chat", beside, "/s", None),
    ]


def passages() -> list[str]:
    """Return our own pages in passages of CHARACTERS."""
    pages = sorted((ROOT / "docs").rglob("*.md"))
    text = " ".join(" ".join(page.read_text("utf-8").split()) for page in pages)
    return [text[at : at + CHARACTERS] for at in range(0, len(text) - CHARACTERS, CHARACTERS)]


async def embed() -> None:
    """Be the second program: a line on standard input begins, the next ends it and has the rate said."""

    async def unverified() -> str:
        return "0" * 64

    engine = VectorEngine(Plan(MODEL, MODEL.stem, unverified, patient=True))
    texts = passages()
    await engine.embed(texts[:AT_ONCE])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while await asyncio.to_thread(sys.stdin.readline):
        ending = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
        done, began = 0, time.monotonic()
        while not ending.done():
            start = done % (len(texts) - AT_ONCE)
            await engine.embed(texts[start : start + AT_ONCE])
            done += AT_ONCE
        sys.stdout.write(f"{done / (time.monotonic() - began)}\n")
        sys.stdout.flush()
    await engine.close()


class Other:
    """The second program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._input, self._output = process, process.stdin, process.stdout

    @classmethod
    async def start(cls) -> Other:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.beside",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        other = cls(process)
        await other._output.readline()
        return other

    def begin(self) -> None:
        self._input.write(b"\n")

    async def end(self) -> float:
        """Stop embedding, and return how many passages a second there were."""
        self._input.write(b"\n")
        return float(await self._output.readline())

    async def rate(self, seconds: float) -> float:
        """Embed for so long, and return how many passages a second there were."""
        self.begin()
        await asyncio.sleep(seconds)
        return await self.end()

    async def close(self) -> None:
        self._input.close()
        await self._process.wait()


async def pairs(sotto: AsyncSotto, other: Other, count: int) -> tuple[list[float], list[float], list[float]]:
    """Return the ratios of the chat's rate, those of its noise, and the passages a second beside it."""
    parts, noise, beside = [], [], []

    async def disturbed() -> float:
        other.begin()
        await asyncio.sleep(SETTLE_SECONDS)
        found = await rate(sotto)
        beside.append(await other.end())
        return found

    for at in range(count):
        if at % 2:
            with_it, without = await disturbed(), await rate(sotto)
        else:
            without, with_it = await rate(sotto), await disturbed()
        parts.append(with_it / without)
        noise.append(await rate(sotto) / without)
    return parts, noise, beside


async def rate(sotto: AsyncSotto) -> float:
    """Ask, and return the tokens a second between the first word and the last."""
    times: list[float] = []
    async with aclosing(sotto.events(QUESTION)) as events:
        async for event in events:
            if isinstance(event, Text):
                times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else math.nan


if __name__ == "__main__":
    asyncio.run(embed())
