"""The end of a process that was started here and listens to its standard input."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from contextlib import suppress


async def end(process: Process, patience: float) -> bool:
    """End a child by closing its standard input, by force after so many seconds.

    Return whether it went by itself. A caller who is cancelled meanwhile leaves it killed.
    """
    if process.stdin is not None:
        process.stdin.close()
    went = True
    try:
        async with asyncio.timeout(patience):
            await process.wait()
    except TimeoutError:
        went = False
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()
    return went
