"""Many callers at once against llama.cpp's own server with as many places: what all of them get together.

Ours runs the engine that was built here, the peer is built for this processor too; both have the same file,
places and threads. Once each caller has a chat of their own from its first token, once all stand behind the
same instructions, which ours have computed for everybody before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench import homes, native
from bench.callers import Reply, chat
from bench.instructed import RULES, STEADY, teach
from bench.pairs import Row, row
from bench.served import Served, sotto
from bench.streaming import STORY, WAYS, rate
from sottovoce.models import starter

WINDOW, SLOTS = 1024, 16
CALLERS = (4, 8, 16)
TOKENS, FEW = 64, 16

Scene = Callable[[Served, bool], Awaitable[float]]


async def measure(home: Path, count: int) -> list[Row]:
    where = homes.made(home, native=True)
    teach(where)
    async with (
        sotto(where, keys=2, slots=SLOTS, context=WINDOW, repeat_penalty=1.0, tools="off") as ours,
        native.server(starter.path(), slots=SLOTS, window=WINDOW, keys=2) as theirs,
    ):
        rows = []
        for callers in CALLERS:
            what = f"{callers} callers, tokens a second of all, ours, engine built here / llama-server"
            bar, many = (0.98, count) if callers == max(CALLERS) else (None, max(3, count // 2))
            rows.append(
                row(what, await pairs(ours, theirs, together(callers), many), "×", bar, at_most=False)
            )
        rows.append(
            row(
                "llama-server again / llama-server, 16 callers (A/A)",
                await again(theirs, max(3, count // 2)),
                "×",
                None,
            )
        )
        what = "16 callers behind the same 500 tokens of instructions, until all have a first word"
        for peer, reads in (
            ("llama-server that reads them", True),
            ("llama-server whose slots hold them", False),
        ):
            firsts = await pairs(ours, theirs, steady(reads=reads), max(3, count // 3))
            rows.append(row(f"{what}, ours / {peer}", firsts, "×", None))
        return rows


async def pairs(ours: Served, theirs: Served, scene: Scene, count: int) -> list[float]:
    """Return ours / theirs for each pair, changing which goes first; the first pair is for warmth."""
    found = []
    for at in range(count + 1):
        each = {served.port: await scene(served, served is ours) for served in order(ours, theirs, at)}
        found.append(each[ours.port] / each[theirs.port])
    return found[1:]


def order(one: Served, other: Served, at: int) -> tuple[Served, Served]:
    return (one, other) if at % 2 else (other, one)


async def again(served: Served, count: int) -> list[float]:
    scene = together(max(CALLERS))
    return [await scene(served, False) / await scene(served, False) for _ in range(count)]


def together(callers: int) -> Scene:
    async def scene(served: Served, is_ours: bool) -> float:
        del is_ours
        return rate(await asyncio.gather(*(_story(served, at) for at in range(callers))))

    return scene


async def _story(served: Served, at: int) -> Reply:
    messages = [{"role": "user", "content": STORY.format(WAYS[at])}]
    return await chat(served.port, messages, key=served.keys[at % 2], temperature=0, max_tokens=TOKENS)


def steady(*, reads: bool) -> Scene:
    """Return what tells the seconds until all callers have their first word behind the same instructions.

    `reads`: the peer is to read them for each, and not to take what its slots hold of other callers.
    """

    async def scene(served: Served, is_ours: bool) -> float:
        async def one(at: int) -> Reply:
            question = {"role": "user", "content": STORY.format(WAYS[at])}
            how: dict[str, Any] = {"key": served.keys[at % 2], "temperature": 0, "max_tokens": FEW}
            if is_ours:
                return await chat(served.port, [question], model=STEADY, **how)
            instructions = {"role": "system", "content": RULES}
            return await chat(served.port, [instructions, question], cache_prompt=not reads, **how)

        replies = await asyncio.gather(*map(one, range(max(CALLERS))))
        return max(reply.first for reply in replies) - min(reply.asked for reply in replies)

    return scene
