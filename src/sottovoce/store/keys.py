"""The keys that let programs in: made, found again by what a program shows, listed, removed.

The key itself is never kept, only a hash of it; 256 random bits need no slow one. Knows nothing of
requests, nor what a scope opens.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.store.faults import intact

PREFIX = "sk-sotto-"
"""How every key begins, so that people and scanners for lost secrets know one when they see it."""

LONGEST_NAME = 64

_BYTES = 32
_HINT = 4
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a key is for and how far it reaches. None: without limit, without end."""

    name: str
    scopes: tuple[str, ...]
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    at_once: int | None = None
    expires: float | None = None
    shelves: tuple[str, ...] = ()
    """Ids of its maker's shelves that it may ask."""


@dataclass(frozen=True, slots=True)
class Key:
    """`hint` is the end of the key, `used` the hour of its last use."""

    id: str
    terms: Terms
    hint: str
    created: float
    used: float | None
    hash: bytes = field(repr=False)

    @property
    def owner(self) -> str:
        return f"key-{self.id}"


def add(connection: sqlite3.Connection, terms: Terms, now: float) -> tuple[Key, str]:
    """Store a new key; return it with the secret that its user shows, which is nowhere else.

    Raises BadValue when the name cannot be one, or is taken.
    """
    _check_name(connection, terms.name)
    secret = PREFIX + base64.b32encode(secrets.token_bytes(_BYTES)).decode().rstrip("=").lower()
    name = base64.b32encode(secrets.token_bytes(5)).decode().lower()
    key = Key(name, terms, secret[-_HINT:], now, None, digest(secret))
    connection.execute(
        f"INSERT INTO keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            key.id,
            terms.name,
            key.hash,
            key.hint,
            ",".join(terms.scopes),
            terms.requests_per_minute,
            terms.tokens_per_minute,
            terms.at_once,
            now,
            terms.expires,
            None,
            ",".join(terms.shelves),
        ),
    )
    return key, secret


def find(connection: sqlite3.Connection, secret: str, now: float) -> Key | None:
    """Return the key with this secret, unless there is none that is valid now."""
    return valid(listed(connection), secret, now)


def valid(known: Iterable[Key], secret: str, now: float) -> Key | None:
    """Return the one of these keys that has this secret and has not expired.

    Looks at all of them, and at all of each hash, so that its time tells nothing.
    """
    shown = digest(secret)
    found = None
    for key in known:
        if hmac.compare_digest(key.hash, shown):
            found = key
    return None if found is None or _is_over(found, now) else found


def listed(connection: sqlite3.Connection) -> list[Key]:
    """Return all keys, expired ones too, in the order of their making."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM keys ORDER BY created, rowid")  # noqa: S608
    return [_key(row) for row in rows]


def named(connection: sqlite3.Connection, name: str) -> Key:
    """Return the key of this name. Raises NotFound."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM keys WHERE name = ?", (name,)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(f"There is no key {name!r}.", hint="sotto keys list")
    return _key(row)


def owned(connection: sqlite3.Connection, key: Key) -> int:
    """Return how many responses are stored for a key."""
    (count,) = connection.execute("SELECT count(*) FROM responses WHERE owner = ?", (key.owner,)).fetchone()
    return int(count)


def remove(connection: sqlite3.Connection, key: Key) -> int:
    """Remove a key and the responses stored for it; return how many those were.

    Where there were any, `Database.scrub` then clears their traces.
    """
    connection.execute("DELETE FROM keys WHERE id = ?", (key.id,))
    gone = connection.execute("DELETE FROM responses WHERE owner = ?", (key.owner,)).rowcount
    if gone:
        connection.execute("INSERT OR IGNORE INTO unscrubbed VALUES (?)", (key.owner,))
    return gone


def note_use(connection: sqlite3.Connection, key_id: str, now: float) -> None:
    """Remember in which hour a key was used last; no finer, since nobody needs to know."""
    connection.execute("UPDATE keys SET used = ? WHERE id = ?", (hour(now), key_id))


def hour(at: float) -> float:
    return at // _HOUR * _HOUR


def digest(secret: str) -> bytes:
    # Whatever is shown can be no more than a wrong key, even half a character.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _is_over(key: Key, now: float) -> bool:
    return key.terms.expires is not None and key.terms.expires <= now


def _check_name(connection: sqlite3.Connection, name: str) -> None:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME or name.startswith("-"):
        raise BadValue(
            f"A key's name has 1 to {LONGEST_NAME} characters on one line, and does not begin with a dash.",
            hint="Name it after who uses it: sotto keys add laptop",
        )
    if connection.execute("SELECT 1 FROM keys WHERE name = ?", (name,)).fetchone():
        raise BadValue(
            f"There is a key {name!r} already.",
            hint="Choose another name, or remove that key first: sotto keys remove NAME",
        )


_COLUMNS = """id, name, hash, hint, scopes, requests_per_minute, tokens_per_minute, at_once, created, expires,
    used, shelves"""
_LIMIT = int | None
_WHEN = float | None
_KINDS = (str, str, bytes, str, str, _LIMIT, _LIMIT, _LIMIT, float, _WHEN, _WHEN, str)


def _key(row: tuple[Any, ...]) -> Key:
    name, called, hashed, hint, scopes, requests, tokens, at_once, created, expires, used, shelves = intact(
        row, _KINDS
    )
    terms = Terms(called, _split(scopes), requests, tokens, at_once, expires, _split(shelves))
    return Key(name, terms, hint, created, used, hashed)


def _split(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))
