"""Questions that wait to be answered by a model elsewhere: kept until they are, and answered once.

Functions over a connection, like those of chats.py. One program at a time has a question in hand; a question
that is answered is deleted in the transaction that adds its answer. Knows no network, no consent and no
placeholders. `now` is in seconds since 1970.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sottovoce.core.errors import NotFound, StoreDamaged
from sottovoce.store.faults import intact
from sottovoce.store.values import clean

SHORTEST_ID = 4
"""Characters of an id that are enough, when no other begins with them."""

SENDER_GONE = "The program that was asking ended before an answer came."

MOST_SENT = 6
"""So often may a question leave this machine by itself; then somebody has to ask for it."""


class Progress(StrEnum):
    """How far a question has come. An answered one is not there any more."""

    WAITING = "waiting"
    SENDING = "sending"
    STOPPED = "stopped"
    """Nothing more is sent until somebody asks for it."""


class Consent(StrEnum):
    """What the person said yes to."""

    TEXT = "text"
    """To this very text."""
    CHAT = "chat"
    """To everything in this chat."""
    WITHDRAWN = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """`said` and `masks` are what JSON holds of the text with placeholders, and of what they stand for.

    `place` is what was described under the name `upstream` when the person said yes. `sent`: how often it
    left, or may have. `failed`: how often in a row no answer came; not `due` before that moment.
    """

    id: str
    owner: str
    chat: str
    question: str
    upstream: str
    place: str
    consent: Consent
    said: Any
    masks: Any
    sha256: str
    state: Progress
    sender: str
    reason: str
    sent: int
    failed: int
    asked: float
    due: float


COLUMNS = (
    "id, owner, chat, question, upstream, place, consent, said, masks, sha256, state, sender, reason, "
    "sent, failed, asked, due"
)
_KINDS = (
    str, str, str, str, str, str, str, str, str, str, str, str, str, int, int, float, float,
)  # fmt: skip


def put(connection: sqlite3.Connection, one: Waiting) -> None:
    """Write a question down, in the place of the same one to the same model: it is answered once."""
    connection.execute(
        "DELETE FROM waiting WHERE question = ? AND upstream = ? AND owner = ?",
        (one.question, one.upstream, one.owner),
    )
    connection.execute(
        f"INSERT INTO waiting ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            one.id, one.owner, one.chat, one.question, one.upstream, one.place, one.consent,
            json.dumps(one.said, ensure_ascii=False), json.dumps(one.masks, ensure_ascii=False), one.sha256,
            one.state, one.sender, clean(one.reason), one.sent, one.failed, one.asked, one.due,
        ),
    )  # fmt: skip


def get(connection: sqlite3.Connection, owner: str, waiting_id: str) -> Waiting:
    """Return a question by its id or the beginning of it. Raises NotFound, StoreDamaged."""
    wanted = waiting_id.strip().lower()
    if len(wanted) >= SHORTEST_ID:
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM waiting WHERE substr(id, 1, ?) = ? AND owner = ? LIMIT 2",  # noqa: S608
            (len(wanted), wanted, owner),
        ).fetchall()
        if len(rows) == 1:
            return _read(rows[0])
    raise NotFound(f"No question {waiting_id!r} waits.", hint="sotto later list")


def listed(connection: sqlite3.Connection, owner: str, chat: str | None = None) -> list[Waiting]:
    """Return what waits in a chat, by its whole id, or in all; the oldest first. Raises StoreDamaged."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM waiting WHERE owner = ? AND ? IN ('', chat) ORDER BY asked, rowid",  # noqa: S608
        (owner, chat or ""),
    )
    return [_read(row) for row in rows]


def is_any(connection: sqlite3.Connection) -> bool:
    """Return whether anything waits at all."""
    return connection.execute("SELECT 1 FROM waiting LIMIT 1").fetchone() is not None


