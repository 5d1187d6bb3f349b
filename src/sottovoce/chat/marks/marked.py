"""A text in a file, and the mark that it has there."""

from __future__ import annotations

from dataclasses import dataclass

from sottovoce.guard.provenance import Record

FORMS = "sotto verify reads .md, .html, .json, .docx, .pdf and plain text"
"""A hint, for a file that is none of them."""


@dataclass(frozen=True, slots=True)
class Marked:
    """`record` is None where there is a mark, and none that can be read.

    `bounded`: the file says where the text begins; else more than the text may stand in `blocks`. `markup`
    names what stands in it and can hide words from a reader, or show others.
    """

    record: Record | None
    blocks: tuple[str, ...]
    bounded: bool = True
    markup: tuple[str, ...] = ()
