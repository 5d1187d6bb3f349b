"""Opens the shelves of this home for one command, without an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sottovoce.cli._given import Given

if TYPE_CHECKING:
    from sottovoce.knowledge.shelves import Shelves


@asynccontextmanager
async def open_shelves(given: Given) -> AsyncIterator[Shelves]:
    from sottovoce.knowledge.shelves import Shelves

    database = given.open_database()
    shelves = Shelves(database.home, database)
    try:
        yield shelves
    finally:
        await shelves.close()
        database.close()
