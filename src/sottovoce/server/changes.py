"""What changed here, told to every page that is open: which chat, the models, the settings. Ids only.

A page that was away asks for what it missed; where that is no longer known it is told that all may have
changed. Knows nothing of HTTP, nor of what the changes are.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from sqlite3 import Connection

from sottovoce.core.errors import Busy
from sottovoce.core.feed import Feed
from sottovoce.store.db import Database

MOST_KEPT = 512
MOST_READERS = 64
"""Windows that are looked at, of all browsers together."""


class What(StrEnum):
    """What a change is of."""

    CHAT = "chat"
    """One chat: asked in, answered, renamed, moved, deleted. Its id is told."""
    CHATS = "chats"
    """Some chats, nobody knows which: another program of this home wrote, or a file was imported."""
    MODELS = "models"
    PULL = "pull"
    """A download began or ended. Its id is told."""
    SHELF = "shelf"
    """A shelf of documents: made, changed, removed, or being brought in step. Its id is told."""
    SETTINGS = "settings"
    """What the status says: the model that answers, the network, whether it is loaded. And the presets."""
    SESSIONS = "sessions"
    """A browser was signed in or out."""
    ALL = "all"
    """Anything: what happened meanwhile is not known any more."""
    HERE = "here"
    """Nothing: from this point on all is told."""


@dataclass(frozen=True, slots=True)
class Change:
    """`owner` is whose it is; None: everybody's."""

    what: What
    id: str = ""
    owner: str | None = None


@dataclass(slots=True)
class Changes:
    """All changes since the start, the newest kept. A place among them is `run-number`."""

    most_kept: int = MOST_KEPT
    most_readers: int = MOST_READERS
    readers: int = 0
    _feed: Feed[Change] = field(init=False)
    _run: str = field(default_factory=lambda: secrets.token_hex(4))

    def __post_init__(self) -> None:
        self._feed = Feed(most=self.most_kept)

    def tell(self, what: What, id: str = "", owner: str | None = None) -> None:  # noqa: A002
        self._feed.tell(Change(what, id, owner))

    def end(self) -> None:
        """Let every reader go."""
        self._feed.end()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place among the readers. Raises Busy where there is none."""
        if self.readers >= self.most_readers:
            raise Busy(
                f"{self.readers} windows follow what changes here already.",
                hint="Close some; this one looks every few seconds meanwhile",
                retry_after=30,
            )
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1

    async def follow(self, owner: str, after: str = "") -> AsyncGenerator[tuple[str, Change], None]:
        """Yield what changes after a place, with the place of each, first of all where this begins.

        `after` "" is now. One who is told of a gap has missed nothing once everything is fetched anew.
        """
        at = self._number(after)
        if at is None:
            at = self._feed.last
            yield self._place(at), Change(What.ALL if after else What.HERE)
        else:
            yield self._place(at), Change(What.HERE)
        async with aclosing(self._feed.follow(at)) as changes:
            async for number, change in changes:
                if number > at + 1:
                    yield self._place(number - 1), Change(What.ALL)
                at = number
                if change.owner in (None, owner):
                    yield self._place(number), change

    def _number(self, place: str) -> int | None:
        """Return the number of a place of this run, or None where it is none that may be gone on from."""
        run, _, number = place.partition("-")
        if run != self._run or not (number.isascii() and number.isdigit() and len(number) < 16):
            return None
        return int(number) if int(number) <= self._feed.last else None

    def _place(self, number: int) -> str:
        return f"{self._run}-{number}"


class Elsewhere:
    """Finds out whether another program of this home wrote to its database, the terminal for one.

    Which of the chats it wrote in SQLite does not tell.
    """

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes
        self._version: int | None = None

    async def look(self) -> None:
        """Tell of it where somebody else wrote since the last look. Raises StoreProblem."""
        version = await self._database.read(_version)
        if self._version not in (None, version):
            self._changes.tell(What.CHATS)
        self._version = version


def _version(connection: Connection) -> int:
    """Return a number that changes when another connection has written, and not for what this one writes."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)
