"""What a page shows of the chats: a list piece by piece, a branch with its alternatives, one answer.

Functions over a connection, like those of chats.py, which does all the writing.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.grounds import Ground
from sottovoce.core.messages import Role
from sottovoce.store import attachments, chats, grounds
from sottovoce.store.attachments import Listed
from sottovoce.store.rows import Chat, StoredMessage

PLACE = re.compile(r"([01])_(-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?)_(\d{1,18})", re.ASCII)
"""Of a chat in the list: whether it is pinned, when it was changed, and its row."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some chats: the pinned ones first, then the one changed last.

    `further` asks for those after them; None: that is all.
    """

    chats: list[Chat]
    further: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of a branch, and the ids of all that could stand in its place, itself among them.

    `below` counts the messages that follow it, on all branches.
    """

    message: StoredMessage
    alternatives: tuple[str, ...]
    attached: tuple[Listed, ...] = ()
    below: int = 0
    grounds: tuple[Ground, ...] = ()


def page(
    connection: sqlite3.Connection,
    owner: str,
    limit: int,
    before: str | None = None,
    *,
    archived: bool | None = None,
    folder: str | None = None,
    unfiled: bool = False,
) -> Page:
    """Return the first chats of the list, or those that follow an earlier page.

    `archived`: whether they are, `folder` which one they are in, "" none; None: as it may be.
    `unfiled`: those in no folder, and the pinned ones wherever they are.
    """
    found = connection.execute(
        """SELECT id, pinned, changed, rowid FROM chats
           WHERE owner = ? AND (pinned, changed, rowid) < (?, ?, ?)
           AND archived = coalesce(?, archived) AND folder = coalesce(?, folder)
           AND (NOT ? OR pinned OR folder = '')
           ORDER BY pinned DESC, changed DESC, rowid DESC LIMIT ?""",
        (owner, *_place(before), archived, folder, unfiled, limit + 1),
    ).fetchall()
    shown = [chats.get(connection, owner, chat) for chat, *_ in found[:limit]]
    further = "{}_{!r}_{}".format(*found[limit - 1][1:]) if len(found) > limit else None
    return Page(shown, further)


def branch(connection: sqlite3.Connection, owner: str, chat_id: str, leaf: str | None = None) -> list[Shown]:
    """Return the messages from the root to the leaf, each with its alternatives and what was given with it.

    Raises NotFound.
    """
    messages = chats.branch(connection, owner, chat_id, leaf)
    named = [one.id for one in messages]
    attached = attachments.listed(connection, owner, named)
    found = grounds.of(connection, owner, named)
    below = _below(connection, owner, messages[0].chat) if messages else {}
    return [
        Shown(
            one,
            tuple(chats.siblings(connection, owner, one.id)),
            attached.get(one.id, ()),
            below.get(one.id, 0),
            found.get(one.id, ()),
        )
        for one in messages
    ]


def versions(connection: sqlite3.Connection, owner: str, chat_id: str, message_id: str) -> list[Shown]:
    """Return all that could stand in a message's place, in the order of writing. Raises NotFound."""
    chats.get_message(connection, owner, chat_id, message_id)
    ids = tuple(chats.siblings(connection, owner, message_id))
    attached = attachments.listed(connection, owner, ids)
    found = grounds.of(connection, owner, ids)
    below = _below(connection, owner, chat_id)
    return [
        Shown(
            chats.get_message(connection, owner, chat_id, one),
            ids,
            attached.get(one, ()),
            below.get(one, 0),
            found.get(one, ()),
        )
        for one in ids
    ]


def _below(connection: sqlite3.Connection, owner: str, chat: str) -> dict[str, int]:
    """Return how many messages follow each of a chat that any do."""
    rows = connection.execute(
        "SELECT id, parent FROM messages WHERE chat = ? AND owner = ? ORDER BY number DESC", (chat, owner)
    )
    below: dict[str, int] = {}
    for message, parent in rows:  # children before their parents
        if parent is not None:
            below[parent] = below.get(parent, 0) + below.get(message, 0) + 1
    return below


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


def _place(before: str | None) -> tuple[int, float, int]:
    """Return where in the list a page begins: after a chat with these three, or before all of them."""
    if before is None:
        return 2, 0.0, 0
    found = PLACE.fullmatch(before)
    if found is None:
        raise BadValue(
            "This is no place in the list of chats.",
            hint="Give the `further` of an earlier page, or leave it out",
            field="before",
        )
    return int(found[1]), float(found[2]), int(found[3])
