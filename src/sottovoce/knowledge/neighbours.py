"""Joins passages that were found next to each other, as an answer is made from them.

Neighbours overlap, or have only white space between them. They are of one page and under the same headings:
what is quoted of them together stands there as well. A search tells its passages one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Connection

from sottovoce.core.errors import NotFound
from sottovoce.core.grounds import Found
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import tokens

MOST = 3
"""Passages that become one."""

LONGEST_GAP = 16
"""Bytes between two neighbours."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two passages: bytes of the text of a document, of which this is the digest."""

    document: str
    digest: str
    start: int
    end: int


def gaps(passages: Sequence[Found]) -> list[Gap]:
    """Return what has to be known before passages can be joined."""
    return [
        _between(one, other)
        for one in passages
        for other in passages
        if _is_beside(one, other) and 0 < other.start - one.end <= LONGEST_GAP
    ]


def text_in(connection: Connection, gap: Gap) -> str:
    """Return what stands in a gap; nothing where no such document is on the shelf, or not any more."""
    try:
        document = documents.get(connection, gap.document)
    except NotFound:
        return ""
    if document.digest != gap.digest:
        return ""
    return documents.slice_of(connection, document.number, gap.start, gap.end)


def joined(passages: Sequence[Found], between: Mapping[Gap, str], longest: int) -> tuple[Found, ...]:
    """Return the passages in their order, neighbours as one of them where the better stood.

    `between`: what stands in the gaps. One that is made of several has at most `longest` tokens, as
    chunk.tokens estimates them.
    """
    left = list(passages)
    found: list[Found] = []
    while left:
        one = left.pop(0)
        for _ in range(MOST - 1):
            for at, other in enumerate(left):
                both = _together(one, other, between)
                if both is not None and tokens(both.text) <= longest:
                    one = both
                    del left[at]
                    break
        found.append(one)
    return tuple(found)


def _together(one: Found, other: Found, between: Mapping[Gap, str]) -> Found | None:
    """Return two neighbours as one, with the score of the first; None where they are none."""
    first, second = sorted((one, other), key=lambda passage: (passage.start, passage.end))
    if not _is_beside(first, second):
        return None
    if first.end < second.start:
        gap = between.get(_between(first, second), "")
        if not gap or not gap.isspace():
            return None
        text = f"{first.text}{gap}{second.text}"
    else:
        text = first.text + second.text.encode()[first.end - second.start :].decode()
    return replace(one, start=first.start, end=max(first.end, second.end), text=text)


def _is_beside(one: Found, other: Found) -> bool:
    """Return whether the second could go on where the first ends, as far as their place tells."""
    return _place(one) == _place(other) and one.start <= other.start


def _place(passage: Found) -> tuple[object, ...]:
    return passage.shelf, passage.document, passage.digest, passage.page, passage.headings


def _between(one: Found, other: Found) -> Gap:
    return Gap(one.document, one.digest, one.end, other.start)
