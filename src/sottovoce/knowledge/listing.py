"""The documents of a shelf as they are shown: a page of their list, a stretch of one's text.

Functions over a connection of its file. All offsets are bytes of the text in UTF-8.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from sqlite3 import Connection

from sottovoce.knowledge import documents
from sottovoce.knowledge.document import Passage
from sottovoce.knowledge.documents import Document

AROUND = 6_000
"""Bytes that are shown before and after what was asked for, or a little more."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a document's text from one passage's beginning to another's, with the passages in it."""

    document: Document
    start: int
    end: int
    text: str
    passages: tuple[Passage, ...]


def part_of(name: str, data: bytes, start: int, end: int) -> Stretch:
    """Return what stands around a part of a text that no shelf keeps: an article of an encyclopaedia."""
    length = len(data)
    first = data.rfind(b"\n", 0, max(0, min(start, length) - AROUND)) + 1
    last = data.find(b"\n", min(max(start, end), length) + AROUND)
    last = length if last < 0 else last + 1
    document = Document(
        number=0,
        source=None,
        path="",
        name=name,
        title="",
        digest=hashlib.sha256(data).hexdigest(),
        size=length,
        modified=0,
        written=None,
        pages=None,
        length=length,
        read=0.0,
    )
    return Stretch(document, first, last, data[first:last].decode(), ())


def page(connection: Connection, limit: int, after: str = "", *, unread: bool = False) -> list[Document]:
    """Return so many documents by name, those that follow a name; with `unread` those with a problem."""
    rows = connection.execute(
        f"SELECT name FROM documents WHERE name > ? {'AND problem IS NOT NULL' if unread else ''}"  # noqa: S608
        " ORDER BY name LIMIT ?",
        (after, limit),
    ).fetchall()
    return [documents.get(connection, name) for (name,) in rows]


def counts(connection: Connection) -> dict[int | None, int]:
    """Return how many documents there are of each source by its number; None: given by themselves."""
    return dict(connection.execute("SELECT source, count(*) FROM documents GROUP BY source").fetchall())


def stretch(connection: Connection, name: str, start: int, end: int) -> Stretch:
    """Return what stands around a part of a document's text. Raises NotFound and StoreDamaged."""
    document = documents.get(connection, name)
    number, length = document.number, document.length
    start, end = min(start, length), min(max(start, end), length)
    # Where passages begin no character is cut in two, and a reader's eye finds a beginning.
    (first,) = connection.execute(
        "SELECT coalesce(max(start), 0) FROM passages WHERE document = ? AND start <= ?",
        (number, start - AROUND),
    ).fetchone()
    (last,) = connection.execute(
        "SELECT coalesce(min(start), ?) FROM passages WHERE document = ? AND start >= ?",
        (length, number, end + AROUND),
    ).fetchone()
    rows = connection.execute(
        """SELECT start, "end", page, headings FROM passages
           WHERE document = ? AND start >= ? AND start < ? ORDER BY start""",
        (number, first, last),
    )
    passages = tuple(Passage(at, to, page, tuple(under.splitlines())) for at, to, page, under in rows)
    text = documents.slice_of(connection, number, first, last)
    return Stretch(document, first, last, text, passages)
