"""Writes what must not be lost, however long the disk is full."""

from __future__ import annotations

import asyncio
import logging
from typing import TypeVar

from sottovoce.core.errors import DiskFull, StoreBusy
from sottovoce.store.db import Database, Work

T = TypeVar("T")

log = logging.getLogger(__name__)


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
