"""A model in an engine of its own, asked past everything else, to see how long its steps take.

Times are the engine's own. Knows nothing of chats, and of the model only its file.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sottovoce.core.errors import EngineFailed
from sottovoce.engine.child import ChildConfig
from sottovoce.engine.client import ASK_AGAIN, Client
from sottovoce.engine.library import Library
from sottovoce.engine.supervisor import Child

WORDS = (10, 250)
"""Token ids that every vocabulary has, and that end nothing."""


FORCING = 10_000.0
"""Added to a token's logit, so that no other can be drawn."""


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

    async def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text, as the model would see it at the beginning."""
        said = await self._client.call("POST", "/tokenize", {"content": text, "add_special": True})
        return [int(token) for token in said["tokens"]]

    async def likelihood(self, before: list[int], token: int) -> float:
        """Return the natural logarithm of how likely the model finds a token behind those before.

        The engine tells it of what was drawn, as it was before anything was laid upon it; so this one is made
        to be drawn. Asked in order, each step reads one token.
        """
        body: dict[str, Any] = {
            "prompt": before,
            "n_predict": 1,
            "id_slot": 0,
            "cache_prompt": True,
            "ignore_eos": False,
            "temperature": 0.0,
            "n_probs": 1,
            "logit_bias": [[token, FORCING]],
            "response_fields": ["completion_probabilities"],
        }
        said = await self._client.call("POST", "/completion", body, seconds=None)
        drawn = said["completion_probabilities"][0]
        if drawn["id"] != token:
            raise EngineFailed("The engine drew another token than it was made to.", hint=ASK_AGAIN)
        return float(drawn["logprob"])

    def _processor_seconds(self) -> float:
        import psutil

        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextlib.asynccontextmanager
async def rigged(
    path: Path, *, window: int, threads: int, slots: int = 1, library: Library | None = None
) -> AsyncIterator[Rig]:
    """Load a model into a child of its own for the block. Raises ModelProblem.

    `library`: the engine that was built here; without one, the installed one.
    """
    size = (await asyncio.to_thread(path.stat)).st_size
    child = await Child.spawn(library=library)
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
        yield Rig(child, await child.load(config, size), threads)
    finally:
        await child.stop()
