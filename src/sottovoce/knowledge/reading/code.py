"""Source code and data as text: kept line by line, cut where a new definition begins at the margin.

Knows no language: in nearly all of them, what begins at the margin after an empty line begins something.
"""

from __future__ import annotations

from sottovoce.knowledge.reading import decoding
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.wire import LONGEST_BLOCK

ENOUGH = 700
"""Characters. Smaller pieces are kept together."""

CLOSING = frozenset("})]")


def read(data: bytes, paper: Paper) -> None:
    """Read a file of code. Raises Refusal where it is no text."""
    encoding = decoding.need_encoding(data)
    if note := decoding.note_of(encoding):
        paper.note(note)
    held: list[str] = []
    size = 0
    after_gap = False
    for line in decoding.lines(data, encoding):
        bare = line.rstrip()
        if not bare:
            after_gap = True
            held.append("")
            continue
        begins = after_gap and not bare[0].isspace() and bare[0] not in CLOSING
        if (begins and size > ENOUGH) or size > LONGEST_BLOCK:
            paper.code("\n".join(held))
            held, size = [], 0
        held.append(bare)
        size += len(bare)
        after_gap = False
    paper.code("\n".join(held))
