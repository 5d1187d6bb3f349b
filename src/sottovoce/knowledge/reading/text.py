"""Plain text: paragraphs stand between empty lines. In reStructuredText, underlined lines are headings."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sottovoce.knowledge.reading import decoding
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.wire import LONGEST_BLOCK

_GAP = re.compile(r"\n[^\S\n]*\n\s*")

UNDERLINES = frozenset("=-~^\"'`#*+.:_")


def read(data: bytes, paper: Paper, *, underlined: bool = False) -> None:
    """Read a text of whatever encoding. Raises Refusal where it is none."""
    encoding = decoding.need_encoding(data)
    if note := decoding.note_of(encoding):
        paper.note(note)
    if underlined:
        _underlined(decoding.lines(data, encoding), paper)
    else:
        paragraphs(decoding.pieces(data, encoding), paper)


def paragraphs(pieces: Iterable[str], paper: Paper) -> None:
    """Write each paragraph of a text, which comes in pieces cut anywhere, as a block."""
    rest = ""
    for piece in pieces:
        whole = _GAP.split(rest + piece)
        rest = whole.pop()
        for paragraph in whole:
            paper.text(paragraph)
        if len(rest) > LONGEST_BLOCK:  # it would be cut anyway
            paper.text(rest)
            rest = ""
    paper.text(rest)


def _underlined(lines: Iterable[str], paper: Paper) -> None:
    """As docutils does: the first kind of underline met is the highest heading, the next the second."""
    levels: dict[str, int] = {}
    held: list[str] = []
    size = 0
    for line in lines:
        bare = line.rstrip()
        if not bare or size >= LONGEST_BLOCK:
            paper.text("\n".join(held))
            held, size = ([bare], len(bare)) if bare else ([], 0)
            continue
        is_rule = len(bare) >= 3 and bare[0] in UNDERLINES and bare == bare[0] * len(bare)
        if is_rule and held and not held[-1].startswith(" ") and len(bare) >= len(held[-1]):
            title = held.pop()
            if held and held[-1] == bare:  # a line above it, too
                held.pop()
            paper.text("\n".join(held))
            paper.heading(title, levels.setdefault(bare[0], len(levels) + 1))
            held, size = [], 0
        else:
            held.append(bare)
            size += len(bare)
    paper.text("\n".join(held))
