"""Chats from elsewhere are taken in, as often as somebody likes.

A function over a connection, like those of chats.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from sottovoce.store import chats, rows
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.values import derived_id


def adopt(
    connection: sqlite3.Connection, owner: str, chat: Chat, tree: Iterable[StoredMessage]
) -> tuple[bool, int]:
    """Take in a chat from elsewhere; say whether it is new, and how many of its messages were.

    Parents come before their children.
    What is here already stays as it is, so adopting twice adds nothing; a reader whose place is not the end
    of a branch any more goes on to its end. An id that belongs to somebody or something else is replaced,
    each time by the same one.
    """
    home = _own(connection, "chats", "owner", chat.id, owner, owner)
    new = not connection.execute("SELECT 1 FROM chats WHERE id = ?", (home,)).fetchone()
    if new:
        rows.insert_chat(connection, replace(chat, id=home, owner=owner, leaf=None))
    names: dict[str, str] = {}
    added = 0
    for message in tree:
        name = names[message.id] = _own(connection, "messages", "chat", message.id, home, owner)
        if connection.execute("SELECT 1 FROM messages WHERE id = ?", (name,)).fetchone():
            continue
        parent = names[message.parent] if message.parent else None
        rows.insert_message(connection, owner, replace(message, id=name, chat=home, parent=parent))
        added += 1
    if added:
        _find_reader(connection, owner, home, names.get(chat.leaf or "") or list(names.values())[-1])
    return new, added


def _find_reader(connection: sqlite3.Connection, owner: str, chat: str, place: str) -> None:
    """Have a reader who has no place in a chat go to this one, and any other to what now follows theirs."""
    own = chats.get(connection, owner, chat).leaf
    if own is None:
        connection.execute("UPDATE chats SET leaf = ? WHERE id = ? AND owner = ?", (place, chat, owner))
    else:
        chats.go_to(connection, owner, chat, own)


def _own(connection: sqlite3.Connection, table: str, within: str, key: str, whose: str, owner: str) -> str:
    """Return the id itself where it is free or already there `within` whose it is to be, else one derived."""
    row = connection.execute(f"SELECT {within} FROM {table} WHERE id = ?", (key,)).fetchone()  # noqa: S608
    return key if row is None or row[0] == whose else derived_id(owner, whose, key)
