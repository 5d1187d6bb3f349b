"""Writes what must not be lost, however long the disk is full."""

from __future__ import annotations

import asyncio
import logging
from typing import TypeVar

from sottovoce.core.errors import DiskFull, StoreBusy, StoreProblem
from sottovoce.store.db import Database, Work

T = TypeVar("T")

log = logging.getLogger(__name__)

ROOM_EVERY = 30.0
"""Seconds between two looks whether a full disk has room."""

_trying: set[asyncio.Task[None]] = set()
"""Held here: a loop alone does not keep its tasks alive."""


async def written(database: Database, work: Work[T], pause: float | None) -> T:
    """Do what `Database.run` does, again every so many seconds while there is no room; None: raise that."""
    while True:
        try:
            return await database.run(work)
        except (DiskFull, StoreBusy) as problem:
            if pause is None:
                raise
            log.warning("an answer from elsewhere waits for room: %s", problem.sentence)
            await asyncio.sleep(pause)


async def written_or_soon(database: Database, work: Work[object]) -> None:
    """Do what `Database.run` does; where there is no room now, go on while that is tried again beside.

    For what the next program takes up where this one ends first.
    """
    try:
        await database.run(work)
    except (DiskFull, StoreBusy):
        task = asyncio.create_task(_soon(database, work))
        _trying.add(task)
        task.add_done_callback(_trying.discard)


async def _soon(database: Database, work: Work[object]) -> None:
    try:
        await written(database, work, ROOM_EVERY)
    except (StoreProblem, RuntimeError) as problem:  # the latter where it was closed meanwhile
        log.warning("what waits for an answer elsewhere is put right by the next program: %s", problem)
