"""Reads the passages of a question in a file of chats: what does not say what a passage says is left out."""

from __future__ import annotations

from collections.abc import Iterator

from sottovoce.chat.grafting import Notes
from sottovoce.core.grounds import Found, Ground
from sottovoce.store.grounds import MOST

LARGEST = 2**53


def read(given: object, notes: Notes) -> Iterator[Ground]:
    for at, one in enumerate(given if isinstance(given, list) else ()):
        ground = _ground(one) if at < MOST and isinstance(one, dict) else None
        if ground is None:
            notes.skipped["not a passage"] += 1
        else:
            yield ground


def _ground(one: dict[str, object]) -> Ground | None:
    shelf, document, digest, text = (one.get(name) for name in ("shelf", "document", "digest", "text"))
    start, end, page = (_whole(one.get(name)) for name in ("start", "end", "page"))
    headings = one.get("headings")
    if not (
        isinstance(shelf, str) and isinstance(document, str) and isinstance(digest, str)
        and isinstance(text, str) and isinstance(headings, list) and start is not None and end is not None
    ):  # fmt: skip
        return None
    named = tuple(heading for heading in headings if isinstance(heading, str))
    score, written = _number(one.get("score")), _number(one.get("written"))
    passage = Found(shelf, document, digest, page, named, start, end, text, score or 0.0, written)
    return Ground(passage, one.get("told") is True)


def _whole(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < LARGEST else None


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < LARGEST else None
