"""The last step of something that must be done wholly or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def to_its_end(work: Awaitable[T]) -> T:
    """Return what the work does. A caller who is cancelled meanwhile goes on: that came too late."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task})
            break
        if (caller := asyncio.current_task()) is not None:
            caller.uncancel()
    return task.result()
