"""The shelves of a home: made, opened, removed, each only for its owner.

What reads and searches them is loaded when one is first opened: most programs that start open none.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

from sottovoce.core.errors import StoreProblem
from sottovoce.core.paths import Home
from sottovoce.knowledge.file import ShelfFile, check_there
from sottovoce.store import shelves as rows
from sottovoce.store.db import Database
from sottovoce.store.shelves import ShelfRow

if TYPE_CHECKING:
    from sottovoce.knowledge.encyclopaedias import Encyclopaedias
    from sottovoce.knowledge.likeness import Ask
    from sottovoce.knowledge.questions import Questions
    from sottovoce.knowledge.reranking import Reranking
    from sottovoce.knowledge.shelf import Shelf
    from sottovoce.knowledge.zim.checksum import Told
    from sottovoce.knowledge.zim.mount import Mount


def _nobody(read: int, of: int) -> None:
    """Hears how far a check is."""


async def no_questions() -> Questions | None:
    """Have no model that makes a question's vector."""
    return None


class Shelves:
    """Opens each shelf once; whoever has one from here must not close it."""

    def __init__(
        self,
        home: Home,
        database: Database,
        questions: Ask = no_questions,
        clock: Callable[[], float] = time.time,
        reranking: Reranking | None = None,
    ) -> None:
        self._home = home
        self._database = database
        self._questions = questions
        self._reranking = reranking
        self._clock = clock
        self._open: dict[str, Shelf] = {}
        self._encyclopaedias: Encyclopaedias | None = None

    async def listed(self, owner: str) -> list[ShelfRow]:
        return await self._database.read(lambda conn: rows.listed(conn, owner))

    async def named(self, owner: str, name: str) -> ShelfRow:
        """Return which shelf has this name or id, without opening it. Raises NotFound."""
        return await self._database.read(lambda conn: rows.get(conn, owner, name))

    async def open(self, owner: str, name: str) -> Shelf:
        """Return a shelf by its name or id. Raises NotFound and StoreProblem."""
        return await self._opened(await self.named(owner, name))

    async def add(self, owner: str, name: str) -> Shelf:
        """Make an empty shelf. Raises BadValue."""
        now = self._clock()

        def work(conn: Connection) -> ShelfRow:
            row = rows.add(conn, owner, name, now)
            # Before the shelf is noted for good: one without a file is taken to have lost it.
            ShelfFile(self.folder(row)).close()
            return row

        return await self._opened(await self._database.run(work))

    async def put(self, shelf: Shelf, path: Path) -> None:
        """Note a file or folder as one of a shelf's sources; `sync` reads it. Raises BadValue."""
        from sottovoce.knowledge import sources

        now = self._clock()
        await shelf.file.run(lambda conn: sources.add(conn, path, now))

    async def mount(self, shelf: Shelf, path: Path, told: Told = _nobody) -> Mount:
        """Check an encyclopaedia and put it on a shelf. `told`: bytes read, of how many.

        Raises BadDocument, and Unsupported where what reads it is not installed.
        """
        from sottovoce.knowledge import mounts
        from sottovoce.knowledge.zim.mount import mount

        mounted = await mount(path, told, self._clock)
        await shelf.encyclopaedias.leave(mounted.path)
        await shelf.file.run(lambda conn: mounts.put(conn, mounted))
        return mounted

    async def unmount(self, shelf: Shelf, path: Path) -> None:
        """Take an encyclopaedia off a shelf; the file stays. Raises NotFound."""
        from sottovoce.knowledge import mounts

        gone = await shelf.file.run(lambda conn: mounts.remove(conn, path))
        await shelf.encyclopaedias.leave(gone.path)

    async def take_off(self, shelf: Shelf, path: Path) -> int:
        """Take a source off with all its documents; return how many. Raises NotFound."""
        from sottovoce.knowledge import documents, sources

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
        """Remove a shelf with all that stands on it, also one that cannot be opened. Raises NotFound."""
        row = await self.named(owner, name)
        await self._close(row.id)
        await self._database.run(lambda conn: rows.remove(conn, owner, row.id))
        await asyncio.to_thread(shutil.rmtree, self.folder(row), ignore_errors=True)

    def folder(self, row: ShelfRow) -> Path:
        return self._home.knowledge / row.id

    async def close(self) -> None:
        if self._reranking is not None:
            await self._reranking.close()
        if self._encyclopaedias is not None:
            await self._encyclopaedias.close()
        for shelf in self._open.values():
            shelf.file.close()
        self._open.clear()

    async def _opened(self, row: ShelfRow) -> Shelf:
        try:
            await asyncio.to_thread(check_there, self.folder(row), row.name)
        except StoreProblem:
            await self._close(row.id)
            raise
        if row.id not in self._open:
            file = await asyncio.to_thread(ShelfFile, self.folder(row))
            if row.id in self._open:  # somebody else was opening it meanwhile
                file.close()
            else:
                self._open[row.id] = self._joined(row, file)
        return self._open[row.id]

    def _joined(self, row: ShelfRow, file: ShelfFile) -> Shelf:
        from sottovoce.knowledge.encyclopaedias import Encyclopaedias
        from sottovoce.knowledge.likeness import Likeness
        from sottovoce.knowledge.shelf import Shelf

        if self._encyclopaedias is None:
            self._encyclopaedias = Encyclopaedias()
        return Shelf(row, file, Likeness(self._questions), self._encyclopaedias, self._reranking)

    async def _close(self, shelf: str) -> None:
        """Close one that is removed, or whose file is: what comes back under its name is another file."""
        gone = self._open.pop(shelf, None)
        if gone is not None:
            await asyncio.to_thread(gone.file.close)
