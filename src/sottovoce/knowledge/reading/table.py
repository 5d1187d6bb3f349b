"""Tables as text (CSV, TSV): a line is a row. What cannot be parsed as one is read as plain text."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from sottovoce.knowledge.reading import decoding, text
from sottovoce.knowledge.reading.paper import Paper, Rows
from sottovoce.knowledge.reading.wire import LONGEST_BLOCK

SEPARATORS = ",;\t|"
LOOKED_AT = 20
"""Lines that decide by what the cells are parted."""


def read(data: bytes, paper: Paper) -> None:
    """Read a table. Raises Refusal where it is no text."""
    encoding = decoding.need_encoding(data)
    if note := decoding.note_of(encoding):
        paper.note(note)
    separator = separator_of(decoding.lines(data, encoding))
    csv.field_size_limit(LONGEST_BLOCK)
    rows = Rows(paper)
    count = 0
    try:
        for row in csv.reader(_ended(decoding.lines(data, encoding)), delimiter=separator):
            rows.add(row)
            count += 1
        rows.end()
    except csv.Error:  # a quotation mark that is never closed, most often
        rows.end()
        paper.note(f"From row {count + 1} on this is no table; read as plain text.")
        rest = decoding.lines(data, encoding)
        for _ in range(count):
            next(rest, None)
        text.paragraphs(_ended(rest), paper)


def separator_of(lines: Iterator[str]) -> str:
    """Return what parts the cells: what stands in the most lines, as often in each as can be. Pure."""
    looked = [line for _, line in zip(range(LOOKED_AT), lines, strict=False) if line]

    def fitness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in looked]
        used = [count for count in counts if count]
        return (max((used.count(count) for count in set(used)), default=0), len(used))

    return max(SEPARATORS, key=fitness)


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line + "\n"
