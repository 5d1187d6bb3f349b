"""Which shelves there are, and whose. What stands on a shelf is in a file of its own: see knowledge/shelf.py.

Functions over a connection, inside a transaction of db.py.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.store.faults import intact
from sottovoce.store.values import clean, new_id

MOST_SHELVES = 500
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """`id` names the folder that holds the shelf's file."""

    id: str
    owner: str
    name: str
    created: float


_COLUMNS = "id, owner, name, created"


def listed(connection: sqlite3.Connection, owner: str) -> list[ShelfRow]:
    """Return the owner's shelves by their names, upper and lower case alike."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM shelves WHERE owner = ?", (owner,))  # noqa: S608
    return sorted(map(_shelf, rows), key=lambda shelf: (shelf.name.casefold(), shelf.name))


def get(connection: sqlite3.Connection, owner: str, name: str) -> ShelfRow:
    """Return a shelf by its name, or its id. Raises NotFound."""
    for shelf in listed(connection, owner):
        if shelf.name.casefold() == name.casefold() or shelf.id == name:
            return shelf
    raise NotFound(f"There is no shelf named {name!r}.", hint="sotto kb list shows them", field="knowledge")


def add(connection: sqlite3.Connection, owner: str, name: str, now: float) -> ShelfRow:
    """Note a new, empty shelf. Raises BadValue, also where the name is taken."""
    there = listed(connection, owner)
    if len(there) >= MOST_SHELVES:
        raise BadValue(
            f"There are {MOST_SHELVES} shelves already, the most that are kept.",
            hint="Remove one that is no longer needed: sotto kb remove NAME",
            field="name",
        )
    named = checked_name(name)
    if any(shelf.name.casefold() == named.casefold() for shelf in there):
        raise BadValue(
            f"There is a shelf named {named!r} already.",
            hint="Choose another name, or add to that one",
            field="name",
        )
    shelf = ShelfRow(new_id(), owner, named, now)
    connection.execute(
        f"INSERT INTO shelves ({_COLUMNS}) VALUES (?, ?, ?, ?)",  # noqa: S608
        (shelf.id, owner, shelf.name, now),
    )
    return shelf


def remove(connection: sqlite3.Connection, owner: str, shelf_id: str) -> None:
    """Forget a shelf; its folder is to be removed then. Raises NotFound."""
    shelf = get(connection, owner, shelf_id)
    connection.execute("DELETE FROM shelves WHERE id = ? AND owner = ?", (shelf.id, owner))


def put_back(connection: sqlite3.Connection, shelf: ShelfRow) -> None:
    """Note a shelf whose folder is there already, unless it is noted."""
    connection.execute(
        f"INSERT OR IGNORE INTO shelves ({_COLUMNS}) VALUES (?, ?, ?, ?)",  # noqa: S608
        (shelf.id, shelf.owner, shelf.name, shelf.created),
    )


def take_off(connection: sqlite3.Connection, shelf: ShelfRow) -> None:
    """Forget a shelf whose folder stays where it is, if it is noted."""
    connection.execute("DELETE FROM shelves WHERE id = ? AND owner = ?", (shelf.id, shelf.owner))


def everyone(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the ids of all shelves of all owners, to tell folders that nobody has."""
    return frozenset(shelf_id for (shelf_id,) in connection.execute("SELECT id FROM shelves"))


def checked_name(text: str) -> str:
    """Return a name as it is kept: on one line, and nothing that a command line would misread."""
    name = " ".join(clean(text).split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or re.search(r"^-|[/\\,]", name):
        raise BadValue(
            f"A shelf's name has 1 to {LONGEST_NAME} characters, no slash, backslash or comma,"
            " and no hyphen in front.",
            hint="Name it after what stands on it, such as handbook",
            field="name",
        )
    return name


def _shelf(row: tuple[Any, ...]) -> ShelfRow:
    return ShelfRow(*intact(row, (str, str, str, float)))
