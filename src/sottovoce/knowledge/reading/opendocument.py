"""OpenDocument: texts (ODT), tables (ODS) and presentations (ODP), which are all written alike."""

from __future__ import annotations

from collections.abc import Mapping

from sottovoce.knowledge.reading import dates
from sottovoce.knowledge.reading.archive import Archive
from sottovoce.knowledge.reading.markup import Gathered, hear
from sottovoce.knowledge.reading.paper import Paper, Rows
from sottovoce.knowledge.reading.refusal import Refusal

MOST_REPEATED = 100
"""Times that a cell or a row is written which the file says to repeat: it may say a billion."""

SKIPPED = frozenset(
    {"annotation", "tracked-changes", "forms", "scripts", "font-face-decls", "automatic-styles"}
)


def read(archive: Archive, paper: Paper) -> None:
    """Read the document. Raises Refusal, also for one that is locked."""
    if "META-INF/manifest.xml" in archive:
        manifest = _Manifest()
        hear(archive.pieces("META-INF/manifest.xml"), manifest)
        if manifest.locked:
            raise Refusal("protected")
    if "meta.xml" in archive:
        said = Gathered(("title", "date", "creation-date"))
        hear(archive.pieces("meta.xml"), said)
        paper.title = said.found.get("title", "").strip()
        for name in ("date", "creation-date"):
            paper.written = paper.written or dates.from_iso(said.found.get(name, ""))
    body = _Body(paper)
    hear(archive.pieces("content.xml"), body)
    paper.pages = body.page


class _Manifest:
    locked = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "encryption-data":
            self.locked = True

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Body:
    """Hears content.xml. `page` counts the slides; None where there are none."""

    def __init__(self, paper: Paper) -> None:
        self.page: int | None = None
        self._paper = paper
        self._skipping = 0
        self._paragraphs: list[list[str]] = []
        self._levels: list[int] = []
        self._tables: list[Rows] = []
        self._cells: list[str] = []
        self._cell: list[str] = []
        self._times = 1
        self._row_times = 1
        self._title = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if self._skipping or name in SKIPPED:
            self._skipping += 1
        elif name in ("p", "h"):
            self._paragraphs.append([])
            level = said.get("outline-level", "1")
            self._levels.append(int(level) if name == "h" and level in tuple("123456789") else 0)
        elif name == "s":
            self._put(" ")
        elif name == "tab":
            self._put("\t")
        elif name == "line-break":
            self._put("\n")
        elif name == "page" and "master-page-name" in said:
            self.page = (self.page or 0) + 1
        elif name == "frame":
            self._title = said.get("class") == "title"
        elif name == "table":
            if said.get("name") and not self._tables and self.page is None and self._is_sheet:
                self._paper.heading(said["name"], 1)
            self._tables.append(Rows(self._paper, self.page))
        elif name == "spreadsheet":
            self._is_sheet = True
        elif name == "table-row":
            self._cells, self._row_times = [], _times(said.get("number-rows-repeated"))
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._times = [], _times(said.get("number-columns-repeated"))

    _is_sheet = False

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif name in ("p", "h") and self._paragraphs:
            self._write("".join(self._paragraphs.pop()), self._levels.pop())
        elif name in ("table-cell", "covered-table-cell") and self._tables:
            self._cells += [" ".join(self._cell)] * self._times
            self._cell = []
        elif name == "table-row" and self._tables:
            if any(self._cells):
                for _ in range(self._row_times):
                    self._tables[-1].add(self._cells)
            self._cells = []
        elif name == "table" and self._tables:
            self._tables.pop().end()
        elif name == "frame":
            self._title = False

    def text(self, text: str) -> None:
        if self._paragraphs and not self._skipping:
            self._put(text)

    def _put(self, text: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1].append(text)

    def _write(self, text: str, level: int) -> None:
        if self._tables:
            self._cell.append(text)
        elif level or self._title:
            self._paper.heading(text, level or 1, self.page)
        else:
            self._paper.text(text, self.page)


def _times(said: str | None) -> int:
    if said is None:
        return 1
    return min(int(said), MOST_REPEATED) if said.isdecimal() and len(said) < 12 else MOST_REPEATED
