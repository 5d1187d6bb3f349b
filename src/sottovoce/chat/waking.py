"""Have a model loaded before anything is asked of it, and tell those who wait what they wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

from sottovoce.core.events import Waiting
from sottovoce.engine.protocol import Engine

QUICK_SECONDS = 1.0
"""A small model is loaded sooner than that, and nobody need hear of it; then it is told once a second."""

LOADING = Waiting(0, 0.0, loading=True)


async def awake(engine: Engine) -> AsyncGenerator[Waiting, None]:
    """Have the model loaded; yield something now and then while that takes long.

    Closing it gives up what was begun. Raises ModelProblem or Refused.
    """
    loading = asyncio.ensure_future(engine.ready())
    try:
        while not (await asyncio.wait({loading}, timeout=QUICK_SECONDS))[0]:
            yield LOADING
        loading.result()
    finally:
        if loading.cancel():
            with contextlib.suppress(asyncio.CancelledError):
                await loading


@contextlib.asynccontextmanager
async def waking(engine: Engine) -> AsyncIterator[None]:
    """Have the model loaded beside the block. What goes wrong is told to whoever asks it something."""
    loading = asyncio.ensure_future(engine.ready())
    try:
        yield
    finally:
        loading.cancel()
        await asyncio.wait({loading})
        if not loading.cancelled():
            loading.exception()  # whoever asks is told it anew
