"""How a person keeps order among their chats: pinned at the top, archived out of sight, in folders.

Functions over a connection, like those of chats.py. A folder is nothing but the name its chats have in
common: it is there as long as one of them is in it. None of this counts as a change of the chat.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sottovoce.core.errors import NotFound
from sottovoce.store import chats
from sottovoce.store.faults import intact
from sottovoce.store.values import clean

MOST_FOLDER = 100
"""Characters of a folder's name."""


@dataclass(frozen=True, slots=True)
class Folder:
    """How many chats of this name there are: `chats` that are not archived, and `archived` ones."""

    name: str
    chats: int
    archived: int


def pin(connection: sqlite3.Connection, owner: str, chat_id: str, *, pinned: bool) -> None:
    """Place a chat before all that are not pinned, or no longer. Raises NotFound."""
    _set(connection, owner, chat_id, "pinned", pinned)


def archive(connection: sqlite3.Connection, owner: str, chat_id: str, *, archived: bool) -> None:
    """Leave a chat out of the list, or take it back there. Raises NotFound."""
    _set(connection, owner, chat_id, "archived", archived)


def put_in(connection: sqlite3.Connection, owner: str, chat_id: str, folder: str) -> None:
    """Put a chat in the folder of this name, or with "" in none. Raises NotFound."""
    _set(connection, owner, chat_id, "folder", name_of(folder))


def folders(connection: sqlite3.Connection, owner: str) -> list[Folder]:
    """Return the folders by their names, upper and lower case alike."""
    rows = connection.execute(
        """SELECT folder, sum(archived = 0), sum(archived) FROM chats
           WHERE owner = ? AND folder <> '' GROUP BY folder""",
        (owner,),
    )
    found = [Folder(*intact(row, (str, int, int))) for row in rows]
    return sorted(found, key=lambda folder: (folder.name.casefold(), folder.name))


def rename_folder(connection: sqlite3.Connection, owner: str, folder: str, name: str) -> None:
    """Put all chats of a folder in the one of this name, or with "" in none. Raises NotFound."""
    moved = connection.execute(
        "UPDATE chats SET folder = ? WHERE owner = ? AND folder = ?", (name_of(name), owner, folder)
    )
    if not folder or not moved.rowcount:
        raise NotFound(f"There is no folder {folder!r}.", hint="GET /app/api/folders lists the folders")


def name_of(text: str) -> str:
    """Return the name of a folder as it is kept: on one line, and of bounded length."""
    return " ".join(clean(text).split())[:MOST_FOLDER].rstrip()


def _set(connection: sqlite3.Connection, owner: str, chat_id: str, what: str, value: bool | str) -> None:
    chat = chats.get(connection, owner, chat_id)
    connection.execute(
        f"UPDATE chats SET {what} = ? WHERE id = ? AND owner = ?",  # noqa: S608
        (value, chat.id, owner),
    )
