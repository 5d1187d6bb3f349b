from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace

import pytest

from sottovoce.chat.turn import Parts
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database


@pytest.fixture
def parts(home: Home, echo: EchoEngine) -> Iterator[Parts]:
    database = open_database(home)
    yield Parts(database, echo, "echo")
    database.close()


HANDBOOK = (
    Block("heading", "Annual leave", 1),
    Block("text", "Staff get 25 days of paid leave a year. Part-time staff get 15 days of paid leave."),
    Block("heading", "Visitors", 1),
    Block("text", "Visitors are allowed from 14:00 to 18:00. Smoking is prohibited in the whole building."),
)
WRITTEN = 1_714_521_600.0
"""The first of May 2024."""


async def put(shelf: Shelf, name: str, *blocks: Block, written: float | None = WRITTEN) -> None:
    """Put a document on a shelf, as a reader would have made it."""
    text, passages = cut(Reading(blocks))
    document = Document(0, None, f"/{name}", name, "", "d" * 64, 1, 1, written, None, 0, 2.0)
    await shelf.file.run(lambda conn: documents.put(conn, document, text, passages))


@pytest.fixture
def add_text(handbook: Parts) -> Callable[[str, str], Awaitable[None]]:
    """Return what puts a text on the shelf under a name."""

    async def add(name: str, text: str) -> None:
        assert handbook.shelves is not None
        await put(await handbook.shelves.open(handbook.owner, "handbook"), name, Block("text", text))

    return add


@pytest.fixture
async def handbook(home: Home, parts: Parts) -> AsyncIterator[Parts]:
    """Parts whose owner has a shelf named handbook."""
    shelves = Shelves(home, parts.database)
    await put(await shelves.add(parts.owner, "handbook"), "rules.md", *HANDBOOK)
    yield replace(parts, shelves=shelves)
    await shelves.close()
