"""Markdown: headings, fenced code and tables are told apart; the rest stays as it was written.

Looks at one line after the other and never back, so that no nesting makes it slow. A full parser takes
ten times as long, and what it knows beyond this (emphasis, links) is not needed to find a passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sottovoce.knowledge.reading import dates, decoding
from sottovoce.knowledge.reading.paper import Paper, Rows
from sottovoce.knowledge.reading.wire import LONGEST_BLOCK

FRONT_LINES = 200
"""Lines before the text that may tell its title and date."""

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?$")
_TAIL = re.compile(r"(?:[ \t]+#{1,99})?[ \t]*(?:\{#[\w-]{1,200}\})?[ \t]*$")
_FENCE = re.compile(r"(`{3,}|~{3,})([^`]*)$")
_CELL = re.compile(r"(?<!\\)\|")
_RULE = frozenset("|:- \t")


def read(data: bytes, paper: Paper) -> None:
    """Read a Markdown file. Raises Refusal where it is no text."""
    encoding = decoding.need_encoding(data)
    if note := decoding.note_of(encoding):
        paper.note(note)
    read_lines(decoding.lines(data, encoding), paper)


def read_lines(lines: Iterable[str], paper: Paper) -> None:
    scan = _Scan(paper)
    for line in lines:
        scan.take(line)
    scan.end()


class _Scan:
    """Where in a text we are."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._held: list[str] = []
        self._size = 0
        self._fence = ""
        self._rows: Rows | None = None
        self._front: dict[str, str] | None = None
        self._line = 0

    def take(self, line: str) -> None:
        self._line += 1
        bare = line.strip()
        if self._fence:
            self._in_code(line, bare)
        elif self._front is not None:
            self._in_front(line, bare)
        elif not bare:
            self._flush()
        elif self._rows is not None and "|" in bare:
            self._rows.add(_cells(bare))
        else:
            if self._rows is not None:
                self._flush()
            self._in_text(line, bare)

    def end(self) -> None:
        if self._front is not None:  # it never ended, so it was none
            self._front = None
        self._flush("code" if self._fence else "text")

    def _in_text(self, line: str, bare: str) -> None:
        first = bare[0]
        if first == "#" and (found := _HEADING.match(bare)):
            self._flush()
            self._heading(found[2] or "", len(found[1]))
        elif first in "`~" and (found := _FENCE.match(bare)):
            self._flush()
            self._fence = found[1]
        elif first in "=-" and len(self._held) == 1 and bare == first * len(bare):
            title = self._held.pop()
            self._flush()
            self._heading(title, 1 if first == "=" else 2)
        elif bare == "---" and self._line == 1:
            self._front = {}
        elif "|" in bare and "-" in bare and self._held and "|" in self._held[-1] and _RULE.issuperset(bare):
            head = self._held.pop()
            self._flush()
            self._rows = Rows(self._paper)
            self._rows.add(_cells(head.strip()))
        else:
            self._hold(line, "text")

    def _in_code(self, line: str, bare: str) -> None:
        mark = self._fence[0]
        if bare.startswith(self._fence) and bare == mark * len(bare):
            self._flush("code")
            self._fence = ""
        else:
            self._hold(line, "code")

    def _in_front(self, line: str, bare: str) -> None:
        assert self._front is not None  # noqa: S101  (asked by the caller)
        if bare in ("---", "..."):
            self._paper.title = self._paper.title or self._front.get("title", "")
            for name in ("updated", "lastmod", "modified", "date"):
                self._paper.written = self._paper.written or dates.from_iso(self._front.get(name, ""))
            self._held, self._size, self._front = [], 0, None
        elif self._line > FRONT_LINES:
            self._front = None
            self._hold(line, "text")
        else:
            name, colon, value = line.partition(":")
            if colon and not line[0].isspace():
                self._front[name.strip().lower()] = value.strip().strip("\"'")
            self._hold(line, "text")

    def _heading(self, text: str, level: int) -> None:
        text = _TAIL.sub("", text[:1000], count=1)
        if level == 1 and not self._paper.title and not self._paper.blocks:
            self._paper.title = text
        self._paper.heading(text, level)

    def _hold(self, line: str, kind: str) -> None:
        if self._size > LONGEST_BLOCK:
            self._flush(kind)
        self._held.append(line.rstrip())
        self._size += len(line)

    def _flush(self, kind: str = "text") -> None:
        if self._rows is not None:
            self._rows.end()
            self._rows = None
        if self._held:
            self._paper.add("code" if kind == "code" else "text", "\n".join(self._held))
            self._held, self._size = [], 0


def _cells(row: str) -> list[str]:
    row = row.removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(row)]
