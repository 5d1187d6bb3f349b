"""Finds the passages of a shelf that a question is about, and tells whether they answer it.

Reads one shelf's file. Knows nothing of models: vectors come as passages that are near already.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sottovoce.knowledge import documents
from sottovoce.knowledge.document import Found
from sottovoce.store.search import index_text, query_words


@dataclass(frozen=True, slots=True)
class Results:
    """Passages, best first. `answers`: whether what was asked seems to stand among them."""

    found: tuple[Found, ...] = ()
    answers: bool = False


Nearest = Sequence[tuple[int, float]]
"""Passages by number with the cosine of their vector to that of the question, nearest first."""


def search(
    connection: sqlite3.Connection, shelf: str, question: str, limit: int, nearest: Nearest = ()
) -> Results:
    """Return the best passages for a question. `shelf` is the name that they are cited by."""
    terms = [word for piece in query_words(question) for word in index_text(piece).split()]
    if not terms:
        return Results()
    match = " OR ".join(f'"{term}"' for term in terms)
    rows = connection.execute(
        "SELECT rowid, rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (match, limit)
    ).fetchall()
    found = tuple(found_at(connection, shelf, number, -rank) for number, rank in rows)
    return Results(found, bool(found))


def found_at(connection: sqlite3.Connection, shelf: str, number: int, score: float) -> Found:
    """Return a passage by its number."""
    row = connection.execute(
        """SELECT d.name, d.digest, p.page, p.headings, p.start, p."end", d.number, d.written
           FROM passages AS p JOIN documents AS d ON d.number = p.document WHERE p.number = ?""",
        (number,),
    ).fetchone()
    name, digest, page, headings, start, end, document, written = row
    return Found(
        shelf=shelf,
        document=name,
        digest=digest,
        page=page,
        headings=tuple(headings.splitlines()),
        start=start,
        end=end,
        text=documents.slice_of(connection, document, start, end),
        score=score,
        written=written,
    )
