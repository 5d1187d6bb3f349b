"""Back in a chat of 4,000 tokens: after a restart of everything, and in one that never went away.

Beside it llama.cpp's own server, which reads a chat of the same length again once it was started anew.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from pathlib import Path

from bench import native
from bench.callers import chat
from bench.pairs import Row, row
from sottovoce import AsyncSotto
from sottovoce.core.events import Done, Text
from sottovoce.models import starter

WINDOW = 6144
TURNS = 8
SENTENCE = "On day {0} the small grey cat sailed {0} miles north and wrote down what she saw there. "
SENTENCES = 20
SOONEST = 0.01
"""Seconds: what a first word that came before the engine was ready counts as, so that a ratio can be made."""


async def measure(home: Path, count: int) -> list[Row]:
    last = await long_chat(home)
    history = last.usage.prompt + last.usage.answer
    totals, from_ready, living, anew = [], [], [], []
    for _ in range(count):
        started = time.perf_counter()
        async with opened(home) as sotto:
            loading = asyncio.create_task(ready_at(sotto))
            back, reused = await first_word(sotto, last, "And then?")
            assert reused > history - 16, f"read again: only {reused} of {history} tokens were reused"
            totals.append(back - started)
            begun = time.perf_counter()
            alive, _ = await first_word(sotto, last, "Why is that?")
            living.append(alive - begun)
            waited = max(back - await loading, SOONEST)
            from_ready.append(waited / living[-1])
        anew.append(await read_again() / waited)
    return [
        row(f"first word back in a {history}-token chat, engine start and all", totals, "s", 0.8),
        row("the same from engine ready / a turn of the living chat", from_ready, "×", 1.5),
        row("first word of a turn in the living chat", living, "s", None),
        row(
            "after a restart, from ready: llama-server, which reads it again / ours",
            anew,
            "×",
            10.0,
            at_most=False,
        ),
    ]


def opened(home: Path) -> AsyncSotto:
    return AsyncSotto(home, context=WINDOW, max_tokens=8)


async def long_chat(home: Path) -> Done:
    """Talk until the chat has some 4,000 tokens, and return its last answer."""
    chat = None
    async with opened(home) as sotto:
        for turn in range(TURNS):
            days = range(turn * SENTENCES, (turn + 1) * SENTENCES)
            story = "".join(SENTENCE.format(day) for day in days)
            done = await sotto.answer(f"{story}What did she see?", chat=chat, max_tokens=64, temperature=0.8)
            chat = done.chat
    return done


async def ready_at(sotto: AsyncSotto) -> float:
    await sotto.app.ready()
    return time.perf_counter()


async def first_word(sotto: AsyncSotto, after: Done, question: str) -> tuple[float, int]:
    """Ask on after an answer; return when the first word came, and the tokens reused."""
    came = 0.0
    async with aclosing(sotto.events(question, chat=after.chat, parent=after.answer)) as events:
        async for event in events:
            match event:
                case Text():
                    came = came or time.perf_counter()
                case Done(usage=usage):
                    return came, usage.reused
    raise RuntimeError("the answer did not end")


async def read_again() -> float:
    """Return the seconds to the first word of llama-server that was just started, behind as long a chat."""
    days = range(TURNS * SENTENCES)
    story = "".join(SENTENCE.format(day) for day in days)
    async with native.server(starter.path(), slots=1, window=WINDOW) as served:
        asked = [{"role": "user", "content": f"{story}And then?"}]
        return (await chat(served.port, asked, temperature=0, max_tokens=8)).wait
