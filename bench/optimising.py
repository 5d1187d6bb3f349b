"""What re-encoding brings: the starter as it came and optimised, loaded side by side and timed in turn.

What it costs is told by llama.cpp's own program for perplexity, on the guides of these docs. Beside it stands
the text that the check in the program reads, without a bar: llama-perplexity counts half of each window, 384
tokens of it, and with windows of six sizes the same two files came out between 0.9999 and 1.0083. The check
compares them token by token, so it can tell what is chance.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import sottovoce.models
from bench import native
from bench.pairs import Row, row
from sottovoce.engine import recoding
from sottovoce.engine.gguf import read_header
from sottovoce.engine.threads import usable_cores
from sottovoce.fit.rig import Rig, rigged
from sottovoce.models import starter

WINDOW = 1024
PROMPT, WRITTEN = 128, 32
PASSAGES = Path(sottovoce.models.__file__).with_name("passages.txt")
GUIDES = Path(__file__).parents[1] / "docs" / "guides"
LONGEST = 60_000
"""Characters."""

Timing = Callable[[Rig], Awaitable[float]]


async def measure(home: Path, count: int) -> list[Row]:
    home.mkdir(parents=True)
    path = home / "quick.gguf"
    wanted = recoding.planned(read_header(starter.path()))
    recoding.write(wanted, [], path, lambda _: None, threading.Event())
    threads = usable_cores()
    async with (
        rigged(starter.path(), window=WINDOW, threads=threads) as old,
        rigged(path, window=WINDOW, threads=threads) as new,
    ):
        for rig in (old, new):
            await rig.time(rig.words(16), 2)  # the first step of all finds nothing in the caches
        prompts = await _pairs(new, old, read, count)
        answers = await _pairs(new, old, wrote, count)
        noise = await _pairs(old, old, read, count)
    return [
        *perplexities(path, home),
        row("prompts, the optimised starter / as it came", prompts, "×", 1.3, at_most=False),
        row("answers, the optimised starter / as it came", answers, "×", 0.95, at_most=False),
        row("prompts as it came against itself (A/A)", noise, "×", None),
    ]


def perplexities(quick: Path, home: Path) -> list[Row]:
    guides = home / "guides.txt"
    guides.write_text("\n\n".join(path.read_text("utf-8") for path in sorted(GUIDES.glob("*.md")))[:LONGEST])
    texts = {
        "the guides": (guides, 512, 1.005),
        "the text of the program's check": (PASSAGES, 128, None),
    }
    return [
        row(f"perplexity of {what}, the optimised starter / as it came", [lost(quick, text, size)], "×", bar)
        for what, (text, size, bar) in texts.items()
    ]


def lost(quick: Path, text: Path, window: int) -> float:
    return native.perplexity(quick, text, window) / native.perplexity(starter.path(), text, window)


async def read(rig: Rig) -> float:
    """Return the tokens of a prompt read in a second."""
    timed = await rig.time(rig.words(PROMPT))
    return timed.read / timed.prompt


async def wrote(rig: Rig) -> float:
    """Return the tokens written in a second."""
    return 1 / (await rig.time(rig.words(16), WRITTEN)).step


async def _pairs(one: Rig, other: Rig, timing: Timing, count: int) -> list[float]:
    """Return one / other for each pair, changing which goes first."""
    found = []
    for at in range(count):
        if at % 2:
            second, first = await timing(other), await timing(one)
        else:
            first, second = await timing(one), await timing(other)
        found.append(first / second)
    return found
