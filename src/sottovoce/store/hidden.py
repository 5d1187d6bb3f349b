"""What of a chat is hidden from models elsewhere, and whom its owner lets answer it.

Functions over a connection, like those of chats.py. Does not know what the placeholders mean.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from sottovoce.core.errors import StoreDamaged


@dataclass(frozen=True, slots=True)
class Hidden:
    """`masks` is what JSON holds of the placeholders; None: nothing was hidden yet.

    `never` are values that are not personal, `own` words to hide besides. `always` names the model elsewhere
    that answers the chat without being asked for each time, as its owner described it then.
    """

    masks: Any = None
    never: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    always: str = ""


NOTHING = Hidden()


def of(connection: sqlite3.Connection, owner: str, chat: str) -> Hidden:
    """Return what is known of a chat, by its whole id. Raises StoreDamaged."""
    row = connection.execute(
        "SELECT masks, never, own, always FROM hidden WHERE chat = ? AND owner = ?", (chat, owner)
    ).fetchone()
    if row is None:
        return NOTHING
    try:
        masks, never, own = (json.loads(text) for text in row[:3])
        return Hidden(masks, tuple(map(str, never)), tuple(map(str, own)), row[3])
    except (ValueError, TypeError) as problem:
        raise damaged() from problem


def always(connection: sqlite3.Connection, owner: str, chat: str) -> str:
    """Return whom the owner lets answer a chat, as Hidden has it, also where the rest cannot be read."""
    row = connection.execute(
        "SELECT always FROM hidden WHERE chat = ? AND owner = ?", (chat, owner)
    ).fetchone()
    return "" if row is None else str(row[0])


def keep(connection: sqlite3.Connection, owner: str, chat: str, hidden: Hidden) -> None:
    """Put this in the place of what was known of a chat."""
    texts = (json.dumps(part, ensure_ascii=False) for part in (hidden.masks, hidden.never, hidden.own))
    connection.execute(
        "INSERT OR REPLACE INTO hidden (chat, owner, masks, never, own, always) VALUES (?, ?, ?, ?, ?, ?)",
        (chat, owner, *texts, hidden.always),
    )


def set_always(connection: sqlite3.Connection, owner: str, chat: str, always: str) -> None:
    """Have a model elsewhere answer a chat from now on; empty: none."""
    connection.execute(
        """INSERT INTO hidden (chat, owner, masks, always) VALUES (?, ?, 'null', ?)
           ON CONFLICT (chat) DO UPDATE SET always = excluded.always WHERE owner = excluded.owner""",
        (chat, owner, always),
    )


def remove(connection: sqlite3.Connection, owner: str, chat: str) -> None:
    """Forget it with the chat."""
    connection.execute("DELETE FROM hidden WHERE chat = ? AND owner = ?", (chat, owner))


def clear(connection: sqlite3.Connection, owner: str, chat: str) -> None:
    """Forget what stands for what, when something that was said in the chat is deleted."""
    connection.execute(
        "UPDATE hidden SET masks = 'null', never = '[]', own = '[]' WHERE chat = ? AND owner = ?",
        (chat, owner),
    )


def damaged() -> StoreDamaged:
    return StoreDamaged(
        "What is hidden of this chat from models elsewhere cannot be read.",
        hint="Begin a new chat for what is to be asked elsewhere",
    )
