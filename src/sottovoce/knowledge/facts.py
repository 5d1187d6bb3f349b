"""What is true of a shelf as a whole: how much stands on it, how old that is, what space it takes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sottovoce.knowledge import vectors
from sottovoce.store.faults import intact


@dataclass(frozen=True, slots=True)
class Facts:
    """`text` is in bytes; `oldest` and `newest` tell when its sources were written, `synced` when they were
    last looked through: seconds since 1970, None where nothing tells.
    """

    documents: int
    unread: int
    """Documents that could not be read."""
    passages: int
    text: int
    oldest: float | None
    newest: float | None
    synced: float | None
    vectors: int
    """Passages that have a vector."""
    vectors_of: str | None
    """The model that made them; None where none did."""


def of(connection: sqlite3.Connection) -> Facts:
    documents, unread, text, oldest, newest = connection.execute(
        """SELECT count(*) FILTER (WHERE problem IS NULL), count(problem), coalesce(sum(length), 0),
                  min(written), max(written) FROM documents"""
    ).fetchone()
    (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    # Where one source was never looked through to its end, the shelf was not either.
    (synced,) = connection.execute(
        "SELECT CASE WHEN count(*) = count(synced) THEN min(synced) END FROM sources"
    ).fetchone()
    model = vectors.made_by(connection)
    made, _ = vectors.counts(connection)
    row = (documents, unread, passages, text, oldest, newest, synced)
    documents, unread, passages, text, oldest, newest, synced = intact(
        row, (int, int, int, int, float | None, float | None, float | None)
    )
    return Facts(
        documents=documents,
        unread=unread,
        passages=passages,
        text=text,
        oldest=oldest,
        newest=newest,
        synced=synced,
        vectors=made,
        vectors_of=None if model is None else model.name,
    )
