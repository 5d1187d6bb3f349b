"""A model in an engine of its own, asked past everything else, to see how long its steps take.

Times are the engine's own. Knows nothing of chats, and of the model only its file.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sottovoce.engine.child import ChildConfig
from sottovoce.engine.client import Client
from sottovoce.engine.supervisor import Child

WORDS = (10, 250)
"""Token ids that every vocabulary has, and that end nothing."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds for a prompt of `read` tokens, and for each of the `written` ones after the first."""

    read: int
    prompt: float
    written: int
    step: float


class Rig:
    """`used` counts the seconds of processor time that the engine had for its steps, of those it `wanted`."""

    def __init__(self, child: Child, client: Client, threads: int) -> None:
        self._child = child
        self._client = client
        self._threads = threads
        self.used = self.wanted = 0.0
        self._draw = random.Random(3)  # noqa: S311  (any words will do)

    @property
    def pid(self) -> int:
        return self._child.process.pid

    def words(self, count: int) -> list[int]:
        """Return a prompt that begins like no other."""
        return [self._draw.randint(*WORDS) for _ in range(count)]

    async def time(self, prompt: list[int], written: int = 1, slot: int = 0, *, again: bool = False) -> Timed:
        """Have a prompt read and so many tokens written. `again`: go on from what the slot holds."""
        body: dict[str, Any] = {
            "prompt": prompt,
            "n_predict": written,
            "id_slot": slot,
            "cache_prompt": again,
            "ignore_eos": True,
            "temperature": 0.0,
            "stream": True,
            "response_fields": ["stop", "timings"],
        }
        last: dict[str, Any] = {}
        before = self._processor_seconds()
        async with contextlib.aclosing(self._client.stream("/completion", body)) as events:
            async for event in events:
                last = event
        timings = last["timings"]
        self.used += self._processor_seconds() - before
        self.wanted += (float(timings["prompt_ms"]) + float(timings["predicted_ms"])) / 1000 * self._threads
        steps = max(1, int(timings["predicted_n"]) - 1)
        return Timed(
            int(timings["prompt_n"]),
            float(timings["prompt_ms"]) / 1000,
            int(timings["predicted_n"]),
            float(timings["predicted_ms"]) / 1000 / steps,
        )

    def _processor_seconds(self) -> float:
        import psutil

        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextlib.asynccontextmanager
async def rigged(path: Path, *, window: int, threads: int, slots: int = 1) -> AsyncIterator[Rig]:
    """Load a model into a child of its own for the block. Raises ModelProblem."""
    child = await Child.spawn()
    try:
        config = ChildConfig(
            model=str(path),
            socket=child.socket_path(),
            key=None,
            window=window,
            slots=slots,
            threads=threads,
            kv=None,
        )
        yield Rig(child, await child.load(config), threads)
    finally:
        await child.stop()
