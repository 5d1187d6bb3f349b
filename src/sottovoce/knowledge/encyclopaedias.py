"""The encyclopaedias of the shelves that are open: each is opened when it is first asked, by one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from sottovoce.core.errors import BadDocument, NotFound
from sottovoce.knowledge.document import Found
from sottovoce.knowledge.zim import find
from sottovoce.knowledge.zim.archive import Archive
from sottovoce.knowledge.zim.mount import Mount, open_mounted

log = logging.getLogger(__name__)


class Encyclopaedias:
    def __init__(self) -> None:
        self._open: dict[Path, Archive] = {}
        self._opening = asyncio.Lock()

    async def find(self, mounted: Sequence[Mount], question: str, limit: int, shelf: str) -> list[Found]:
        """Return what these encyclopaedias say, best first. Raises BadDocument where one cannot be read."""
        found: list[Found] = []
        for one in mounted:
            archive = await self._opened(one)
            found += await find.find(archive, question, limit, shelf=shelf, told=log.warning)
        return sorted(found, key=lambda passage: -passage.score)[:limit]

    async def text_of(self, mounted: Sequence[Mount], document: str) -> str:
        """Return the text of an article that was found. Raises NotFound and BadDocument."""
        for one in mounted:
            try:
                return await find.text_of(await self._opened(one), document)
            except NotFound:
                continue
        raise NotFound(
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