def everyones(connection: sqlite3.Connection) -> list[Waiting]:
    """Return what waits of all owners, the oldest first. Raises StoreDamaged."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM waiting ORDER BY asked, rowid")  # noqa: S608
    return [_read(row) for row in rows]


def claim(connection: sqlite3.Connection, waiting_id: str, sender: str) -> bool:
    """Take a question in hand to send it; return whether nobody else has it, and it is still there."""
    changed = connection.execute(
        """UPDATE waiting SET state = 'sending', sender = ?, sent = sent + 1
           WHERE id = ? AND state != 'sending'""",
        (sender, waiting_id),
    )
    return changed.rowcount == 1


def take_out(connection: sqlite3.Connection, waiting_id: str, sender: str) -> bool:
    """Delete a question that this sender has in hand; return whether it was there.

    Its answer is added in the same transaction where it was, and not at all where it was not.
    """
    gone = connection.execute("DELETE FROM waiting WHERE id = ? AND sender = ?", (waiting_id, sender))
    return gone.rowcount == 1


def put_back(
    connection: sqlite3.Connection,
    waiting_id: str,
    sender: str,
    reason: str,
    due: float | None,
    *,
    sent: bool,
) -> None:
    """Put back what this sender has in hand; one that is gone stays so.

    Without `due` nothing more is sent by itself; without `sent`, it never left.
    """
    state = Progress.STOPPED if due is None else Progress.WAITING
    connection.execute(
        """UPDATE waiting SET state = ?, sender = '', reason = ?, due = ?, sent = sent - ?,
             failed = failed + 1 WHERE id = ? AND sender = ?""",
        (state, clean(reason), due or 0.0, 0 if sent else 1, waiting_id, sender),
    )


def hold(connection: sqlite3.Connection, waiting_id: str, reason: str) -> None:
    """Say why a question that nobody has in hand waits on."""
    connection.execute(
        "UPDATE waiting SET reason = ? WHERE id = ? AND state != 'sending'", (clean(reason), waiting_id)
    )


def put_off(connection: sqlite3.Connection, upstream: str, due: float, reason: str = "") -> None:
    """Have what waits for a model elsewhere wait until a moment: asking for each is no use, or all can go.

    The reason is told of those that have none of their own.
    """
    connection.execute(
        """UPDATE waiting SET due = ?, reason = CASE WHEN reason IN ('', ?) THEN ? ELSE reason END
           WHERE upstream = ? AND state = 'waiting'""",
        (due, SENDER_GONE, clean(reason), upstream),
    )


def begin_anew(connection: sqlite3.Connection, waiting_id: str, now: float) -> None:
    """Have a question sent as soon as may be, also one that was given up."""
    connection.execute(
        "UPDATE waiting SET state = 'waiting', failed = 0, due = ? WHERE id = ? AND state != 'sending'",
        (now, waiting_id),
    )


def withdraw(connection: sqlite3.Connection, owner: str, chat: str) -> None:
    """End what was said yes to in a chat, by its whole id: nothing that waits there is sent any more."""
    connection.execute("UPDATE waiting SET consent = '' WHERE owner = ? AND chat = ?", (owner, chat))


def drop(connection: sqlite3.Connection, owner: str, waiting_id: str) -> Waiting:
    """Forget a question, also one that is being sent: its answer is then not added. Raises NotFound."""
    found = get(connection, owner, waiting_id)
    connection.execute("DELETE FROM waiting WHERE id = ? AND owner = ?", (found.id, owner))
    return found


def remove(connection: sqlite3.Connection, owner: str, chat: str) -> None:
    """Forget all that waits in a chat, with the chat."""
    connection.execute("DELETE FROM waiting WHERE chat = ? AND owner = ?", (chat, owner))


def remove_with(connection: sqlite3.Connection, owner: str, messages: Sequence[str]) -> None:
    """Forget what waits for an answer to any of these messages, with the messages."""
    connection.executemany(
        "DELETE FROM waiting WHERE question = ? AND owner = ?", [(message, owner) for message in messages]
    )


def release(connection: sqlite3.Connection, is_gone: Callable[[str], bool]) -> int:
    """Let go of questions whose sender is gone; return how many. They may have left this machine."""
    rows = connection.execute("SELECT id, sender FROM waiting WHERE state = 'sending'").fetchall()
    left = [name for name, sender in rows if is_gone(sender)]
    connection.executemany(
        """UPDATE waiting SET state = CASE WHEN sent < ? THEN 'waiting' ELSE 'stopped' END,
             sender = '', due = 0, reason = ? WHERE id = ?""",
        [(MOST_SENT, SENDER_GONE, name) for name in left],
    )
    return len(left)


def _read(row: tuple[Any, ...]) -> Waiting:
    values = list(intact(row, _KINDS))
    try:
        values[6:9] = [Consent(str(values[6])), json.loads(str(values[7])), json.loads(str(values[8]))]
        values[10] = Progress(str(values[10]))
    except ValueError as problem:
        raise StoreDamaged(
            "A question that waits to be answered elsewhere cannot be read.",
            hint="Delete its chat, or restore a backup: sotto doctor",
            detail=str(problem),
        ) from problem
    return Waiting(*values)
