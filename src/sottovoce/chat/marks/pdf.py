"""Marks in PDFs, read: a file within the file has the records, and the pages say which text is of which.

What the pages show comes from the reader's own process (knowledge/reading/shown.py), as JSON:

    {"files": {name: text}, "pages": n, "fonts": [digest], "odd": [[record, what]],
     "lines": [[page, paragraph, record, text, is it a new line, height]]}

chat/pdf/ writes them. Pure, but for `caged`, which asks that process.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sottovoce.chat.marks.marked import Marked
from sottovoce.chat.pdf.document import MARKS_FILE
from sottovoce.chat.pdf.letters import read_back
from sottovoce.chat.pdf.pages import BOTTOM
from sottovoce.guard.normal import changes
from sottovoce.guard.provenance import CHAT, FONTS, Record, read

_NUMBER = re.compile(r"\d{1,4} / \d{1,4}")

Look = Callable[[bytes, str], dict[str, Any]]
"""Says what a PDF shows; takes it and its name. Raises BadDocument."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Letters on a page. `is_new`: they begin a line."""

    page: int
    paragraph: int
    record: str
    text: str
    is_new: bool
    height: float


def caged(data: bytes, name: str) -> dict[str, Any]:
    """Return what a PDF shows, from a process that could do no harm. Raises BadDocument."""
    from sottovoce.knowledge.reading.read import Reader

    async def ask() -> str:
        async with Reader() as reader:
            return await reader.show(data, name)

    said = json.loads(asyncio.run(ask()))
    return said if isinstance(said, dict) else {}


def visible(shown: dict[str, Any]) -> list[str]:
    """Return what a PDF says, in paragraphs, without the numbers of its pages."""
    return _paragraphs(_words(shown), spaced=False)


def found(shown: dict[str, Any]) -> list[Marked]:
    """Return every text that has a mark."""
    marks = _marks(shown)
    if not marks:
        return []
    words = _words(shown)
    records = {one.id: one for one in marks.records if one is not None}
    placed = {one.record for one in words if one.record}
    marked = [_answer(name, records.get(name), words, marks) for name in sorted(placed)]
    for record in records.values():
        if record.kind == CHAT:
            marked.append(_of(record, words, True, marks.odd(record, None)))
        elif record.id not in placed:  # a program kept the records and lost the places
            marked.append(_of(record, words, False, marks.odd(record, None)))
    return marked + [Marked(None, ()) for one in marks.records if one is None]


class _Marks:
    """The records in a file, and what could hide or add words around them."""

    def __init__(self, said: dict[str, Any], shown: dict[str, Any]) -> None:
        held = said.get("marks")
        self.records = [read(one) for one in held] if isinstance(held, list) else []
        self._odd: list[tuple[str, str]] = [(str(of), str(what)) for of, what in shown["odd"]]
        self._used = set(shown["fonts"])
        fonts = said.get("fonts")
        fonts = fonts if isinstance(fonts, dict) else {}
        self._signed_fonts = read(fonts.get("record"))
        digests = fonts.get("digests")
        self._digests = [str(one) for one in digests] if isinstance(digests, list) else []

    def __bool__(self) -> bool:
        return bool(self.records)

    def odd(self, record: Record | None, of: str | None) -> tuple[str, ...]:
        """Return what is odd in the text of an answer, or anywhere, with fonts that nobody vouches for."""
        found = [what for where, what in self._odd if of is None or where in ("", of)]
        return tuple(dict.fromkeys([*found, *self._odd_fonts(record)]))

    def _odd_fonts(self, record: Record | None) -> Iterator[str]:
        signed = self._signed_fonts
        is_known = (
            signed is not None
            and signed.kind == FONTS
            and record is not None
            and signed.key == record.key
            and signed.is_sound()
            and not changes(signed.text, self._digests)
        )
        if self._used - (set(self._digests) if is_known else set()):
            yield "/Font"


def _marks(shown: dict[str, Any]) -> _Marks | None:
    try:
        said = json.loads(shown["files"][MARKS_FILE])
    except (KeyError, ValueError, RecursionError):
        return None
    return _Marks(said, shown) if isinstance(said, dict) else None


def _words(shown: dict[str, Any]) -> list[_Words]:
    """Return the letters in their order, without the number below each page."""
    words = [_Words(*line) for line in shown["lines"]]
    return [one for one in words if not _is_number(one, shown["pages"])]


def _is_number(one: _Words, pages: int) -> bool:
    return not one.record and one.text == f"{one.page} / {pages}" and _is_any_number(one)


def _is_any_number(one: _Words) -> bool:
    return one.height < BOTTOM - 10 and _NUMBER.fullmatch(one.text) is not None


def _answer(name: str, record: Record | None, words: list[_Words], marks: _Marks) -> Marked:
    """Return an answer; words of others among its own are a part of what is read.

    But for numbers below its pages, which are others where a page was put before them.
    """
    places = [at for at, one in enumerate(words) if one.record == name]
    part = [one for one in words[places[0] : places[-1] + 1] if one.record or not _is_any_number(one)]
    return _of(record, part, True, marks.odd(record, name))


def _of(record: Record | None, words: list[_Words], bounded: bool, odd: tuple[str, ...]) -> Marked:
    """Return a text: as its lines say it, or with a space at the end of each, whichever was signed."""
    if not bounded:  # who lost the places has no paragraphs either
        words = [replace(one, paragraph=at) for at, one in enumerate(words)]
    read_as = [tuple(map(read_back, _paragraphs(words, spaced=spaced))) for spaced in (False, True)]
    if record is not None and record.kind != CHAT:
        same = [blocks for blocks in read_as if not changes(record.text, blocks)]
        return Marked(record, (same or read_as)[0], bounded, odd)
    as_shown = [tuple(_paragraphs(words, spaced=spaced)) for spaced in (False, True)]
    same = [blocks for blocks in as_shown if record is not None and not changes(record.text, blocks)]
    return Marked(record, (same or as_shown)[0], bounded, odd)


def _paragraphs(words: Iterable[_Words], *, spaced: bool) -> list[str]:
    return [
        "".join(f" {one.text}" if spaced and one.is_new else one.text for one in part)
        for _, part in groupby(words, lambda one: one.paragraph)
    ]
