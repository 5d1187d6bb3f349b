"""Puts a file on a shelf that was given by itself: without a place on this disk, it stays as it was given."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from pathlib import PurePosixPath
from sqlite3 import Connection
from typing import Protocol

from sottovoce.core.errors import BadValue, Refused
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile
from sottovoce.store.values import clean

PLACE = "given/"
"""What stands where others have a path; no path of a source begins so."""

LONGEST_NAME = 200


class ReadsBytes(Protocol):
    """What reads a file that is in memory."""

    async def read_bytes(self, data: bytes, name: str, *, password: str | None) -> Reading:
        """Return what a file says. Raises BadDocument."""
        ...


async def give(
    file: ShelfFile,
    reader: ReadsBytes,
    data: bytes,
    name: str,
    password: str | None = None,
    *,
    clock: Callable[[], float] = time.time,
) -> Document:
    """Read a file and put it on the shelf, in place of one given under the same name.

    Raises BadDocument where it cannot be read, and BadValue for a name that is none.
    """
    name = named(name)
    reading = await reader.read_bytes(data, name, password=password)
    text, passages = await asyncio.to_thread(cut, reading)
    now = clock()
    document = Document(
        number=0,
        source=None,
        path=PLACE + name,
        name=name,
        title=reading.title,
        digest=await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest()),
        size=len(data),
        modified=int(now * 1e9),
        written=documents.dated(reading.written) or now,
        pages=reading.pages,
        length=0,
        read=now,
    )

    def work(conn: Connection) -> tuple[Document, bool]:
        was_there = conn.execute("SELECT 1 FROM documents WHERE path = ?", (document.path,)).fetchone()
        number = documents.put(conn, document, text, passages)
        there = next(one for one in documents.listed(conn) if one.number == number)
        return there, was_there is not None

    there, was_replaced = await file.run(work)
    if was_replaced:
        await file.scrub()
    return there


async def take_back(file: ShelfFile, name: str) -> None:
    """Take a document off that was given by itself. Raises NotFound, and Refused where it is of a source."""

    def work(conn: Connection) -> None:
        document = documents.get(conn, name)
        if document.source is not None:
            raise Refused(
                f"{document.name} is in a folder of this shelf, and would come back with it.",
                hint="Move the file out of that folder, or take the folder off the shelf",
            )
        documents.remove(conn, [document.path])

    await file.run(work)
    await file.scrub()


def named(given: str) -> str:
    """Return a file's name without folders, on one line. Raises BadValue."""
    name = " ".join(clean(PurePosixPath(given.replace("\\", "/")).name).split())
    if not name.strip(".") or not name.isprintable() or len(name) > LONGEST_NAME:
        raise BadValue(
            f"A document's name has 1 to {LONGEST_NAME} characters.", hint="Rename the file", field="name"
        )
    return name
