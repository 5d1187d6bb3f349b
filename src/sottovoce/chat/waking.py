"""Have a model loaded before anything is asked of it, and tell those who wait what they wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

from sottovoce.core.events import Waiting
from sottovoce.engine.protocol import Engine, ModelFacts

QUICK_SECONDS = 1.0
"""A small model is loaded sooner than that, and nobody need hear of it; then it is told once a second."""

LOADING = Waiting(0, 0.0, loading=True)


@contextlib.asynccontextmanager
async def waking(engine: Engine) -> AsyncIterator[asyncio.Future[ModelFacts]]:
    """Have the model loaded beside the block, and give that load up with it.

    What goes wrong with the load is told to who asks it, or the engine.
    """
    loading = asyncio.ensure_future(engine.ready())
    try:
        yield loading
    finally:
        loading.cancel()
        await asyncio.wait({loading})
        if not loading.cancelled():
            loading.exception()  # lest asyncio tells of it, too


async def awake(engine: Engine) -> AsyncGenerator[Waiting, None]:
    """Have the model loaded; yield something now and then while that takes long.

    Closing it gives up what was begun. Raises ModelProblem or Refused.
    """
    async with waking(engine) as loading:
        while not (await asyncio.wait({loading}, timeout=QUICK_SECONDS))[0]:
            yield LOADING
        loading.result()
