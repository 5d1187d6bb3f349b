"""What the two sides of a reader say to each other: one line of JSON down, many up. Pure.

The side above believes nothing of what comes up: a document may have taken the other side over.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast, get_args

from sottovoce.knowledge import document
from sottovoce.knowledge.document import Block
from sottovoce.knowledge.reading.kinds import Kind
from sottovoce.knowledge.reading.refusal import Reason, Refusal

LONGEST_BLOCK = 50_000
"""Characters of a block; a longer piece of text becomes several."""

LINE = 64_000
"""Characters that are gathered before they are sent."""

LONGEST_LINE = 4 << 20
"""Bytes. What a line holds at most is far below: each character is at most four, or two with an escape."""

MOST_BLOCKS = 250_000
MOST_NOTES = 20

NO_MEMORY = 77
"""The exit code of a child that got no more memory."""

LATE = frozenset(("other", "shown"))
"""Kinds for which a child is started that imports more: see families.py."""

_BLOCK_KINDS = frozenset(get_args(document.Kind))
_REASONS = frozenset(get_args(Reason))


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one document may take. `cpu` and `wall` are seconds, `memory` and `text` bytes."""

    memory: int = 512 << 20
    cpu: int = 20
    wall: float = 24.0
    text: int = 64_000_000

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @property
    def sent(self) -> int:
        """Bytes of lines: of a text of that size, with its escapes and what stands around it."""
        return self.text + self.text // 4 + 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """One document. `shown` asks what a PDF shows, and not for its text.

    `size`: that many bytes follow the line; None: a descriptor comes beside it.
    """

    kind: Kind | Literal["shown"]
    size: int | None = None
    password: str | None = field(default=None, repr=False)

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class End:
    """The last line of a document that was read. `worn`: this child should read no more."""

    title: str
    written: float | None
    pages: int | None
    notes: tuple[str, ...]
    worn: bool


class Lie(Exception):
    """The child said what none of ours says."""


def heard(line: bytes) -> list[Block] | End | Refusal:
    """Return what a line from the child says. Raises Lie."""
    try:
        said = json.loads(line)
        if "blocks" in said:
            return [_block(one) for one in said["blocks"]]
        if "refused" in said:
            if said["refused"] not in _REASONS:
                raise Lie
            return Refusal(
                cast(Reason, said["refused"]), _text(said["what"], 200), _text(said["detail"], 20_000)
            )
        return _end(said["end"])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as problem:
        raise Lie from problem


def _block(said: Any) -> Block:
    kind, text, level, page = said
    if kind not in _BLOCK_KINDS or type(text) is not str or type(level) is not int:
        raise Lie
    if page is not None and (type(page) is not int or not 0 < page < 10_000_000):
        raise Lie
    if not text or len(text) > LONGEST_BLOCK or not 0 <= level <= 9 or not is_plain(text):
        raise Lie
    return Block(kind, text, level, page)


def _end(said: Any) -> End:
    written, pages = said["written"], said["pages"]
    if written is not None and (type(written) not in (int, float) or not math.isfinite(written)):
        raise Lie
    if pages is not None and type(pages) is not int:
        raise Lie
    notes = tuple(_text(one, 300) for one in said["notes"][:MOST_NOTES])
    return End(_text(said["title"], 1000), written, pages, notes, bool(said["worn"]))


def _text(said: Any, most: int) -> str:
    if type(said) is not str or not is_plain(said):
        raise Lie
    return said[:most]


def is_plain(text: str) -> bool:
    """Can this be stored, and come back as it was: no NUL, no half of a character?"""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
