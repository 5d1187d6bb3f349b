"""Back in a chat of 4,000 tokens: after a restart of everything, and in one that never went away."""

from __future__ import annotations

import time
from contextlib import aclosing
from pathlib import Path

from bench.pairs import Row, row
from sottovoce import AsyncSotto
from sottovoce.core.events import Done, Text

WINDOW = 6144
SENTENCE = "On day {0} the small grey cat sailed {0} miles north and wrote down what she saw there. "
SENTENCES = 172


async def measure(home: Path, count: int) -> list[Row]:
    text = "".join(SENTENCE.format(at) for at in range(SENTENCES)) + "Where did she sail?"
    async with AsyncSotto(home, context=WINDOW, max_tokens=8, temperature=0.0) as sotto:
        done = await sotto.answer(text)
    history = done.usage.prompt
    print(f"  the chat has {history} tokens")
    totals, from_ready, living = [], [], []
    for _ in range(count):
        started = time.perf_counter()
        async with AsyncSotto(home, context=WINDOW, max_tokens=8, temperature=0.0) as sotto:
            opened, reused = await first_word(sotto, done, started)
            assert reused > history - 16, f"recomputed: only {reused} of {history} tokens reused"
            totals.append(opened)
        async with AsyncSotto(home, context=WINDOW, max_tokens=8, temperature=0.0) as sotto:
            await sotto.app.ready()
            restored, _ = await first_word(sotto, done, time.perf_counter())
            alive, _ = await first_word(sotto, done, time.perf_counter())
            from_ready.append(restored / alive)
            living.append(alive)
    return [
        row(
            f"first word back in a {history}-token chat after a restart, engine start and all",
            totals,
            "s",
            0.8,
        ),
        row("the same from engine ready / a turn of a living chat", from_ready, "×", 1.5),
        row("first word of a turn in that living chat", living, "s", None),
    ]


async def first_word(sotto: AsyncSotto, done: Done, started: float) -> tuple[float, int]:
    """Ask on after the long question; return seconds to the first word, and the tokens reused."""
    seconds = 0.0
    async with aclosing(sotto.events("And then?", chat=done.chat, parent=done.answer)) as events:
        async for event in events:
            match event:
                case Text():
                    seconds = seconds or time.perf_counter() - started
                case Done(usage=usage):
                    return seconds, usage.reused
    raise RuntimeError("the answer did not end")
