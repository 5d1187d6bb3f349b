"""Tells when something has changed in a shelf's sources: inotify on Linux, FSEvents on macOS, by watchfiles.

A burst of changes is told once, after it is over: a file that is being written is left to be finished. The
system watches a folder, not its path, so now and then it is looked whether another one stands there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from sottovoce.core.errors import BadValue
from sottovoce.knowledge import sources
from sottovoce.knowledge.file import ShelfFile

QUIET = 800
"""Milliseconds without a change, after which a burst is over."""

LONGEST_BURST = 10_000
"""Milliseconds after which it is told though it goes on."""

LOOK = 5_000
"""Milliseconds after which it is looked whether sources went, came back or were replaced."""


async def changes(file: ShelfFile) -> AsyncGenerator[None, None]:
    """Yield once for each burst of changes, and soon after the beginning for what came before it.

    Closing the generator ends the watch. A source that is not there is waited for. Raises BadValue where the
    shelf has none.
    """
    from watchfiles import Change, awatch

    there = [source.path for source in await file.read(sources.listed)]
    if not there:
        raise BadValue("There is nothing on this shelf to watch.", hint="sotto kb watch NAME FOLDER")
    is_owed = True
    while True:
        places = await asyncio.to_thread(_places, there)
        if not places:
            await asyncio.sleep(LOOK / 1000)
            continue
        watch = awatch(
            *places,
            watch_filter=lambda _, path: Path(path) in places or _is_in(there, path),  # noqa: B023  (the watch ends before they are chosen anew)
            debounce=LONGEST_BURST,
            step=QUIET,
            rust_timeout=LOOK,
            yield_on_timeout=True,
        )
        async with aclosing(watch) as bursts:
            async for burst in bursts:
                # A folder made anew at once may have the numbers of the one that was deleted.
                is_deleted = any(kind is Change.deleted and Path(path) in places for kind, path in burst)
                is_replaced = is_deleted or await asyncio.to_thread(_places, there) != places
                # Nobody hears what happens before a watch stands, so each tells once by itself.
                if is_owed or any(_is_in(there, path) for _, path in burst):
                    yield
                is_owed = is_replaced
                if is_replaced:
                    break


def _places(there: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """Return the folders to watch, with the numbers of the disk and of the folder on it.

    Of a file it is the one it is in, since most programs write a new one there.
    """
    places = {}
    for path in there:
        try:
            place = path if path.is_dir() else path.parent
            if path.exists():
                seen = place.stat()
                places[place] = seen.st_dev, seen.st_ino
        except OSError:  # gone meanwhile, or closed to us by now
            continue
    return places


def _is_in(there: Sequence[Path], path: str) -> bool:
    return any(Path(path).is_relative_to(one) for one in there)
