"""What a page shows of the chats: a list piece by piece, a branch with its alternatives, one answer.

Functions over a connection, like those of chats.py, which does all the writing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.messages import Role
from sottovoce.store import chats
from sottovoce.store.chats import Chat, StoredMessage


@dataclass(frozen=True, slots=True)
class Page:
    """Some chats, the one changed last first. `further` asks for those after them; None: that is all."""

    chats: list[Chat]
    further: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of a branch, and the ids of all that could stand in its place, itself among them."""

    message: StoredMessage
    alternatives: tuple[str, ...]


def page(connection: sqlite3.Connection, owner: str, limit: int, before: str | None = None) -> Page:
    """Return the chats that were changed last, or those that follow an earlier page."""
    changed, row = _place(before) if before is not None else (float("inf"), 0)
    found = connection.execute(
        """SELECT id, changed, rowid FROM chats
           WHERE owner = ? AND (changed < ? OR (changed = ? AND rowid < ?))
           ORDER BY changed DESC, rowid DESC LIMIT ?""",
        (owner, changed, changed, row, limit + 1),
    ).fetchall()
    shown = [chats.get(connection, owner, chat) for chat, _, _ in found[:limit]]
    further = f"{found[limit - 1][1]!r}_{found[limit - 1][2]}" if len(found) > limit else None
    return Page(shown, further)


def branch(connection: sqlite3.Connection, owner: str, chat_id: str, leaf: str | None = None) -> list[Shown]:
    """Return the messages from the root to the leaf, each with its alternatives. Raises NotFound."""
    messages = chats.branch(connection, owner, chat_id, leaf)
    return [Shown(one, tuple(chats.siblings(connection, owner, one.id))) for one in messages]


def answer(connection: sqlite3.Connection, owner: str, chat_id: str, message_id: str) -> StoredMessage:
    """Return one answer of a chat. Raises NotFound, in the same words for another owner's."""
    try:
        found = chats.get_message(connection, owner, chat_id, message_id)
    except NotFound:
        raise _no_answer() from None
    if found.role is not Role.ASSISTANT:
        raise _no_answer()
    return found


def _no_answer() -> NotFound:
    return NotFound("There is no such answer.", hint="Open the chat anew: it shows what there is")


def _place(before: str) -> tuple[float, int]:
    changed, _, row = before.partition("_")
    try:
        return float(changed), int(row)
    except ValueError:
        raise BadValue(
            "This is no place in the list of chats.",
            hint="Give the `further` of an earlier page, or leave it out",
            field="before",
        ) from None
