"""The nouns of a document: what a reader makes of a file, and what a shelf keeps and finds of it.

All offsets are bytes of the document's text in UTF-8, as the shelf stores it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sottovoce.core.grounds import Found as Found  # what is found of a document outlives its shelf in answers

Kind = Literal["heading", "text", "table", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document that belongs together. Of a table, a line is a row, its cells split by tabs."""

    kind: Kind
    text: str
    level: int = 0
    """Of a heading: 1 is the highest."""
    page: int | None = None
    """From 1; of a presentation the slide. None where a document has no pages."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says, with its structure. `written`: when, as far as it says; seconds since 1970, UTC."""

    blocks: tuple[Block, ...]
    title: str = ""
    written: float | None = None
    pages: int | None = None
    notes: tuple[str, ...] = ()
    """What to tell of how it was read: that it was not UTF-8, that pages had no text."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that is found and shown as one. `headings`: those it stands under, outermost first."""

    start: int
    end: int
    page: int | None = None
    headings: tuple[str, ...] = ()
