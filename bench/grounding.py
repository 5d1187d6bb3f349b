"""How soon the passages that were found are there, after a question to a shelf of 35,000 passages.

In a program that is open, as the terminal, the page's server or a script is; by words, no model running.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from pathlib import Path

from bench.knowledge import corpus, questions
from bench.knowledge.shelf import filled
from bench.pairs import Row, row
from sottovoce import AsyncSotto
from sottovoce.core.events import Grounds


async def measure(home: Path, count: int) -> list[Row]:
    asked = [one.text for one in questions.read() if one.kind == "english"]
    async with AsyncSotto(home) as sotto:
        app = sotto.app
        await filled(app.shelves, "english", corpus.ENGLISH, app.owner)
        await _shown(sotto, asked[0])
        took = sorted([await _shown(sotto, text) for text in asked for _ in range(max(1, count // 7))])
    slowest = took[-max(1, len(took) // 20)]
    return [
        row("from the question to its passages", took, "ms", 100.0),
        row("the same, 95th of a hundred", [slowest], "ms", 100.0),
    ]


async def _shown(sotto: AsyncSotto, text: str) -> float:
    """Return the milliseconds until the passages are there; what follows is not waited for."""
    begun = time.perf_counter()
    async with aclosing(sotto.events(text, knowledge=["english"])) as events:
        async for event in events:
            if isinstance(event, Grounds):
                return (time.perf_counter() - begun) * 1000
    raise RuntimeError(f"no passages came for {text!r}")
