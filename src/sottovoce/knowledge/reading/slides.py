"""Presentations (PPTX): a slide is a page, its title a heading; then its texts, its tables, its notes."""

from __future__ import annotations

from collections.abc import Mapping

from sottovoce.knowledge.reading.markup import hear
from sottovoce.knowledge.reading.package import Package
from sottovoce.knowledge.reading.paper import Paper, Rows
from sottovoce.knowledge.reading.refusal import Refusal

MOST = 5_000
"""Slides."""

TITLES = frozenset({"title", "ctrTitle"})
LEFT_OUT = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
"""Placeholders that are the same on every slide."""


def read(package: Package, main: str, paper: Paper) -> None:
    """Read the slides in the order they are shown in."""
    order = _Order()
    hear(package.archive.pieces(main), order)
    relations = package.relations(main)
    parts = [relations[one].part for one in order.found if one in relations]
    if len(parts) > MOST:
        raise Refusal("long", f"{MOST:,} slides")
    paper.pages = len(parts)
    for page, part in enumerate(parts, 1):
        if part not in package.archive:
            continue
        hear(package.archive.pieces(part), _Slide(paper, page))
        if (notes := package.related(part, "notesSlide")) is not None:
            hear(package.archive.pieces(notes), _Slide(paper, page))


class _Order:
    def __init__(self) -> None:
        self.found: list[str] = []

    def start(self, name: str, said: Mapping[str, str]) -> None:
        # It has two: its own number without a prefix, and the relation's, which is what begins with a letter.
        if name == "sldId" and len(self.found) <= MOST:
            self.found.append(said.get("id", ""))

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Slide:
    """Hears one slide: shapes with paragraphs, and tables."""

    def __init__(self, paper: Paper, page: int) -> None:
        self._paper = paper
        self._page = page
        self._lines: list[str] = []
        self._pieces: list[str] = []
        self._placeholder = ""
        self._in_text = False
        self._rows: Rows | None = None
        self._cells: list[str] = []
        self._skipping = 0

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if self._skipping or name == "Fallback":
            self._skipping += 1
        elif name == "t":
            self._in_text = True
        elif name == "sp":
            self._placeholder = ""
        elif name == "ph":
            self._placeholder = said.get("type", "body")
        elif name == "br":
            self._pieces.append(" " if self._placeholder in TITLES else "\n")
        elif name == "tbl":
            self._rows = Rows(self._paper, self._page)
        elif name == "tr":
            self._cells = []

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif name == "t":
            self._in_text = False
        elif name == "p":
            if line := "".join(self._pieces).strip():
                self._lines.append(line)
            self._pieces = []
        elif name == "tc" and self._rows is not None:
            self._cells.append(" ".join(self._lines))
            self._lines = []
        elif name == "tr" and self._rows is not None:
            self._rows.add(self._cells)
        elif name == "tbl" and self._rows is not None:
            self._rows.end()
            self._rows = None
        elif name in ("sp", "sld", "notes"):
            self._write()

    def text(self, text: str) -> None:
        if self._in_text and not self._skipping:
            self._pieces.append(text)

    def _write(self) -> None:
        if self._placeholder in TITLES:
            self._paper.heading(" ".join(self._lines), 1, self._page)
        elif self._placeholder not in LEFT_OUT:
            self._paper.text("\n".join(self._lines), self._page)
        self._lines, self._placeholder = [], ""
