"""Passages that were found for a question, kept with it to the letter.

Functions over a connection, inside a transaction of db.py. Knows nothing of shelves, nor of how a model is
told of passages. They are not searched with the chats: they are somebody else's words.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from sottovoce.core.grounds import Found, Ground
from sottovoce.store.faults import intact
from sottovoce.store.values import clean

MOST = 20
"""Of one question."""

_PASSAGE = 'shelf, document, digest, page, headings, start, "end", text, score, written'
_KINDS = (str, str, str, int | None, str, int, int, str, float, float | None)


def keep(connection: sqlite3.Connection, owner: str, message: str, grounds: Sequence[Ground]) -> None:
    """Store the passages of a question in the place of those it has."""
    remove(connection, owner, [message])
    connection.executemany(
        f"INSERT INTO grounds (message, number, owner, told, {_PASSAGE})"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (message, number, owner, ground.told, *_row(ground.passage))
            for number, ground in enumerate(grounds[:MOST], 1)
        ],
    )


def of(connection: sqlite3.Connection, owner: str, messages: Sequence[str]) -> dict[str, tuple[Ground, ...]]:
    """Return the passages of those of the messages that have any, in their order."""
    rows = connection.execute(
        f"""SELECT message, told, {_PASSAGE} FROM grounds
            WHERE message IN (SELECT value FROM json_each(?)) AND owner = ? ORDER BY message, number""",  # noqa: S608
        (json.dumps(list(messages)), owner),
    )
    found: dict[str, tuple[Ground, ...]] = {}
    for row in rows:
        message, told, *passage = intact(row, (str, int, *_KINDS))
        shelf, document, digest, page, headings, *rest = passage
        ground = Ground(Found(shelf, document, digest, page, _lines(headings), *rest), bool(told))
        found[message] = (*found.get(message, ()), ground)
    return found


def copy(connection: sqlite3.Connection, owner: str, message: str, to: str) -> None:
    """Give a message's passages to its copy."""
    connection.execute(
        f"""INSERT INTO grounds (message, number, owner, told, {_PASSAGE})
            SELECT ?, number, owner, told, {_PASSAGE} FROM grounds WHERE message = ? AND owner = ?""",  # noqa: S608
        (to, message, owner),
    )


def remove(connection: sqlite3.Connection, owner: str, messages: Sequence[str]) -> None:
    """Remove the passages of these messages; to be done before those themselves go."""
    connection.execute(
        "DELETE FROM grounds WHERE message IN (SELECT value FROM json_each(?)) AND owner = ?",
        (json.dumps(list(messages)), owner),
    )


def _row(passage: Found) -> tuple[object, ...]:
    headings = "\n".join(" ".join(heading.split()) for heading in passage.headings)
    return (
        clean(passage.shelf), clean(passage.document), clean(passage.digest), passage.page, clean(headings),
        passage.start, passage.end, clean(passage.text), float(passage.score), passage.written,
    )  # fmt: skip


def _lines(headings: object) -> tuple[str, ...]:
    return tuple(str(headings).splitlines())
