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

from sottovoce.core.errors import BadDocument, NotFound
from sottovoce.core.paths import Home
from sottovoce.knowledge import checking, documents, facts, mounts, search, sources, syncing
from sottovoce.knowledge.checking import Verdict
from sottovoce.knowledge.encyclopaedias import Encyclopaedias
from sottovoce.knowledge.facts import Facts
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.likeness import Ask, Likeness, no_questions
from sottovoce.knowledge.reading.readers import Readers, is_readable
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.syncing import Progress
from sottovoce.knowledge.zim.checksum import Told
from sottovoce.knowledge.zim.mount import Mount, mount
from sottovoce.store import shelves as rows
from sottovoce.store.db import Database
from sottovoce.store.shelves import ShelfRow

MOST_FOUND = 8


def _nobody(read: int, of: int) -> None:
    """Hears how far a check is."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One shelf, open."""

    row: ShelfRow
    file: ShelfFile
    likeness: Likeness
    encyclopaedias: Encyclopaedias

    @property
    def name(self) -> str:
        return self.row.name

    async def facts(self) -> Facts:
        return await self.file.read(facts.of)

    async def mounted(self) -> list[Mount]:
        """Return the encyclopaedias that stand on it."""
        return await self.file.read(mounts.listed)

    async def check(self) -> Verdict:
        """Look whether the shelf is sound and in step; reads all of it, encyclopaedias as well."""
        verdict = await self.file.read(lambda conn: checking.compared(conn, is_readable))
        verdict.damage = await self.file.read(checking.damage)
        for one in await self.mounted():
            try:
                await mount(one.path)
            except BadDocument as problem:
                verdict.damage.append(problem.sentence)
        return verdict

    async def sync(self) -> AsyncGenerator[Progress, None]:
        """Bring the shelf in step with its sources; see syncing.sync."""
        async with (
            Readers() as readers,
            aclosing(syncing.sync(self.file, self.name, readers, is_readable)) as steps,
        ):
            async for step in steps:
                yield step

    async def search(self, question: str, limit: int = MOST_FOUND) -> Results:
        """Return the passages that a question is about, best first.

        Raises BadDocument where an encyclopaedia on it cannot be read.
        """
        near = await self.likeness.near(self.file, question)
        mounted = await self.mounted()
        results = await self.file.read(lambda conn: search.search(conn, self.name, question, limit, near))
        if not mounted:
            return results
        there = await self.encyclopaedias.find(mounted, question, limit, self.name)
        found = sorted((*results.found, *there), key=lambda passage: -passage.score)
        return Results(tuple(found[:limit]), results.answers or bool(there))

    async def text_of(self, document: str) -> bytes:
        """Return the text of a document or article by its name, in UTF-8. Raises NotFound, BadDocument."""
        mounted = await self.mounted()
        try:
            return await self.file.read(
                lambda conn: documents.text_of(conn, documents.get(conn, document).number)
            )
        except NotFound:
            if not mounted:
                raise
        return (await self.encyclopaedias.text_of(mounted, document)).encode()


class Shelves:
    """Opens each shelf once; whoever has one from here must not close it."""

    def __init__(
        self,
        home: Home,
        database: Database,
        questions: Ask = no_questions,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._home = home
        self._database = database
        self._questions = questions
        self._clock = clock
        self._open: dict[str, Shelf] = {}
        self._encyclopaedias = Encyclopaedias()

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

    async def mount(self, shelf: Shelf, path: Path, told: Told = _nobody) -> Mount:
        """Check an encyclopaedia and put it on a shelf. `told`: bytes read, of how many.

        Raises BadDocument, and Unsupported where what reads it is not installed.
        """
        mounted = await mount(path, told, self._clock)
        await self._encyclopaedias.leave(mounted.path)
        await shelf.file.run(lambda conn: mounts.put(conn, mounted))
        return mounted

    async def unmount(self, shelf: Shelf, path: Path) -> None:
        """Take an encyclopaedia off a shelf; the file stays. Raises NotFound."""
        gone = await shelf.file.run(lambda conn: mounts.remove(conn, path))
        await self._encyclopaedias.leave(gone.path)

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
        shelf = self._open.pop(row.id, None)
        if shelf is not None:
            await asyncio.to_thread(shelf.file.close)
        await self._database.run(lambda conn: rows.remove(conn, owner, row.id))
        await asyncio.to_thread(shutil.rmtree, self.folder(row), ignore_errors=True)

    def folder(self, row: ShelfRow) -> Path:
        return self._home.knowledge / row.id

    async def close(self) -> None:
        await self._encyclopaedias.close()
        for shelf in self._open.values():
            shelf.file.close()
        self._open.clear()

    async def _opened(self, row: ShelfRow) -> Shelf:
        if row.id not in self._open:
            file = await asyncio.to_thread(ShelfFile, self.folder(row))
            if row.id in self._open:  # somebody else was opening it meanwhile
                file.close()
            else:
                self._open[row.id] = Shelf(row, file, Likeness(self._questions), self._encyclopaedias)
        return self._open[row.id]
