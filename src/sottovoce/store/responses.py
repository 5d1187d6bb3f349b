"""Answers of /v1/responses that their callers asked to have kept, every row with its owner.

Functions over a connection, inside a transaction of db.py. What is in them is JSON of the server's;
this only keeps it, within bounds. `now` is in seconds since 1970.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from sottovoce.core.errors import NotFound
from sottovoce.store.faults import intact

MOST_KEPT = 1_000
"""Responses of one owner; the oldest go first."""

MOST_CHARACTERS = 100_000_000
"""Of all that is kept for one owner."""

KEPT_SECONDS = 30 * 86_400.0

TRACES = "responses"
"""Stands among the ids of deleted chats: traces of removed responses have yet to be cleared."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """`input` are the items that were new with it, `output` those of the answer, `facts` all else."""

    id: str
    owner: str
    previous: str | None
    created: float
    model: str
    input: str
    output: str
    facts: str


_COLUMNS = "id, owner, previous, created, model, input, output, facts"
_KINDS = (str, str, str | None, float, str, str, str, str)


def save(connection: sqlite3.Connection, response: StoredResponse, now: float) -> None:
    """Store a response, and remove those that are too old or too many now."""
    size = len(response.input) + len(response.output) + len(response.facts)
    connection.execute(
        f"INSERT INTO responses ({_COLUMNS}, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            response.id,
            response.owner,
            response.previous,
            response.created,
            response.model,
            response.input,
            response.output,
            response.facts,
            size,
        ),
    )
    prune(connection, now)
    _make_room(connection, response.owner)


def get(connection: sqlite3.Connection, owner: str, response_id: str, now: float) -> StoredResponse:
    """Return one response. Raises NotFound, the same for another's, or one too old, as for none."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM responses WHERE id = ? AND owner = ? AND created >= ?",  # noqa: S608
        (response_id, owner, now - KEPT_SECONDS),
    ).fetchone()
    if row is None:
        raise missing(response_id)
    return _response(row)


def chain(connection: sqlite3.Connection, owner: str, response_id: str, now: float) -> list[StoredResponse]:
    """Return a response and all it went on from, the oldest first. Raises NotFound where one is gone."""
    found = [get(connection, owner, response_id, now)]
    while found[-1].previous is not None and len(found) <= MOST_KEPT:
        try:
            found.append(get(connection, owner, found[-1].previous, now))
        except NotFound:
            raise NotFound(
                f"The response {response_id!r} goes on from one that is no longer kept.",
                hint="Send the whole conversation as input instead",
            ) from None
    return found[::-1]


def delete(connection: sqlite3.Connection, owner: str, response_id: str) -> None:
    """Remove a response. `Database.scrub` then clears its traces. Raises NotFound."""
    where = (response_id, owner)
    if not connection.execute("DELETE FROM responses WHERE id = ? AND owner = ?", where).rowcount:
        raise missing(response_id)
    _owe(connection)


def missing(response_id: str) -> NotFound:
    """Return the same answer for a response that is another's, deleted, or never was."""
    return NotFound(
        f"There is no response {response_id[:80]!r}.",
        hint="Responses are kept for 30 days, where they were asked for with store=true",
    )


def prune(connection: sqlite3.Connection, now: float) -> bool:
    """Remove those that are too old. Return whether `Database.scrub` has traces of any to clear."""
    if connection.execute("DELETE FROM responses WHERE created < ?", (now - KEPT_SECONDS,)).rowcount:
        _owe(connection)
    return connection.execute("SELECT 1 FROM unscrubbed WHERE chat = ?", (TRACES,)).fetchone() is not None


def _make_room(connection: sqlite3.Connection, owner: str) -> None:
    size = gone = 0
    rows = connection.execute(
        "SELECT rowid, size FROM responses WHERE owner = ? ORDER BY created DESC, rowid DESC", (owner,)
    ).fetchall()
    for at, (number, more) in enumerate(rows):
        size += more
        if at >= MOST_KEPT or size > MOST_CHARACTERS:
            connection.execute("DELETE FROM responses WHERE rowid = ?", (number,))
            gone += 1
    if gone:
        _owe(connection)


def _owe(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT OR IGNORE INTO unscrubbed VALUES (?)", (TRACES,))


def _response(row: tuple[Any, ...]) -> StoredResponse:
    return StoredResponse(*intact(row, _KINDS))
