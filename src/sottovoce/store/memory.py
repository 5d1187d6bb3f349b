"""What a person wants to be remembered in all chats: lines that they can see, change and erase.

Functions over a connection, like those of chats.py. Whether they are told to a model is decided elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.store.faults import intact
from sottovoce.store.values import clean, new_id

MOST = 100
LONGEST = 500
"""Characters of a line."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """`chat` and `message` are where it was said; None where it was written into the list itself.

    `changed` is when it was last put anew, in seconds since 1970; None: it reads as it was said.
    """

    id: str
    text: str
    chat: str | None
    message: str | None
    created: float
    changed: float | None = None


# Names of columns, written here: no text of anybody comes into a statement by them (S608).
_COLUMNS = "id, text, chat, message, created, changed"
_KINDS = (str, str, str | None, str | None, float, float | None)


def listed(connection: sqlite3.Connection, owner: str) -> list[Remembered]:
    """Return all of it, the oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM remembered WHERE owner = ? ORDER BY created, id",  # noqa: S608
        (owner,),
    )
    return [_remembered(row) for row in rows]


def add(
    connection: sqlite3.Connection,
    owner: str,
    text: str,
    now: float,
    *,
    chat: str | None = None,
    message: str | None = None,
) -> Remembered:
    """Keep a line; one that is there already stays as it is. Raises BadValue."""
    line, there = _line(text), listed(connection, owner)
    for one in there:
        if one.text.casefold() == line.casefold():
            return one
    if len(there) >= MOST:
        raise BadValue(
            f"{MOST} things are remembered already, the most that are kept.",
            hint="Erase one that no longer holds: sotto memory list shows them",
            field="text",
        )
    new = Remembered(new_id(), line, chat, message, now)
    connection.execute(
        "INSERT INTO remembered (id, owner, text, chat, message, created) VALUES (?, ?, ?, ?, ?, ?)",
        (new.id, owner, new.text, new.chat, new.message, new.created),
    )
    return new


def change(connection: sqlite3.Connection, owner: str, line_id: str, text: str, now: float) -> Remembered:
    """Put a line anew. `Database.scrub` then clears what it was. Raises NotFound and BadValue."""
    old, line = one(connection, owner, line_id), _line(text)
    if line == old.text:
        return old
    connection.execute(
        "UPDATE remembered SET text = ?, changed = ? WHERE id = ? AND owner = ?", (line, now, old.id, owner)
    )
    _owe(connection, old.id)
    return one(connection, owner, old.id)


def remove(connection: sqlite3.Connection, owner: str, line_id: str) -> Remembered:
    """Erase a line; return what it was. `Database.scrub` then clears its traces. Raises NotFound."""
    old = one(connection, owner, line_id)
    connection.execute("DELETE FROM remembered WHERE id = ? AND owner = ?", (old.id, owner))
    _owe(connection, old.id)
    return old


def one(connection: sqlite3.Connection, owner: str, line_id: str) -> Remembered:
    """Return a line. Raises NotFound."""
    for line in listed(connection, owner):
        if line.id == line_id:
            return line
    raise NotFound("That is not remembered.", hint="sotto memory list shows what is")


def titles(connection: sqlite3.Connection, owner: str, lines: Iterable[Remembered]) -> dict[str, str]:
    """Return the titles of the chats that lines were said in, by their ids, as far as they are there."""
    said_in = {line.chat for line in lines if line.chat is not None}
    rows = connection.execute("SELECT id, title FROM chats WHERE owner = ?", (owner,))
    return {chat: title for chat, title in rows if chat in said_in}


def _owe(connection: sqlite3.Connection, line_id: str) -> None:
    """Note that what stood there is to be cleared from the disk."""
    connection.execute("INSERT OR IGNORE INTO unscrubbed VALUES (?)", (line_id,))


def _line(text: str) -> str:
    line = " ".join(clean(text).split())
    if not line or len(line) > LONGEST:
        raise BadValue(
            f"What is remembered has 1 to {LONGEST} characters in a line.",
            hint='Say it in a sentence: sotto memory add "I live in Vienna"',
            field="text",
        )
    return line


def _remembered(row: tuple[Any, ...]) -> Remembered:
    return Remembered(*intact(row, _KINDS))
