"""Tells when something has changed in a shelf's sources: inotify on Linux, FSEvents on macOS, by watchfiles.

A burst of changes is told once, after it is over: a file that is being written is left to be finished.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from sottovoce.core.errors import BadValue
from sottovoce.knowledge import sources
from sottovoce.knowledge.file import ShelfFile

QUIET = 800
"""Milliseconds without a change, after which a burst is over."""

LONGEST_BURST = 10_000
"""Milliseconds after which it is told though it goes on."""


async def changes(file: ShelfFile) -> AsyncGenerator[None, None]:
    """Yield once for each burst of changes. Closing the generator ends the watch.

    Raises BadValue where nothing is there to be watched.
    """
    from watchfiles import awatch

    there = [source.path for source in await file.read(sources.listed)]
    places = {_place(path) for path in there if _place(path).is_dir()}
    if not places:
        raise BadValue("None of the sources is there now.", hint="sotto kb show NAME lists them")
    stop = asyncio.Event()
    try:
        async for _ in awatch(
            *places,
            watch_filter=lambda _, path: any(Path(path).is_relative_to(one) for one in there),
            debounce=LONGEST_BURST,
            step=QUIET,
            stop_event=stop,
        ):
            yield
    finally:
        stop.set()


def _place(path: Path) -> Path:
    """Return the folder to watch.

    Of a file the one it is in, since most programs write a new one there; of a folder that is gone as well,
    to hear when it comes back.
    """
    return path if path.is_dir() else path.parent
