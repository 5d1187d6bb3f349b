"""What our path costs on top of the engine: rate against a bare reader, and CPU for each token."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import aclosing
from pathlib import Path

from bench.pairs import Row, row
from sottovoce import AsyncSotto
from sottovoce.core.events import Done, Text
from sottovoce.core.messages import Message, Role
from sottovoce.engine.attached import AttachedEngine
from sottovoce.engine.llama import LlamaEngine
from sottovoce.engine.wrapped import WrappedEngine

QUESTION = "Write a long story about a small grey cat who lives by the sea and learns to sail."
TOKENS = 384


async def measure(home: Path, count: int) -> list[Row]:
    ready = [await ready_seconds(home) for _ in range(count)]
    async with AsyncSotto(home, temperature=0.0, repeat_penalty=1.0, max_tokens=TOKENS) as sotto:
        first = await sotto.answer(QUESTION)
        pairs, noise, costs = [], [], []

        async def asked(sotto: AsyncSotto) -> tuple[float, float]:
            return await again(sotto, first)

        for at in range(count * 2 - count // 4):  # the ratio is close to its bar: more pairs than elsewhere
            runs = [bare, asked] if at % 2 else [asked, bare]
            found = {run: await run(sotto) for run in runs}
            pairs.append(found[asked][0] / found[bare][0])
            costs.append(found[asked][1])
            if at % 2:
                noise.append((await bare(sotto))[0] / (await bare(sotto))[0])
    return [
        row("engine ready after spawn", ready, "s", 0.6),
        row("decode through `ask()` / the engine streamed to a bare reader", pairs, "×", 0.98, at_most=False),
        row("the bare reader against itself (A/A)", noise, "×", None),
        row("front, CPU for each token", costs, "µs", 150.0),
    ]


async def ready_seconds(home: Path) -> float:
    async with AsyncSotto(home) as sotto:
        started = time.perf_counter()
        await sotto.app.ready()
        return time.perf_counter() - started


async def again(sotto: AsyncSotto, done: Done) -> tuple[float, float]:
    """Ask once more in the same chat.

    Return tokens per second between first and last word, and our own CPU microseconds a token.
    """
    first = last = 0.0
    cpu = time.process_time()
    async with aclosing(sotto.events(QUESTION, chat=done.chat, parent="")) as events:
        async for event in events:
            match event:
                case Text():
                    last = time.perf_counter()
                    first = first or last
                case Done(usage=usage):
                    spent = time.process_time() - cpu
                    return (usage.answer - 1) / (last - first), spent / usage.answer * 1e6
    raise RuntimeError("the answer did not end")


async def bare(sotto: AsyncSotto) -> tuple[float, float]:
    """The same question to the same engine, read by nothing but a socket."""
    shared = sotto.app.engine
    assert isinstance(shared, AttachedEngine)
    engine = shared._own
    while isinstance(engine, WrappedEngine):
        engine = engine.engine
    assert isinstance(engine, LlamaEngine)
    running = engine._life.running
    assert running is not None
    prompt = (await running.words.prompt([Message(Role.USER, QUESTION)])).ids
    body = {"prompt": prompt, "n_predict": TOKENS, "temperature": 0.0, "stream": True, "id_slot": 0}
    body |= {"return_tokens": True, "response_fields": ["content", "tokens", "stop", "timings"]}
    data = json.dumps(body).encode()
    reader, writer = await asyncio.open_unix_connection(str(running.child.folder / "e.sock"))
    writer.write(b"POST /completion HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
    writer.write(b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
    await reader.readuntil(b"\r\n\r\n")
    first, last, events = 0.0, 0.0, 0
    while block := await reader.read(65536):
        now = time.perf_counter()
        if block.count(b"data: ") and b'"stop":true' not in block:
            last = now
            first = first or now
        events += block.count(b"data: ")
    writer.close()
    assert events > TOKENS / 2, "the engine ended early"
    return (events - 2) / (last - first), 0.0
