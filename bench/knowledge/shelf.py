"""Shelves filled with the corpus as the product does it, and plain full text search over the same texts."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from bench.knowledge import corpus
from sottovoce.core.paths import open_home
from sottovoce.knowledge import documents
from sottovoce.knowledge.question import STOP_WORDS
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.shelves import Shelves
from sottovoce.store.db import open_database

OWNER = "bench"
PLAIN = 700
"""Characters of a passage of the plain search."""


@asynccontextmanager
async def shelves(home: Path) -> AsyncGenerator[Shelves, None]:
    place = open_home(home)
    database = open_database(place)
    open_ones = Shelves(place, database)
    try:
        yield open_ones
    finally:
        await open_ones.close()
        database.close()


async def filled(
    shelves: Shelves, name: str, parts: tuple[str, ...], owner: str = OWNER
) -> tuple[Shelf, float]:
    """Return a new shelf with parts of the corpus on it, and the seconds that it took."""
    folders = [corpus.folder(part) for part in parts]
    shelf = await shelves.add(owner, name)
    for folder in folders:
        await shelves.put(shelf, folder)
    begun, said = time.perf_counter(), 0
    async for progress in shelf.sync():
        if progress.done >= said + 500:
            said = progress.done
            print(f"  {name}: {progress.done:,} of {progress.total:,} documents read")
    return shelf, time.perf_counter() - begun


class Plain:
    """What SQLite gives by itself: passages of one length, stemmed, BM25, a document by its best passage."""

    def __init__(self, shelf: Shelf) -> None:
        self.names: list[str] = []
        self._table = sqlite3.connect(":memory:")
        self._table.execute(
            "CREATE VIRTUAL TABLE plain USING fts5 (body, content = '', tokenize = 'porter unicode61')"
        )
        for document in shelf.file.look(documents.listed):
            text = shelf.file.look(partial(documents.text_of, number=document.number)).decode()
            for part in windows(text):
                self._table.execute("INSERT INTO plain (rowid, body) VALUES (?, ?)", (len(self.names), part))
                self.names.append(document.name)

    def find(self, question: str) -> list[str]:
        """Return the names of documents, best first."""
        words = [word for word in re.findall(r"[^\W_]+", question.lower()) if word not in STOP_WORDS]
        match = " OR ".join(f'"{word}"' for word in words)
        rows = self._table.execute(
            "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT 200", (match,)
        )
        return [self.names[number] for (number,) in rows]


def windows(text: str) -> Iterator[str]:
    """Yield a text in parts of at most PLAIN characters, cut between paragraphs or words where it can be."""
    at = 0
    while at < len(text):
        end = at + PLAIN
        if end < len(text):
            paragraph = text.rfind("\n\n", at + PLAIN // 2, end)
            space = paragraph if paragraph > 0 else text.rfind(" ", at + PLAIN // 2, end)
            end = space if space > 0 else end
        if text[at:end].strip():
            yield text[at:end]
        at = end
