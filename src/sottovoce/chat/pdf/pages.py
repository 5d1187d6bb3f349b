"""Pages that are being filled from top to bottom: paragraphs, code and tables, and who each word is of.

What is drawn on a page (shades, rules, bullets) comes before its words, and no rule runs through any: that is
how sotto verify knows pages that nobody painted over. Lengths are points, from the lower left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby

from sottovoce.chat.marks.words import STRONG, Run
from sottovoce.chat.pdf.faces import Face
from sottovoce.chat.pdf.letters import Letters
from sottovoce.chat.pdf.lines import Line, Setter
from sottovoce.chat.pdf.objects import Name, number, written

WIDTH, HEIGHT = 595.28, 841.89
"""A4."""
SIDE, TOP, BOTTOM = 62.0, 60.0, 64.0
NUMBER_AT, NUMBER_SIZE = 34.0, 8.5
INDENT = 18.0
CELL = 5.0
"""Between a rule and the words beside it."""
NARROWEST = 24.0
"""Of a column; a table with more than fit is written as text."""

SHADE, RULE, BULLET = 0.95, 0.75, 3.0
TAG = "Sotto"
"""Marked content: its N numbers a paragraph through the document, Id names the record of an answer."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph is set. `gray`: 0 is black."""

    size: float = 10.5
    before: float = 0.0
    after: float = 6.0
    gray: float = 0.0
    left: float = 0.0
    strong: bool = False
    is_heading: bool = False

    @property
    def leading(self) -> float:
        return self.size * 1.45


CODE_LOOK = Look(size=9.0, before=2.0, after=8.0)
TABLE_LOOK = Look(size=9.5)


@dataclass(frozen=True, slots=True)
class _Said:
    """Letters on a page, and which paragraph and which record they are of."""

    code: bytes
    tag: tuple[int, str] | None


@dataclass(slots=True)
class Page:
    """A page: what is drawn on it, and then what it says."""

    drawn: list[bytes] = field(default_factory=list)
    said: list[_Said] = field(default_factory=list)

    def content(self) -> bytes:
        """Return its content stream."""
        out = [*self.drawn]
        for tag, group in groupby(self.said, lambda one: one.tag):
            codes = [one.code for one in group]
            if tag is not None:
                about = {"N": tag[0], **({"Id": tag[1].encode()} if tag[1] else {})}
                codes = [b"/%s %s BDC" % (TAG.encode(), written(about)), *codes, b"EMC"]
            out += codes
        return b"\n".join(out)


