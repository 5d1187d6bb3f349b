"""Looks now and then whether anything waits to be answered elsewhere; only then is anything loaded for it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sottovoce.core.errors import StoreProblem
from sottovoce.store import waiting
from sottovoce.store.db import Database

if TYPE_CHECKING:
    from sottovoce.chat.elsewhere.finishing import Outcome
    from sottovoce.chat.elsewhere.preview import There

log = logging.getLogger(__name__)

LOOKS_EVERY = 15.0
"""Seconds."""


async def keep_on(database: Database, there: Callable[[str], There], told: Callable[[Outcome], None]) -> None:
    """Have what waits in a home answered; see elsewhere.later. Ends only when it is cancelled."""
    while True:
        if await _is_any(database):
            break
        await asyncio.sleep(LOOKS_EVERY)
    from sottovoce.chat.elsewhere.later import Later

    await Later(database, there, time.time, told).keep_on()


async def _is_any(database: Database) -> bool:
    try:
        return await database.read(waiting.is_any)
    except StoreProblem as problem:
        log.warning("what waits for an answer elsewhere is not known: %s", problem.sentence)
        return False
