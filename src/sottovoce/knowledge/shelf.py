"""One shelf, open: brought in step, searched, read, checked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sottovoce.core.errors import BadDocument, NotFound, Unsupported
from sottovoce.knowledge import checking, documents, facts, giving, mounts, search, syncing
from sottovoce.knowledge.checking import Verdict
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.encyclopaedias import Encyclopaedias
from sottovoce.knowledge.facts import Facts
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.likeness import Likeness
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.reading.readers import Readers, is_readable
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.syncing import Progress
from sottovoce.knowledge.zim.mount import Mount, mount
from sottovoce.store.shelves import ShelfRow

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Shelf:
    """`likeness` and `encyclopaedias` are kept open for all that ask it."""

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

    async def give(self, data: bytes, name: str) -> Document:
        """Read a file that was given by itself, and put it on the shelf; see giving.give."""
        async with Reader() as reader:
            return await giving.give(self.file, reader, data, name)

    async def take_back(self, name: str) -> None:
        """Take a document off that was given by itself; see giving.take_back."""
        await giving.take_back(self.file, name)

    async def search(self, question: str, limit: int = MOST_FOUND, written: Sequence[str] = ()) -> Results:
        """Return the passages that a question is about, best first. An encyclopaedia is asked `written` too.

        Raises BadDocument, or Unsupported, where nothing was found and no encyclopaedia on it can be asked.
        """
        near = await self.likeness.near(self.file, question)
        mounted = await self.mounted()
        results = await self.file.read(lambda conn: search.search(conn, self.name, question, limit, near))
        if not mounted:
            return results
        try:
            there = await self.encyclopaedias.find(mounted, question, limit, self.name, written)
        except (BadDocument, Unsupported) as problem:
            if not results.found:
                raise
            there = Results(unread=(problem.sentence,))
        found = sorted((*results.found, *there.found), key=lambda passage: -passage.score)
        return Results(
            tuple(found[:limit]), results.answers or there.answers, results.why, unread=there.unread
        )

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
