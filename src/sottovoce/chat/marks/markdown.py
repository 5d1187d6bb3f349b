"""Marks in Markdown: HTML comments, which no reader shows. Also for plain text, which may hold the same.

    <!-- sottovoce:begin 0123456789abcdef -->

    what the AI wrote

    <!-- sottovoce:end 0123456789abcdef {"v":1, …} -->

The name in both is of the record's signature, so that a text cannot end itself with what looks like a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.chat.as_html import closed, html_of
from sottovoce.chat.marks.marked import Marked
from sottovoce.chat.marks.markup import odd_in
from sottovoce.chat.marks.words import blocks_of
from sottovoce.guard.normal import changes
from sottovoce.guard.provenance import CHAT, Record, read_text, written

BEGIN = re.compile(r"<!-- sottovoce:begin ([0-9a-f]{16}) -->")
END = re.compile(r"<!-- sottovoce:end ([0-9a-f]{16}) (\{[^\n<>]{0,65536}\}) -->")
"""Never < or > in a record: see provenance.written."""
ANY = re.compile(rf"{BEGIN.pattern}|{END.pattern}")

FRONT = re.compile(r"\A---\n(?:[^\n]*\n){0,50}?---\n")


def marked(text: str, record: Record) -> str:
    """Return a text between its marks, without white space at its ends, its last block of code closed."""
    return f"<!-- sottovoce:begin {record.id} -->\n\n{closed(text.strip())}\n\n{end(record)}"


def end(record: Record) -> str:
    return f"<!-- sottovoce:end {record.id} {written(record)} -->"


def visible(text: str) -> list[str]:
    """Return what Markdown with marks in it says, in blocks: without them."""
    return [block.text for block in blocks_of(html_of(ANY.sub("", text).strip()))]


def found(text: str) -> Iterator[Marked]:
    """Yield every text that has a mark, in the order in which the marks end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    begins: dict[str, list[int]] = {}
    last = 0
    for at in ANY.finditer(text):
        begin, name, said = at.groups()
        if begin:
            begins.setdefault(begin, []).append(at.end())
            continue
        record = read_text(said)
        is_named = record is not None and record.id == name
        opened = begins.get(name)
        start = opened.pop() if opened else None
        part = text[last if start is None else start : at.start()]
        part = FRONT.sub("", part) if start is None else part
        blocks, markup = _blocks(part, record)
        yield Marked(record if is_named else None, blocks, start is not None, markup)
        last = at.end()


def _blocks(part: str, record: Record | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the text says: read as Markdown, or, where that is what was signed, as HTML made of it.

    And the markup of such HTML that can hide or add words.
    """
    if record is not None and record.kind == CHAT:
        part = ANY.sub("", part)
    read = tuple(block.text for block in blocks_of(html_of(part.strip())))
    if record is None or "<" not in part or not changes(record.text, read):
        return read, ()
    as_html = tuple(block.text for block in blocks_of(part))
    return (read, ()) if changes(record.text, as_html) else (as_html, odd_in(part))
