"""Spreadsheets (XLSX): each sheet a heading and a table, with what its cells show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sottovoce.knowledge.reading.markup import hear
from sottovoce.knowledge.reading.package import Package
from sottovoce.knowledge.reading.paper import Paper, Rows
from sottovoce.knowledge.reading.refusal import Refusal

MOST_SHEETS = 1_000
WIDEST = 256
"""Empty cells in a row that are kept, so that columns stay below each other."""

MOST_TEXTS = 64_000_000
"""Characters of the texts that cells share."""

DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Formats of numbers that show a date or a time (ECMA-376, 18.8.30)."""

_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_COLUMN = re.compile(r"([A-Z]{1,3})\d")


def read(package: Package, main: str, paper: Paper) -> None:
    """Read the sheets in the order of their tabs."""
    book = _Book()
    hear(package.archive.pieces(main), book)
    if len(book.sheets) > MOST_SHEETS:
        raise Refusal("long", f"{MOST_SHEETS:,} sheets")
    relations = package.relations(main)
    shared = _Shared()
    if (part := package.related(main, "sharedStrings")) is not None:
        hear(package.archive.pieces(part), shared)
    styles = _Styles()
    if (part := package.related(main, "styles")) is not None:
        hear(package.archive.pieces(part), styles)
    for name, relation in book.sheets:
        if relation in relations and relations[relation].part in package.archive:
            paper.heading(name, 1)
            sheet = _Sheet(Rows(paper), shared.found, styles.dates, book.epoch)
            hear(package.archive.pieces(relations[relation].part), sheet)
            sheet.rows.end()


class _Book:
    """Hears which sheets there are, and from which day dates are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.epoch = datetime(1899, 12, 30, tzinfo=UTC)

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "sheet" and len(self.sheets) <= MOST_SHEETS:
            self.sheets.append((said.get("name", ""), said.get("id", "")))
        elif name == "workbookPr" and said.get("date1904") in ("1", "true"):
            self.epoch = datetime(1904, 1, 1, tzinfo=UTC)

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Shared:
    """Hears the texts that cells name by their number."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._in_text = False
        self._left = MOST_TEXTS

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "si":
            self._pieces = []
        self._in_text = name == "t"

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "si":
            self.found.append("".join(self._pieces))
            self._left -= 50  # what an empty one takes
            if self._left < 0:
                raise Refusal("long", f"{MOST_TEXTS:,} characters")

    def text(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)
            self._left -= len(text)


class _Styles:
    """Hears which cell styles show a number as a date."""

    def __init__(self) -> None:
        self.dates: list[bool] = []
        self._own: dict[str, bool] = {}
        self._in_cells = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "numFmt":
            shown = _NOT_FORMAT.sub("", said.get("formatCode", "")[:200])
            self._own[said.get("numFmtId", "")] = bool(_DATE.search(shown)) and "General" not in shown
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells and len(self.dates) < 100_000:
            number = said.get("numFmtId", "0")
            known = number.isdecimal() and len(number) < 6 and int(number) in DATES
            self.dates.append(self._own.get(number, known))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def text(self, text: str) -> None:
        pass


class _Sheet:
    """Hears one sheet. What it says of its own size is not asked."""

    def __init__(self, rows: Rows, shared: list[str], dates: list[bool], epoch: datetime) -> None:
        self.rows = rows
        self._shared = shared
        self._dates = dates
        self._epoch = epoch
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._kind = ""
        self._style = ""
        self._column = 0
        self._hears = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "c":
            self._kind = said.get("t", "n")
            self._style = said.get("s", "")
            self._pieces = []
            found = _COLUMN.match(said.get("r", ""))
            self._column = column_of(found[1]) if found else len(self._cells)
        elif name in ("v", "t"):
            self._hears = True
        elif name == "row":
            self._cells = []

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._hears = False
        elif name == "c" and self._pieces:
            gap = min(self._column - len(self._cells), WIDEST)
            if gap > 0:
                self._cells += [""] * gap
            self._cells.append(self._shown("".join(self._pieces)))
        elif name == "row":
            self.rows.add(self._cells)
            self._cells = []

    def text(self, text: str) -> None:
        if self._hears:
            self._pieces.append(text)

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            known = value.isdecimal() and len(value) < 9 and int(value) < len(self._shared)
            return self._shared[int(value)] if known else ""
        if self._kind == "b":
            return {"0": "FALSE", "1": "TRUE"}.get(value, value)
        if self._kind == "n" and self._is_date():
            return date_of(value, self._epoch)
        return value

    def _is_date(self) -> bool:
        style = self._style
        known = style.isdecimal() and len(style) < 7 and int(style) < len(self._dates)
        return known and self._dates[int(style)]


def column_of(letters: str) -> int:
    """Return a column's number from 0: A is 0, Z is 25, AA is 26. Pure."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def date_of(value: str, epoch: datetime) -> str:
    """Return the day, and the time if there is one, that a number of days stands for. Pure."""
    try:
        days = float(value)
        at = epoch + timedelta(seconds=round(days * 86_400))
    except (ValueError, OverflowError):
        return value
    if 0 <= days < 1:
        return at.strftime("%H:%M:%S")
    return at.strftime("%Y-%m-%d" if days == int(days) else "%Y-%m-%d %H:%M:%S")
