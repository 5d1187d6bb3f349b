"""What the child says, as nouns. Pure.

Nothing that it sends is trusted: a wrong shape raises LookupError, TypeError or ValueError.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any, get_args

from sottovoce.knowledge.document import Block, Kind, Reading
from sottovoce.knowledge.zim.header import Identity

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What could speak to a terminal. A new line and a tab stay."""

KINDS = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Facts:
    """What an encyclopaedia says of itself. `language`: as in the file, ISO 639-3, with commas between."""

    title: str
    language: str
    as_of: datetime.date | None
    """The day of the snapshot; None where the file does not say it."""
    licence: str
    description: str
    articles: int
    indexed: bool
    """Whether its texts can be searched. If not, only its titles can."""
    has_checksum: bool
    identity: Identity

    @property
    def written(self) -> float | None:
        """Return the snapshot's day as seconds since 1970, UTC."""
        if self.as_of is None:
            return None
        return datetime.datetime.combine(self.as_of, datetime.time(), datetime.UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Hit:
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article as blocks. `key` leads to it again: its title where that is enough, else its path."""

    path: str
    title: str
    key: str
    reading: Reading
    cut: bool
    """Whether its end was left out: it was too long."""


def facts_of(said: dict[str, Any], identity: Identity) -> Facts:
    def text(name: str) -> str:
        return line(said.get(name, ""))

    if said.get("uuid") != identity.uuid:
        raise ValueError("It opened another file.")
    try:
        as_of = datetime.date.fromisoformat(text("Date"))
    except ValueError:
        as_of = None
    return Facts(
        text("Title"),
        text("Language"),
        as_of,
        text("License"),
        text("Description"),
        int(said.get("articles", 0)),
        said.get("indexed") is True,
        said.get("checksum") is True,
        identity,
    )


def counts_of(said: Any, rows: int) -> list[int]:
    counts = [int(count) for count in said]
    if len(counts) != rows:
        raise ValueError("There are more or fewer counts than were asked for.")
    return counts


def hits_of(said: Any, rows: int) -> tuple[list[list[Hit]], list[str]]:
    found = [[Hit(str(path), line(title)) for path, title in row] for row in said["found"]]
    if len(found) != rows:
        raise ValueError("There are more or fewer rows than were asked for.")
    return found, [line(fault) for fault in said["faults"]]


def article_of(said: Any, written: float | None) -> Article:
    title = line(said["title"])
    blocks = tuple(
        Block(kind if kind in KINDS else "text", CONTROL.sub(" ", str(text)), int(level))
        for kind, text, level in said["blocks"]
    )
    reading = Reading(blocks, title, written)
    return Article(str(said["path"]), title, str(said["key"]), reading, said["cut"] is True)


def line(text: object) -> str:
    """Return a text as one line that can be shown."""
    return " ".join(CONTROL.sub(" ", str(text)).split())
