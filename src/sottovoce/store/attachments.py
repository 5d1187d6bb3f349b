"""Texts given along with a question, under names that can be shown anywhere.

Functions over a connection, inside a transaction of db.py. Knows nothing of how a model is told of them,
and does not index their words: chats.py does that with those of the question.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sottovoce.core.errors import NotFound, TooLarge
from sottovoce.store.faults import intact

MOST = 20
"""Of one question."""

MOST_CHARACTERS = 16 << 20
"""Of all that is attached to one question; a request's body holds no more either."""

MOST_NAME = 120
MOST_ENDING = 16
"""Characters behind a name's last dot that are kept when it is cut."""

NAMELESS = "text"

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""What has no shape of its own: control characters, those that turn the direction, halves of a pair."""

_JOINERS = "\u200c\u200d"
"""Unseen as well, but Persian words and many emoji are made with them."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Names an attachment of a question that was asked before."""

    message: str
    number: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An attachment without its text."""

    number: int
    name: str
    characters: int


def name_of(given: str) -> str:
    """Return a file's name as it is kept: without folders and unseen characters, in one line, not too long.

    web/shared/attachments.ts does the same, so that a page shows beforehand what is kept.
    """
    parts = [part for part in re.split(r"[/\\]", given) if part.strip(". ")]
    spaced = "".join(" " if char.isspace() else char for char in (parts or [""])[-1])
    seen = (char for char in spaced if char in _JOINERS or unicodedata.category(char) not in _UNSEEN)
    name = " ".join("".join(seen).split())
    if not name.strip(f". {_JOINERS}"):
        return NAMELESS
    if len(name) <= MOST_NAME:
        return name
    _, dot, ending = name.rpartition(".")
    tail = f"…{dot}{ending}" if dot and len(ending) <= MOST_ENDING else "…"
    return name[: MOST_NAME - len(tail)] + tail


def searched(text: str, attachments: Sequence[Attachment]) -> str:
    """Return all that is to be found of a question: its own words, and each name with its text."""
    return "\n\n".join([text, *(f"{attachment.name}\n{attachment.text}" for attachment in attachments)])


def add(connection: sqlite3.Connection, owner: str, message: str, attachments: Sequence[Attachment]) -> None:
    """Store the attachments of a message that has none yet."""
    connection.executemany(
        "INSERT INTO attachments (message, number, owner, name, text) VALUES (?, ?, ?, ?, ?)",
        [(message, number, owner, one.name, one.text) for number, one in enumerate(attachments, 1)],
    )


def of(
    connection: sqlite3.Connection, owner: str, messages: Sequence[str]
) -> dict[str, tuple[Attachment, ...]]:
    """Return the attachments of those of the messages that have any, in their order."""
    rows = connection.execute(
        """SELECT message, name, text FROM attachments
           WHERE message IN (SELECT value FROM json_each(?)) AND owner = ? ORDER BY message, number""",
        (json.dumps(list(messages)), owner),
    )
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in rows:
        message, name, text = intact(row, (str, str, str))
        found[message] = (*found.get(message, ()), Attachment(name, text))
    return found


def listed(
    connection: sqlite3.Connection, owner: str, messages: Sequence[str]
) -> dict[str, tuple[Listed, ...]]:
    """Return the same without their texts."""
    rows = connection.execute(
        """SELECT message, number, name, length(text) FROM attachments
           WHERE message IN (SELECT value FROM json_each(?)) AND owner = ? ORDER BY message, number""",
        (json.dumps(list(messages)), owner),
    )
    found: dict[str, tuple[Listed, ...]] = {}
    for row in rows:
        message, *facts = intact(row, (str, int, str, int))
        found[message] = (*found.get(message, ()), Listed(*facts))
    return found


def get(connection: sqlite3.Connection, owner: str, chat: str, message: str, number: int) -> Attachment:
    """Return one attachment of a message in a chat. Raises NotFound."""
    row = connection.execute(
        """SELECT a.name, a.text FROM attachments AS a JOIN messages AS m ON m.id = a.message
           WHERE a.message = ? AND a.number = ? AND m.chat = ? AND a.owner = ?""",
        (message, number, chat, owner),
    ).fetchone()
    if row is None:
        raise _gone()
    return Attachment(*intact(row, (str, str)))


def taken(
    connection: sqlite3.Connection, owner: str, given: Sequence[Attachment | Kept]
) -> tuple[Attachment, ...]:
    """Return what is to be stored: texts as given, and copies of those that are kept.

    Raises NotFound, and TooLarge where all together are longer than what could be sent at once.
    """
    found: list[Attachment] = []
    left = MOST_CHARACTERS
    for one in given:
        found.append(one if isinstance(one, Attachment) else _copied(connection, owner, one))
        left -= len(found[-1].text)
        if left < 0:
            raise TooLarge(
                f"What is attached to this question has more than {MOST_CHARACTERS >> 20} MB.",
                hint="Leave some of it out, and ask about that in another question",
                field="attachments",
            )
    return tuple(found)


def remove(connection: sqlite3.Connection, owner: str, messages: Sequence[str]) -> None:
    """Remove the attachments of these messages; to be done before those themselves go."""
    connection.execute(
        "DELETE FROM attachments WHERE message IN (SELECT value FROM json_each(?)) AND owner = ?",
        (json.dumps(list(messages)), owner),
    )


def _copied(connection: sqlite3.Connection, owner: str, kept: Kept) -> Attachment:
    row = connection.execute(
        "SELECT name, text FROM attachments WHERE message = ? AND number = ? AND owner = ?",
        (kept.message, kept.number, owner),
    ).fetchone()
    if row is None:
        raise _gone()
    return Attachment(*intact(row, (str, str)))


def _gone() -> NotFound:
    return NotFound(
        "There is no such attachment.",
        hint="Open the chat anew: it shows what is attached",
        field="attachments",
    )
