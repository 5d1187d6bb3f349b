"""Several readers side by side, for a whole folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self

from sottovoce.knowledge.document import Reading
from sottovoce.knowledge.reading.kinds import READABLE, ending_of
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.reading.wire import Limits

TOGETHER = 2
"""Files that are read at the same time: as many as the smallest machine has cores."""

WITHOUT_ENDING = frozenset(
    """
    authors changelog changes contributing copying copyright dockerfile faq history install licence license
    makefile manifest news notice readme thanks todo
    """.split()  # noqa: SIM905  (a list of quoted words is no easier to read)
)
"""Names that texts have without telling their kind."""


def is_readable(name: str) -> bool:
    """Tell by a file's name whether it is worth opening."""
    return name.lower() in WITHOUT_ENDING or ending_of(name) in READABLE


class Readers:
    """Use it as an async context. Each process starts when it is first needed."""

    def __init__(self, limits: Limits | None = None, count: int = TOGETHER) -> None:
        self._idle = [Reader(limits) for _ in range(count)]
        self._all = tuple(self._idle)
        self._places = asyncio.Semaphore(count)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(reader.close() for reader in self._all))

    async def read(self, path: Path, name: str) -> Reading:
        """Read a file as soon as a reader is free. Raises BadDocument, which names it `name`."""
        async with self._places:
            reader = self._idle.pop()
            try:
                return await reader.read(path, name)
            finally:
                self._idle.append(reader)
