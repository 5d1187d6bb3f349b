"""The encyclopaedias of the shelves that are open: each is opened when it is first asked, by one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sottovoce.core.errors import BadDocument, NotFound, SottoError, Unsupported
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.zim import find
from sottovoce.knowledge.zim.archive import Archive
from sottovoce.knowledge.zim.mount import Mount, open_mounted

log = logging.getLogger(__name__)


class Encyclopaedias:
    def __init__(self) -> None:
        self._open: dict[Path, Archive] = {}
        self._opening = asyncio.Lock()

    async def find(
        self, mounted: Sequence[Mount], question: str, limit: int, shelf: str, written: Sequence[str] = ()
    ) -> Results:
        """Return what these encyclopaedias say, best first; of one that is damaged, a sentence in `unread`.

        Raises BadDocument, or Unsupported, where none of them can be asked.
        """
        asked: list[Results] = []
        failed: list[SottoError] = []
        for one in mounted:
            try:
                asked.append(await self._asked(one, question, limit, shelf, written))
            except (BadDocument, Unsupported) as problem:
                log.warning("%s", problem.sentence)
                failed.append(problem)
        if failed and not asked:
            raise failed[0]
        found = sorted((passage for one in asked for passage in one.found), key=lambda one: -one.score)
        unread = [*(problem.sentence for problem in failed), *(said for one in asked for said in one.unread)]
        return Results(tuple(found[:limit]), any(one.answers for one in asked), unread=tuple(unread))

    async def _asked(
        self, mounted: Mount, question: str, limit: int, shelf: str, written: Sequence[str]
    ) -> Results:
        """Ask one. Of all that cannot be read in it the first is told; the log has the rest."""
        damage: list[str] = []
        archive = await self._opened(mounted)
        results = await find.find(archive, question, limit, shelf=shelf, written=written, told=damage.append)
        for sentence in damage:
            log.warning("%s", sentence)
        return replace(results, unread=tuple(damage[:1]))

    async def text_of(self, mounted: Sequence[Mount], document: str) -> str:
        """Return the text of an article that was found. Raises NotFound and BadDocument."""
        damaged: BadDocument | None = None
        for one in mounted:
            try:
                return await find.text_of(await self._opened(one), document)
            except NotFound:
                continue
            except BadDocument as problem:
                damaged = damaged or problem
        raise damaged or NotFound(
            f"There is no document named {document!r} on this shelf.", hint="sotto kb show NAME lists them"
        )

    async def leave(self, path: Path) -> None:
        """Close what is open of a file that is no longer mounted."""
        archive = self._open.pop(path, None)
        if archive is not None:
            await archive.close()

    async def close(self) -> None:
        for path in list(self._open):
            await self.leave(path)

    async def _opened(self, mounted: Mount) -> Archive:
        async with self._opening:
            archive = self._open.get(mounted.path)
            if archive is not None:
                try:
                    archive.check_same()
                    archive.check_usable()
                except BadDocument:
                    await self.leave(mounted.path)
                    archive = None
            if archive is None:
                archive = self._open[mounted.path] = await open_mounted(mounted)
            return archive
