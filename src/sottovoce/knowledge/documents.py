"""The documents of a shelf: put there, read again, taken away. Functions over a connection of its file.

Knows neither how a file is read nor how a passage is found.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Connection
from typing import Any

from sottovoce.core.errors import NotFound
from sottovoce.knowledge import vectors, words
from sottovoce.knowledge.document import Passage
from sottovoce.knowledge.words import Words
from sottovoce.store.faults import damaged, intact
from sottovoce.store.values import clean

PART = 1 << 16
"""Bytes of a text that are deflated together."""

FAST = 1
"""Deflate's own level: level 6 saves a tenth more and takes three times as long."""

YEARS = (-30_610_224_000.0, 253_402_300_800.0)
"""From the year 1000 up to the year 10000, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document on a shelf. `path` is where it was read; `digest` that of the file, SHA-256.

    `written` is when its source says, else when the file was changed; seconds since 1970, UTC. `modified`
    is the file's, in nanoseconds. With a `problem` it has no text; `is_locked`: its password would open it.
    """

    number: int
    source: int | None
    path: str
    name: str
    title: str
    digest: str
    size: int
    modified: int
    written: float | None
    pages: int | None
    length: int
    read: float
    problem: str | None = None
    is_locked: bool = False


_COLUMNS = (
    "number, source, path, name, title, digest, size, modified, written, pages, length, read, problem, locked"
)
_KINDS = (
    int, int | None, str, str, str, str, int, int, float | None, int | None, int, float, str | None, int,
)  # fmt: skip


def put(connection: Connection, document: Document, text: str, passages: Sequence[Passage]) -> int:
    """Put a document in the place of the one with its path, or as a new one; return its number."""
    remove(connection, [document.path])
    data = text.encode()
    name = _free_name(connection, document)
    row = connection.execute(
        f"INSERT INTO documents ({_COLUMNS[len('number, '):]})"  # noqa: S608  (our own words)
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document.source, document.path, name, clean(document.title), document.digest, document.size,
            document.modified, document.written, document.pages, len(data), document.read, document.problem,
            document.is_locked,
        ),
    )  # fmt: skip
    number = int(row.lastrowid or 0)
    connection.executemany(
        "INSERT INTO texts (document, part, text) VALUES (?, ?, ?)",
        (
            (number, part, zlib.compress(data[at : at + PART], FAST))
            for part, at in enumerate(range(0, len(data), PART))
        ),
    )
    words.add(connection, _words(connection, number, clean(document.title), name, data, passages))
    return number


def touch(connection: Connection, number: int, modified: int) -> None:
    """Note that a document's file has another time, in nanoseconds, and the same content."""
    connection.execute("UPDATE documents SET modified = ? WHERE number = ?", (modified, number))


def move(connection: Connection, old: Document, new: Document) -> None:
    """Give a document the place and name of a file with the same content; its passages stay."""
    name = _free_name(connection, new)
    before, after = title_of(old), old.title or name
    if before != after:
        entries = list(_entries(connection, old.number))
        words.remove(connection, [replace(one, title=before) for one in entries])
        words.add(connection, [replace(one, title=after) for one in entries])
    connection.execute(
        "UPDATE documents SET source = ?, path = ?, name = ?, modified = ? WHERE number = ?",
        (new.source, new.path, name, new.modified, old.number),
    )


def remove(connection: Connection, paths: Sequence[str]) -> int:
    """Take documents off the shelf with all that was made of them; return how many there were."""
    gone = 0
    for path in paths:
        found = connection.execute(f"SELECT {_COLUMNS} FROM documents WHERE path = ?", (path,)).fetchone()  # noqa: S608
        if found is None:
            continue
        document = _document(found)
        entries = [replace(one, title=title_of(document)) for one in _entries(connection, document.number)]
        words.remove(connection, entries)
        vectors.remove(connection, [one.number for one in entries])
        for table in ("passages", "texts"):
            connection.execute(f"DELETE FROM {table} WHERE document = ?", (document.number,))  # noqa: S608
        connection.execute("DELETE FROM documents WHERE number = ?", (document.number,))
        gone += 1
    return gone


