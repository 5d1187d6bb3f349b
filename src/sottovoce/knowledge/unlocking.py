"""Puts the text of a locked document on its shelf. Its password is used to read it once, and kept nowhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection
from typing import Protocol

from sottovoce.core.errors import BadDocument, BadValue
from sottovoce.knowledge import documents, sources
from sottovoce.knowledge.document import Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.reading.refusal import Refusal, problem
from sottovoce.knowledge.sources import Seen, Source
from sottovoce.knowledge.taken import Taken, digest_of, failed, take, unreadable


class Unlocks(Protocol):
    """What reads a file with its password."""

    async def read(self, path: Path, name: str, *, password: str | None) -> Reading:
        """Return what a file says. Raises BadDocument, with the field "password" where that is wrong."""
        ...


async def unlock(
    file: ShelfFile,
    reader: Unlocks,
    name: str,
    password: str,
    *,
    clock: Callable[[], float] = time.time,
) -> Document:
    """Read a locked document, and put its text on the shelf.

    Raises NotFound, BadValue where it is not locked, and BadDocument where the password is wrong or where it
    cannot be read with it.
    """

    def found(conn: Connection) -> tuple[Document, Source]:
        document = locked(conn, name)
        return document, next(one for one in sources.listed(conn) if one.number == document.source)

    document, source = await file.read(found)
    seen = await asyncio.to_thread(_met, source, document)
    try:
        digest = await asyncio.to_thread(digest_of, seen.path)
        reading = reader.read(seen.path, document.name, password=password)
        taken = await take(seen, digest, clock(), reading)
    except BadDocument as refused:
        if refused.field != "password":  # it opened: what keeps it from being read is something else
            await _put(file, name, failed(seen, digest, clock(), refused))
        raise
    except OSError as broken:
        raise unreadable(seen, broken) from broken
    return await _put(file, name, taken)


async def _put(file: ShelfFile, name: str, taken: Taken) -> Document:
    def work(conn: Connection) -> Document:
        locked(conn, name)  # it may have gone meanwhile
        number = documents.put(conn, taken.document, taken.text, taken.passages)
        return next(one for one in documents.listed(conn) if one.number == number)

    return await file.run(work)


def locked(connection: Connection, name: str) -> Document:
    document = documents.get(connection, name)
    if not document.is_locked:
        raise BadValue(
            f"{name} is not locked with a password.",
            hint="sotto kb show NAME tells what could not be read, and why",
            field="name",
        )
    return document


def _met(source: Source, document: Document) -> Seen:
    """Return the file as it is met in its source now. Raises BadDocument."""
    if source.path.exists():
        for seen in sources.look_through(source, lambda _: True).seen:
            if seen.key == document.path:
                return seen
    raise problem(document.name, Refusal("missing"))
