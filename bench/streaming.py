"""What HTTP costs: decode rate through the server against its engine streamed to a bare reader."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.callers import Reply, chat
from bench.pairs import Row, row
from bench.served import Engine, Served, sotto

STORY = "Write a long story about a small grey cat who lives by the sea and learns to {0}."
_MORE_WAYS = ("write", "weave", "row", "knit", "juggle", "whistle")
WAYS = ("sail", "swim", "fish", "sing", "dance", "read", "cook", "paint", "climb", "dive", *_MORE_WAYS)
LONG, SHORT = 384, 64
GREEDY = {"temperature": 0, "max_tokens": LONG}
FREE = 1.0


async def measure(home: Path, count: int) -> list[Row]:
    # Two callers, since one alone may not take every place. No penalty for repeating, as in the bare reading.
    async with sotto(home, keys=2, slots=16, context=1024, repeat_penalty=FREE) as served:
        engine = Engine(served.socket)
        rows = []
        for streams, tokens, pairs in ((1, LONG, count * 2), (16, SHORT, count)):
            rows += await compare(served, engine, streams, tokens, pairs)
    return rows


async def compare(served: Served, engine: Engine, streams: int, tokens: int, count: int) -> list[Row]:
    asked = [[{"role": "user", "content": STORY.format(WAYS[at])}] for at in range(streams)]
    prompts = [await engine.ids(messages) for messages in asked]

    async def through() -> tuple[float, float]:
        before = served.cpu()
        replies = await asyncio.gather(
            *(
                chat(served.port, messages, key=served.keys[at % 2], temperature=0, max_tokens=tokens)
                for at, messages in enumerate(asked)
            )
        )
        spent = served.cpu() - before
        return rate(replies), spent / sum(reply.tokens for reply in replies) * 1e6

    async def bare() -> tuple[float, float]:
        streams = (engine.stream(ids, tokens, id_slot=at) for at, ids in enumerate(prompts))
        return rate(await asyncio.gather(*streams)), 0.0

    await through()
    pairs, noise, costs = [], [], []
    for at in range(count):
        order = [bare, through] if at % 2 else [through, bare]
        found = {run: await run() for run in order}
        pairs.append(found[through][0] / found[bare][0])
        costs.append(found[through][1])
        if at % 2:
            noise.append((await bare())[0] / (await bare())[0])
    words = "1 stream" if streams == 1 else f"{streams} streams"
    return [
        row(f"decode over HTTP / the engine to a bare reader, {words}", pairs, "×", 0.97, at_most=False),
        row(f"the bare reader against itself (A/A), {words}", noise, "×", None),
        row(f"server, CPU for each token, {words}", costs, "µs", 250.0 if streams == 1 else 200.0),
    ]


def rate(replies: list[Reply]) -> float:
    """Return the pieces a second of all together, while every one of them is being written."""
    begun = max(reply.first for reply in replies)
    ended = min(reply.last for reply in replies)
    assert ended > begun, "they were never all written at once"
    return sum(begun < time <= ended for reply in replies for time in reply.times) / (ended - begun)
