"""What models elsewhere have used of money, tokens and data. Knows no limits and no prices."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass

from sottovoce.core.messages import OWNER
from sottovoce.store.faults import intact


@dataclass(frozen=True, slots=True)
class Spent:
    """`micro`: millionths of a currency. `tokens` read and written, `bytes` sent and received."""

    micro: int = 0
    tokens: int = 0
    bytes: int = 0


NOTHING = Spent()


def reserve(
    conn: sqlite3.Connection, upstream: str, most: Spent, currency: str, now: float, owner: str = OWNER
) -> str:
    """Put down the most that a question may use, before it is sent; return the id to settle it by."""
    made = secrets.token_hex(8)
    conn.execute(
        "INSERT INTO spending (id, owner, upstream, at, micro, currency, tokens, bytes, settled)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (made, owner, upstream, now, most.micro, currency, most.tokens, most.bytes),
    )
    return made


def settle(conn: sqlite3.Connection, made: str, used: Spent) -> None:
    """Put what a question did use in the place of what it might have; nothing used leaves no line."""
    if used == NOTHING:
        conn.execute("DELETE FROM spending WHERE id = ?", (made,))
        return
    conn.execute(
        "UPDATE spending SET micro = ?, tokens = ?, bytes = ?, settled = 1 WHERE id = ?",
        (used.micro, used.tokens, used.bytes, made),
    )


def total(conn: sqlite3.Connection, upstream: str, currency: str, since: float, until: float) -> Spent:
    """Return what an upstream has used from one moment to another, for all owners together.

    Money in this currency alone: there is no other to count it in.
    """
    row = conn.execute(
        "SELECT coalesce(sum(CASE WHEN currency = ? THEN micro ELSE 0 END), 0),"
        " coalesce(sum(tokens), 0), coalesce(sum(bytes), 0)"
        " FROM spending WHERE upstream = ? AND at >= ? AND at < ?",
        (currency, upstream, since, until),
    ).fetchone()
    return Spent(*intact(tuple(row), (int, int, int)))