class Pages:
    """Say whose words follow in `mark`, then write them."""

    def __init__(self, letters: Letters) -> None:
        self.pages = [Page()]
        self.faces: dict[str, Face] = {}
        """By the names that pages call them by."""
        self.mark = ""
        self._setter = Setter(letters)
        self._names: dict[int, str] = {}
        self._at = HEIGHT - TOP
        self._count = 0

    def paragraph(
        self, runs: Sequence[Run], look: Look = Look(), *, bullet: bool = False, bar: bool = False
    ) -> None:
        """Write a paragraph; with a bullet before it, or a bar along it."""
        if look.strong:
            runs = [Run(run.text, run.styles | {STRONG}) for run in runs]
        left = SIDE + look.left
        lines = self._setter.lines(runs, WIDTH - SIDE - left, look.size)
        self._begin(look, len(lines))
        for number_of, line in enumerate(lines):
            self._need(look.leading)
            if bullet and not number_of:
                self._fill(left - 9, self._at - look.leading / 2 - BULLET / 2 - 1, BULLET, BULLET, 0.2)
            if bar:
                self._fill(left - 9, self._at - look.leading, 1.2, look.leading, RULE)
            self._line(line, left, look)
        self._at -= look.after

    def code(self, text: str, left: float = 0.0, *, goes_on: bool = False) -> None:
        """Write a block of code on a shade, which goes on where the next one follows."""
        look = CODE_LOOK
        start = SIDE + left
        lines = self._setter.code(text, WIDTH - SIDE - start - 2 * CELL, look.size)
        self._begin(look, len(lines))
        for line in lines:
            self._need(look.leading)
            self._fill(start, self._at - look.leading, WIDTH - SIDE - start, look.leading + 0.2, SHADE)
            self._line(line, start + CELL, look)
        self._at -= 0 if goes_on else look.after

    def table(self, rows: Sequence[Sequence[Sequence[Run]]]) -> None:
        """Write a table; its first row is its head. What does not fit on a page is written as text.

        That is a row which is longer, or a table with too many columns.
        """
        if max(map(len, rows)) * NARROWEST > WIDTH - 2 * SIDE:
            for cell in chain.from_iterable(rows):
                self.paragraph(cell)
            return
        widths = self._columns(rows)
        look = TABLE_LOOK
        self._at -= look.after / 2
        for at, row in enumerate(rows):
            strong = [[Run(run.text, run.styles | {STRONG}) for run in cell] for cell in row]
            cells = [
                self._setter.lines(cell, width - 2 * CELL, look.size)
                for cell, width in zip(row if at else strong, widths, strict=False)
            ]
            height = max(map(len, cells), default=1) * look.leading + CELL
            if height > HEIGHT - TOP - BOTTOM:
                for cell in row:
                    self.paragraph(cell)
                continue
            self._need(height)
            self._row(cells, widths, height, is_head=not at)
        self._at -= look.after * 1.5

    def _row(
        self, cells: Sequence[Sequence[Line]], widths: Sequence[float], height: float, *, is_head: bool
    ) -> None:
        look, top = TABLE_LOOK, self._at
        wide = sum(widths)
        if is_head:
            self._fill(SIDE, top - height, wide, height, SHADE)
        self._fill(SIDE, top - height, wide, 0.5, RULE)
        left = SIDE
        for lines, width in zip(cells, widths, strict=False):
            self._count += 1
            self._at = top - CELL / 2
            for line in lines:
                self._line(line, left + CELL, look)
            left += width
        self._at = top - height

    def _columns(self, rows: Sequence[Sequence[Sequence[Run]]]) -> list[float]:
        """Return how wide each column is: as its longest cell, and less where all do not fit."""
        count = max(map(len, rows))
        room = WIDTH - 2 * SIDE
        wanted = [3 * CELL] * count
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                words = "".join(run.text for run in cell)[:200]
                wide = self._setter.width(words, TABLE_LOOK.size) * (1.1 if not at else 1.02) + 2 * CELL + 1
                wanted[column] = max(wanted[column], wide)
        if sum(wanted) <= room:
            return wanted
        least = min(room / count, 60.0)
        spare = room - least * count
        more = [max(0.0, one - least) for one in wanted]
        return [least + spare * one / (sum(more) or 1) for one in more]

    def numbered(self) -> list[Page]:
        """Return the pages with the number of each below it."""
        found = []
        for at, page in enumerate(self.pages, 1):
            (line,) = self._setter.lines((Run(f"{at} / {len(self.pages)}"),), WIDTH, NUMBER_SIZE)
            codes = self._codes(line, (WIDTH - line.width) / 2, NUMBER_AT, NUMBER_SIZE, 0.4)
            found.append(Page(page.drawn, [*page.said, *(_Said(code, None) for code in codes)]))
        return found

    def _begin(self, look: Look, lines: int) -> None:
        self._count += 1
        if self.pages[-1].said:
            self._at -= look.before
        # A heading is not left alone at the end of a page, nor a single line of what follows.
        self._need(look.leading * (min(lines, 2) + (2 if look.is_heading else 0)))

    def _need(self, height: float) -> None:
        if self._at - height < BOTTOM and self.pages[-1].said:
            self.pages.append(Page())
            self._at = HEIGHT - TOP

    def _fill(self, left: float, low: float, width: float, height: float, gray: float) -> None:
        numbers = b" ".join(map(number, (left, low, width, height)))
        self.pages[-1].drawn.append(b"%s g %s re f" % (number(gray), numbers))

    def _line(self, line: Line, left: float, look: Look) -> None:
        low = self._at - look.leading + (look.leading - look.size) / 2 + look.size * 0.22
        tag = (self._count, self.mark)
        codes = self._codes(line, left, low, look.size, look.gray)
        self.pages[-1].said += [_Said(code, tag) for code in codes]
        self._at -= look.leading

    def _codes(self, line: Line, left: float, low: float, size: float, gray: float) -> list[bytes]:
        found = []
        for bit in line.bits:
            if bit.face is None:
                said = b"\xfe\xff" + bit.text.encode("utf-16-be")
                found.append(b"/Span << /ActualText %s >> BDC EMC" % written(said))
                continue
            place = b" ".join(map(number, (left + bit.left, low)))
            font = written(Name(self._name(bit.face)))
            text = written(bit.face.encoded(bit.text))
            found.append(
                b"BT %s %s Tf %s g 1 0 0 1 %s Tm %s Tj ET" % (font, number(size), number(gray), place, text)
            )
        return found

    def _name(self, face: Face) -> str:
        name = self._names.get(id(face))
        if name is None:
            name = self._names[id(face)] = f"F{len(self._names) + 1}"
            self.faces[name] = face
        return name
