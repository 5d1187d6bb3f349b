"""One shelf, open: brought in step, searched, read, checked."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from hashlib import sha256

from sottovoce.core.errors import BadDocument, NotFound, Unsupported
from sottovoce.knowledge import (
    checking,
    documents,
    facts,
    giving,
    mounts,
    neighbours,
    search,
    syncing,
    unlocking,
    vectors,
)
from sottovoce.knowledge.checking import Verdict
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.encyclopaedias import Encyclopaedias
from sottovoce.knowledge.extract import Sentence
from sottovoce.knowledge.facts import Facts
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.likeness import Likeness
from sottovoce.knowledge.neighbours import Gap
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.reading.readers import Readers, is_readable
from sottovoce.knowledge.reranking import LOOKED_AT, Reranking
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.syncing import Progress
from sottovoce.knowledge.zim.mount import Mount, mount, open_mounted
from sottovoce.store.shelves import ShelfRow

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Shelf:
    """`likeness`, `encyclopaedias` and `reranking` are kept open for all that ask it."""

    row: ShelfRow
    file: ShelfFile
    likeness: Likeness
    encyclopaedias: Encyclopaedias
    reranking: Reranking | None = None

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
        verdict.is_broken = bool(verdict.damage)
        for one in await self.mounted():
            if not os.access(one.path, os.F_OK):
                verdict.missing.append(str(one.path))
                continue
            try:
                await mount(one.path)
                await (await open_mounted(one)).close()
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

    async def give(self, data: bytes, name: str, password: str | None = None) -> Document:
        """Read a file that was given by itself, and put it on the shelf; see giving.give."""
        async with Reader() as reader:
            return await giving.give(self.file, reader, data, name, password)

    async def locked(self) -> list[str]:
        """Return the names of the documents that a password would open."""
        return [one.name for one in await self.file.read(documents.locked)]

    async def unlock(self, name: str, password: str) -> Document:
        """Put the text of a locked document on the shelf; see unlocking.unlock."""
        async with Reader() as reader:
            return await unlocking.unlock(self.file, reader, name, password)

    async def take_back(self, name: str) -> None:
        """Take a document off that was given by itself; see giving.take_back."""
        await giving.take_back(self.file, name)

    async def search(self, question: str, limit: int = MOST_FOUND, written: Sequence[str] = ()) -> Results:
        """Return the passages that a question is about, best first. An encyclopaedia is asked `written` too.

        Raises BadDocument, or Unsupported, where nothing was found and no encyclopaedia on it can be asked.
        """
        if self.reranking is None:
            return await self._found(question, limit, written)
        results = await self._found(question, limit, written, max(0, LOOKED_AT - limit))
        found = await self.reranking.order(question, results.found, self.row.owner)
        return replace(results, found=found[:limit])

    async def _found(self, question: str, limit: int, written: Sequence[str], further: int = 0) -> Results:
        """Return what `search` does before it is ordered anew, with so many `further` ones behind."""
        near = await self.likeness.near(self.file, question)
        mounted = await self.mounted()
        results = await self.file.read(
            lambda conn: search.search(conn, self.name, question, limit, near, further)
        )
        if not mounted:
            return results
        try:
            there = await self.encyclopaedias.find(mounted, question, limit, self.name, written)
        except (BadDocument, Unsupported) as problem:
            if not results.found:
                raise
            there = Results(unread=(problem.sentence,))
        found = sorted((*results.found[:limit], *there.found), key=lambda passage: -passage.score)
        behind = [*found[limit:], *results.found[limit:]][:further]
        answers = results.answers or there.answers
        return Results((*found[:limit], *behind), answers, results.why, unread=there.unread)

    async def has_vectors(self) -> bool:
        return await self.file.read(vectors.made_by) is not None

    async def judge(self, question: str, judged: Sequence[Sentence]) -> Sequence[float]:
        """Return how well sentences answer a question, by their vectors; see extract.Judge."""
        return await self.likeness.judge(question, judged)

    async def passages(self, question: str, longest: int, written: Sequence[str] = ()) -> Results:
        """Return what `search` does as an answer is made from it: neighbours as one.

        What was joined has `longest` tokens at most, so with 0 nothing is; see neighbours.joined.
        """
        results = await self.search(question, written=written)
        if not longest:
            return results
        between = {gap: await self._text_in(gap) for gap in neighbours.gaps(results.found)}
        return replace(results, found=neighbours.joined(results.found, between, longest))

    async def _text_in(self, gap: Gap) -> str:
        """Return what stands in a gap; nothing where the document is another one by now."""
        text = await self.file.read(lambda conn: neighbours.text_in(conn, gap))
        if text or not (mounted := await self.mounted()):
            return text
        try:
            data = (await self.encyclopaedias.text_of(mounted, gap.document)).encode()
        except (NotFound, BadDocument):
            return ""
        return data[gap.start : gap.end].decode() if sha256(data).hexdigest() == gap.digest else ""

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