def listed(connection: Connection) -> list[Document]:
    """Return the documents by name."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM documents ORDER BY name")  # noqa: S608
    return [_document(row) for row in rows]


def locked(connection: Connection) -> list[Document]:
    """Return those that a password would open, by name."""
    # Its columns are our own words.
    rows = connection.execute(f"SELECT {_COLUMNS} FROM documents WHERE locked ORDER BY name")  # noqa: S608
    return [_document(row) for row in rows]


def is_read(connection: Connection, path: str, digest: str) -> bool:
    """Tell whether the text of the file that has this digest stands there under this path."""
    found = connection.execute(
        "SELECT 1 FROM documents WHERE path = ? AND digest = ? AND problem IS NULL", (path, digest)
    )
    return found.fetchone() is not None


def get(connection: Connection, name: str) -> Document:
    """Return a document by its name. Raises NotFound."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM documents WHERE name = ?", (name,)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(
            f"There is no document named {name!r} on this shelf.", hint="sotto kb show NAME lists them"
        )
    return _document(row)


def text_of(connection: Connection, number: int) -> bytes:
    """Return a document's text, in UTF-8."""
    rows = connection.execute("SELECT text FROM texts WHERE document = ? ORDER BY part", (number,))
    return b"".join(_inflated(part) for (part,) in rows)


def slice_of(connection: Connection, number: int, start: int, end: int) -> str:
    """Return what stands from one byte of a document's text to another. Raises StoreDamaged."""
    first = start // PART
    rows = connection.execute(
        "SELECT text FROM texts WHERE document = ? AND part BETWEEN ? AND ? ORDER BY part",
        (number, first, max(start, end - 1) // PART),
    )
    data = b"".join(_inflated(part) for (part,) in rows)
    try:
        return data[start - first * PART : end - first * PART].decode()
    except UnicodeDecodeError as problem:
        raise damaged("The shelf is damaged: a passage in it cannot be read.", detail=str(problem)) from None


def dated(at: float | None) -> float | None:
    """Return when a document says that it was written; None where that is no day that can be shown."""
    return at if at is not None and YEARS[0] <= at < YEARS[1] else None


def title_of(document: Document) -> str:
    """Return what a document is found by besides its text."""
    return document.title or document.name


def _words(
    connection: Connection,
    document: int,
    title: str,
    name: str,
    data: bytes,
    passages: Sequence[Passage],
) -> Iterator[Words]:
    for passage in passages:
        headings = "\n".join(" ".join(clean(heading).split()) for heading in passage.headings)
        number = connection.execute(
            'INSERT INTO passages (document, start, "end", page, headings) VALUES (?, ?, ?, ?, ?)',
            (document, passage.start, passage.end, passage.page, headings),
        ).lastrowid
        yield Words(int(number or 0), title or name, headings, data[passage.start : passage.end].decode())


def _entries(connection: Connection, document: int) -> Iterator[Words]:
    """Yield the words of a document's passages, without its title."""
    data = text_of(connection, document)
    rows = connection.execute(
        'SELECT number, start, "end", headings FROM passages WHERE document = ?', (document,)
    ).fetchall()
    for number, start, end, headings in rows:
        yield Words(number, "", headings, data[start:end].decode())


def _free_name(connection: Connection, document: Document) -> str:
    """Return the document's name, or its path where another has that name."""
    taken = connection.execute("SELECT 1 FROM documents WHERE name = ?", (document.name,)).fetchone()
    return document.name if taken is None else document.path


def _inflated(part: Any) -> bytes:
    try:
        return zlib.decompress(part)
    except (zlib.error, TypeError) as problem:
        raise damaged("The shelf is damaged: a text in it cannot be read.", detail=str(problem)) from None


def _document(row: tuple[Any, ...]) -> Document:
    *facts, is_locked = intact(row, _KINDS)
    return Document(*(*facts, bool(is_locked)))
