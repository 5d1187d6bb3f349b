"""Word documents (DOCX): paragraphs, headings by their style, tables, footnotes; no comments."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sottovoce.knowledge.reading.markup import hear
from sottovoce.knowledge.reading.package import Package
from sottovoce.knowledge.reading.paper import Paper, Rows

SKIPPED = frozenset({"Fallback", "del", "moveFrom", "instrText", "delText", "rPr", "sectPr", "tblPr", "tcPr"})
"""What a reader does not see; Fallback says once more what stands before it."""

BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
FOLLOWED = 20
"""Styles that are based on each other."""

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)


def read(package: Package, main: str, paper: Paper) -> None:
    """Read the text, then its notes."""
    levels: dict[str, int] = {}
    if (styles := package.related(main, "styles")) is not None:
        heard = _Styles()
        hear(package.archive.pieces(styles), heard)
        levels = heard.levels()
    hear(package.archive.pieces(main), _Body(paper, levels))
    for kind in ("footnotes", "endnotes"):
        if (notes := package.related(main, kind)) is not None:
            hear(package.archive.pieces(notes), _Body(paper, {}))


class _Styles:
    """Hears which styles are headings."""

    def __init__(self) -> None:
        self._own: dict[str, int] = {}
        self._based: dict[str, str] = {}
        self._style = ""

    def start(self, name: str, said: Mapping[str, str]) -> None:
        value = said.get("val", "")
        if name == "style":
            self._style = said.get("styleId", "")
        elif name == "name":
            if found := _HEADING.fullmatch(value):
                self._own[self._style] = int(found[1])
            elif value.lower() == "title":
                self._own[self._style] = 1
        elif name == "basedOn":
            self._based[self._style] = value
        elif name == "outlineLvl" and value in "012345678" and value:
            self._own.setdefault(self._style, int(value) + 1)

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass

    def levels(self) -> dict[str, int]:
        """Return the level of each style that is a heading, of itself or by what it is based on."""
        found: dict[str, int] = {}
        for style in {*self._own, *self._based}:
            at = style
            for _ in range(FOLLOWED):
                if at in self._own:
                    found[style] = self._own[at]
                    break
                if at not in self._based:
                    break
                at = self._based[at]
        return found


class _Paragraph:
    """A paragraph that is being heard."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.level = 0


class _Table:
    def __init__(self, paper: Paper) -> None:
        self.rows = Rows(paper)
        self.cells: list[list[str]] = []


class _Body:
    """Hears a text."""

    def __init__(self, paper: Paper, levels: dict[str, int]) -> None:
        self._paper = paper
        self._levels = levels
        self._skipping = 0
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._in_text = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if self._skipping or name in SKIPPED:
            self._skipping += 1
        elif name == "t":
            self._in_text = True
        elif name == "p":
            self._paragraphs.append(_Paragraph())
        elif name in BREAKS:
            if self._paragraphs:
                self._paragraphs[-1].pieces.append(BREAKS[name])
        elif name == "pStyle":
            self._level(self._levels.get(said.get("val", ""), 0))
        elif name == "outlineLvl":
            value = said.get("val", "")
            self._level(int(value) + 1 if value in tuple("012345678") else 0)
        elif name == "tbl":
            self._tables.append(_Table(self._paper))
        elif name == "tr" and self._tables:
            self._tables[-1].cells = []
        elif name == "tc" and self._tables:
            self._tables[-1].cells.append([])

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif name == "t":
            self._in_text = False
        elif name == "p" and self._paragraphs:
            self._write(self._paragraphs.pop())
        elif name == "tr" and self._tables:
            table = self._tables[-1]
            row = [" ".join(cell) for cell in table.cells]
            if len(self._tables) == 1:
                table.rows.add(row)
            else:  # a table in a cell becomes that cell's text
                self._into_cell(" ".join(row), self._tables[-2])
            table.cells = []
        elif name == "tbl" and self._tables:
            self._tables.pop().rows.end()

    def text(self, text: str) -> None:
        if self._in_text and not self._skipping and self._paragraphs:
            self._paragraphs[-1].pieces.append(text)

    def _level(self, level: int) -> None:
        if self._paragraphs and level:
            self._paragraphs[-1].level = level

    def _write(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.pieces)
        if self._tables:
            self._into_cell(text, self._tables[-1])
        elif paragraph.level:
            self._paper.heading(text, paragraph.level)
        else:
            self._paper.text(text)

    def _into_cell(self, text: str, table: _Table) -> None:
        if text and table.cells:
            table.cells[-1].append(text)
