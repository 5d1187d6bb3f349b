"""Reads plain text, until the sandboxed readers take its place."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sottovoce.core.errors import BadDocument
from sottovoce.knowledge.document import Block, Reading

ENDINGS = (".txt", ".md")


def is_readable(name: str) -> bool:
    return name.lower().endswith(ENDINGS)


class PlainReader:
    async def read(self, path: Path, name: str) -> Reading:
        """Return the paragraphs of a text in UTF-8. Raises BadDocument."""
        return await self.read_bytes(await asyncio.to_thread(path.read_bytes), name)

    async def read_bytes(self, data: bytes, name: str) -> Reading:
        """Do the same with a file in memory."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise BadDocument(f"{name} is not UTF-8.", hint="Save it as UTF-8") from None
        return Reading(tuple(Block("text", part) for part in text.split("\n\n")))

    async def close(self) -> None:
        """Nothing is open."""


def open_reader() -> PlainReader:
    return PlainReader()
