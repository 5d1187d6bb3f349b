"""The shelves of a home: made, opened, removed, each only for its owner."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from sottovoce.core.paths import Home
from sottovoce.knowledge import checking, documents, facts, giving, search, sources, syncing
from sottovoce.knowledge.checking import Verdict
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.facts import Facts
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.reading.readers import Readers, is_readable
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.syncing import Progress
from sottovoce.store import shelves as rows
from sottovoce.store.db import Database
from sottovoce.store.shelves import ShelfRow

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Shelf:
    """One shelf, open."""

    row: ShelfRow
    file: ShelfFile

    @property
    def name(self) -> str:
        return self.row.name

    async def facts(self) -> Facts:
        return await self.file.read(facts.of)

    async def check(self) -> Verdict:
        """Look whether the shelf is sound and in step; reads all of it."""
        verdict = await self.file.read(lambda conn: checking.compared(conn, is_readable))
        verdict.damage = await self.file.read(checking.damage)
        return verdict

    async def sync(self) -> AsyncGenerator[Progress, None]:
        """Bring the shelf in step with its sources; see syncing.sync."""
        async with (
            Readers() as readers,
            aclosing(syncing.sync(self.file, self.name, readers, is_readable)) as steps,
        ):
            async for step in steps:
                yield step

    async def give(self, data: bytes, name: str) -> Document:
        """Read a file that was given by itself, and put it on the shelf; see giving.give."""
        async with Reader() as reader:
            return await giving.give(self.file, reader, data, name)

    async def take_back(self, name: str) -> None:
        """Take a document off that was given by itself; see giving.take_back."""
        await giving.take_back(self.file, name)

    async def search(self, question: str, limit: int = MOST_FOUND) -> Results:
        """Return the passages that a question is about, best first."""
        return await self.file.read(lambda conn: search.search(conn, self.name, question, limit))


class Shelves:
    """Opens each shelf once; whoever has one from here must not close it."""

    def __init__(self, home: Home, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._home = home
        self._database = database
        self._clock = clock
        self._files: dict[str, ShelfFile] = {}

    async def listed(self, owner: str) -> list[ShelfRow]:
        return await self._database.read(lambda conn: rows.listed(conn, owner))

    async def open(self, owner: str, name: str) -> Shelf:
        """Return a shelf by its name or id. Raises NotFound and StoreProblem."""
        row = await self._database.read(lambda conn: rows.get(conn, owner, name))
        return await self._opened(row)

    async def add(self, owner: str, name: str) -> Shelf:
        """Make an empty shelf. Raises BadValue."""
        now = self._clock()
        row = await self._database.run(lambda conn: rows.add(conn, owner, name, now))
        return await self._opened(row)

    async def put(self, shelf: Shelf, path: Path) -> None:
        """Note a file or folder as one of a shelf's sources; `sync` reads it. Raises BadValue."""
        now = self._clock()
        await shelf.file.run(lambda conn: sources.add(conn, path, now))

    async def take_off(self, shelf: Shelf, path: Path) -> int:
        """Take a source off with all its documents; return how many. Raises NotFound."""

        def work(conn: Connection) -> int:
            source = sources.get(conn, path)
            gone = [one.path for one in documents.listed(conn) if one.source == source.number]
            count = documents.remove(conn, gone)
            sources.remove(conn, source)
            return count

        count = await shelf.file.run(work)
        await shelf.file.scrub()
        return count

    async def remove(self, owner: str, name: str) -> None:
        """Remove a shelf with all that stands on it. Raises NotFound."""
        row = await self._database.read(lambda conn: rows.get(conn, owner, name))
        file = self._files.pop(row.id, None)
        if file is not None:
            await asyncio.to_thread(file.close)
        await self._database.run(lambda conn: rows.remove(conn, owner, row.id))
        await asyncio.to_thread(shutil.rmtree, self.folder(row), ignore_errors=True)

    def folder(self, row: ShelfRow) -> Path:
        return self._home.knowledge / row.id

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    async def _opened(self, row: ShelfRow) -> Shelf:
        if row.id not in self._files:
            file = await asyncio.to_thread(ShelfFile, self.folder(row))
            if row.id in self._files:  # somebody else was opening it meanwhile
                file.close()
            self._files.setdefault(row.id, file)
        return Shelf(row, self._files[row.id])
