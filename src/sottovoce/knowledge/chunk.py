"""Lays a document's blocks out as one text, and cuts that into passages along its structure. Pure.

Knows no model's tokens: it estimates them. A passage never holds a heading, unless the document has
nothing else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sottovoce.knowledge.document import Block, Passage, Reading

PASSAGE = 200
"""Tokens that a passage has at most where text can be cut, as they are estimated here."""

WHOLE = 400
"""Tokens up to which a table or a piece of code is kept whole."""

LEAD = 25
"""Tokens below which a block that is no sentence belongs to the next."""

BETWEEN = "\n\n"

_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。!?;])[」』”’)]*\s*|\n\s*\n")
_ENDED = re.compile(r"[.!?…。！？;；][\"'”’)\]」』]*$")
_WORD = re.compile(r"\s+|(?<=[,、,:])")


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is not cut further. Its offsets are bytes of the text."""

    start: int
    end: int
    weight: float
    leads: bool = False
    """Whether it says what comes next: a term before its meaning, a line that ends in a colon."""


def cut(reading: Reading) -> tuple[str, list[Passage]]:
    """Return the document's text, and its passages in their order."""
    text: list[str] = []
    passages: list[Passage] = []
    headings: list[Block] = []
    lone: list[Passage] = []
    pieces: list[_Piece] = []
    page: int | None = None
    at = 0

    def close() -> None:
        path = tuple(one.text for one in headings)
        passages.extend(Passage(start, end, page, path) for start, end in _packed(pieces))
        pieces.clear()

    for block in reading.blocks:
        said = _scrubbed(block.text).strip("\n")
        if not said.strip():
            continue
        if block.kind == "heading":
            close()
            headings = [*(one for one in headings if one.level < block.level), block]
            lone.append(Passage(at, at + len(said.encode()), block.page, tuple(one.text for one in headings)))
        else:
            if block.page != page:
                close()
            page = block.page
            pieces.extend(_pieces(said, at, block.kind in ("table", "code")))
        text.append(said)
        at += len(said.encode()) + len(BETWEEN)
    close()
    return BETWEEN.join(text), passages or lone


def tokens(text: str) -> float:
    """Return about how many tokens a text has: a Chinese character one, four Latin letters one.

    A character beyond ASCII counts by its bytes, so that a Cyrillic or Greek letter lies between them.
    """
    return (len(text) + 1.5 * (len(text.encode()) - len(text))) / 4


def _scrubbed(text: str) -> str:
    """Return a text without what UTF-8 cannot hold."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _packed(pieces: list[_Piece]) -> Iterator[tuple[int, int]]:
    """Yield the ends of passages of about equal weight, so that no crumb is left over at the last."""
    total = sum(piece.weight for piece in pieces)
    share = total / max(1, math.ceil(total / PASSAGE))
    run: list[_Piece] = []
    weight = 0.0
    for piece in pieces:
        if run and (weight + piece.weight > PASSAGE or weight + piece.weight / 2 > share):
            kept = len(run)
            while kept > 1 and run[kept - 1].leads:
                kept -= 1
            if run[kept - 1].leads:
                kept = len(run)
            yield run[0].start, run[kept - 1].end
            run = run[kept:]
            weight = sum(one.weight for one in run)
        run.append(piece)
        weight += piece.weight
    if run:
        yield run[0].start, run[-1].end


def _pieces(said: str, at: int, by_lines: bool) -> Iterator[_Piece]:
    """Yield what a block is packed by, at its place in the text."""
    if tokens(said) <= (WHOLE if by_lines else PASSAGE):
        yield _Piece(at, at + len(said.encode()), tokens(said), not by_lines and _leads(said))
        return
    for part in _lines(said) if by_lines else _sentences(said):
        size = len(part.encode())
        lead = len(part) - len(part.lstrip())
        kept = part.strip() if not by_lines else part.rstrip()
        if kept.strip():
            start = at + (len(part[:lead].encode()) if not by_lines else 0)
            yield _Piece(start, start + len(kept.encode()), tokens(kept))
        at += size


def _leads(said: str) -> bool:
    return said.endswith((":", "：")) or (tokens(said) < LEAD and not _ENDED.search(said))


def _lines(said: str) -> Iterator[str]:
    for line in said.splitlines(keepends=True):
        yield from _fitting(line, lambda text: _split(text, _WORD))


def _sentences(said: str) -> Iterator[str]:
    for sentence in _split(said, _SENTENCE):
        yield from _fitting(sentence, lambda text: _split(text, _WORD))


def _fitting(text: str, smaller: Callable[[str], Iterator[str]]) -> Iterator[str]:
    """Yield a text as it is where it fits a passage, else in runs of its smaller parts that do."""
    if tokens(text) <= PASSAGE:
        yield text
        return
    run: list[str] = []
    weight = 0.0
    for part in smaller(text):
        more = tokens(part)
        if run and weight + more > PASSAGE:
            yield "".join(run)
            run, weight = [], 0.0
        if more > PASSAGE:  # without a single place to cut at: anywhere between two characters
            size = max(1, int(PASSAGE * len(part) / more))
            yield from (part[start : start + size] for start in range(0, len(part), size))
        else:
            run.append(part)
            weight += more
    if run:
        yield "".join(run)


def _split(text: str, end: re.Pattern[str]) -> Iterator[str]:
    """Yield the parts of a text, each with what ends it."""
    at = 0
    for found in end.finditer(text):
        if found.end() > at:
            yield text[at : found.end()]
            at = found.end()
    if at < len(text):
        yield text[at:]
