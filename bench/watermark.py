"""python -m bench.watermark [--answers N] [--tokens N] [--bias D]

What the one statistical watermark would do that the engine allows: a fixed half of the vocabulary is made
likelier by a bias (Zhao et al., ICLR 2024). With the starter model, each question with and without it, in
turn: the speed, how many answers go round in circles, and the detector's score, also of texts that people
wrote (the docstrings of Python's own library).

For docs/decisions/0021-no-watermark.md; nothing of it is in the product.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import math
import random
import statistics
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sottovoce.app import open_app
from sottovoce.core import sampling as drawing
from sottovoce.core.events import Finished, Text
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.paths import open_home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.protocol import Engine

QUESTIONS = (
    "Tell me about rivers.",
    "Describe a day at sea.",
    "What is a good breakfast?",
    "Explain how bread is made.",
    "Write about an old house.",
    "How do birds fly?",
    "What should I pack for a week in the mountains?",
    "Describe a market in a small town.",
    "Why do people keep diaries?",
    "Explain the seasons.",
    "Write a letter to a friend who has moved away.",
    "How does one learn an instrument?",
)
VOCABULARY = 49_152
"""Tokens of the starter model."""

THRESHOLD = 4.0
"""A score from which on a text is said to be marked: one in 30,000, if tokens came independently."""

LEAST = 200
"""Tokens of a text that is looked at."""
PEOPLES = 300
"""Texts that people wrote."""


@dataclass
class Found:
    """What was seen of the answers with the mark, or of those without."""

    speeds: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    circles: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.watermark", description=__doc__)
    parser.add_argument("--answers", type=int, default=24)
    parser.add_argument("--tokens", type=int, default=400)
    parser.add_argument("--bias", type=float, default=2.0)
    given = parser.parse_args()
    asyncio.run(run(given.answers, given.tokens, given.bias))


async def run(answers: int, tokens: int, bias: float) -> None:
    drawing.MAX_BIASES = VOCABULARY  # an answer here may have far fewer
    green = set(random.Random(21).sample(range(VOCABULARY), VOCABULARY // 2))
    plain = Sampling(max_tokens=tokens, temperature=0.8)
    marked = replace(plain, bias=tuple((token, bias) for token in sorted(green)))
    found = {False: Found(), True: Found()}
    with tempfile.TemporaryDirectory() as folder:
        async with open_app(home=open_home(Path(folder)), environment={}, attach=False) as app:
            await app.ready()
            for at in range(answers):
                for with_mark in (False, True) if at % 2 else (True, False):
                    sampling = replace(marked if with_mark else plain, seed=at)
                    text, speed = await written(app.engine, QUESTIONS[at % len(QUESTIONS)], sampling)
                    found[with_mark].speeds.append(speed)
                    found[with_mark].circles += in_circles(text)
                    found[with_mark].scores += await scores(app.engine, [text], green)
            by_people = await scores(app.engine, list(docstrings()), green)
    ratios = [one / other for one, other in zip(found[True].speeds, found[False].speeds, strict=True)]
    say(f"{answers} pairs, up to {tokens} tokens, bias {bias}, {len(green):,} biased tokens")
    spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
    say(f"speed with / without: median {statistics.median(ratios):.3f} ({spread})")
    for name, numbers in (
        ("with", found[True].scores),
        ("without", found[False].scores),
        ("people", by_people),
    ):
        over = sum(score >= THRESHOLD for score in numbers)
        spread = f"{min(numbers):.1f} to {max(numbers):.1f}" if numbers else ""
        middle = f"median score {statistics.median(numbers):.1f} ({spread}), " if numbers else ""
        say(f"{name}: {len(numbers)} texts of {LEAST} tokens or more, {middle}{over} said to be marked")
    say(f"in circles: {found[False].circles} without, {found[True].circles} with")


async def written(engine: Engine, question: str, sampling: Sampling) -> tuple[str, float]:
    """Return an answer, and its tokens per second."""
    pieces: list[str] = []
    speed = 0.0
    asked = (Message(Role.USER, question),)
    async with aclosing(engine.answer(asked, sampling, Conversation("bench"))) as events:
        async for event in events:
            if isinstance(event, Text):
                pieces.append(event.text)
            elif isinstance(event, Finished):
                speed = event.timings.answer_per_second
    return "".join(pieces), speed


async def scores(engine: Any, texts: Sequence[str], green: set[int]) -> list[float]:
    """Return by how many standard deviations green tokens are too many, for each text that is long enough.

    Looks into the engine for its tokens: the product has no use for them.
    """
    while not hasattr(engine, "_life"):
        engine = engine.engine
    async with engine._life.use() as running:
        each = await running.words.each(texts)
    return [
        (sum(token in green for token in ids) - len(ids) / 2) / math.sqrt(len(ids) / 4)
        for ids in each
        if len(ids) >= LEAST
    ]


def in_circles(text: str) -> bool:
    """Return whether a quarter of its groups of four words were there before."""
    words = text.lower().split()
    groups = [tuple(words[at : at + 4]) for at in range(len(words) - 3)]
    return bool(groups) and len(set(groups)) < 0.75 * len(groups)


def docstrings() -> Iterator[str]:
    """Yield texts that people wrote: whole, and of one kind, as human texts are."""
    count = 0
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        if "site-packages" in path.parts:
            continue
        with suppress(SyntaxError, UnicodeDecodeError, ValueError):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                    said = ast.get_docstring(node) or ""
                    if len(said) > 6 * LEAST:
                        count += 1
                        yield said[:6_000]
                if count >= PEOPLES:
                    return


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
