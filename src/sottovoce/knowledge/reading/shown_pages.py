"""The words of one page of a PDF, and what could hide them, show others, or show them in another order.

Follows a page's operators (ISO 32000-1, annex A). Words count as seen where they are upright, dark, large
enough and within the page, each piece below or to the right of all that came before it, with nothing drawn
over them. Everything else is named in `odd`, with the record whose text it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sottovoce.knowledge.reading.shown_boxes import Bar, Boxes
from sottovoce.knowledge.reading.shown_fonts import Font, Fonts

SMALLEST = 6.0
"""Points of letters that can be read."""

LIGHTEST = 180 / 255
"""How light letters may be, and how dark what lies beneath them."""

DEEPEST = 64
GAP = 0.1
"""Of the letters' size: a gap that is read as a space, where there is none."""

INVISIBLE = frozenset("\u200b\u200d\u2060\ufe0e\ufe0f")
"""Letters that nobody draws; a page says that they are there beside what it shows."""

HARMLESS = frozenset((
    "q", "Q", "BT", "ET", "w", "J", "j", "M", "d", "i", "ri", "G", "RG", "K", "MP", "DP", "BX", "EX",
))  # fmt: skip
"""Those that show, hide and move nothing, or are followed elsewhere; strokes are not drawn at all."""

Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _State:
    """What q keeps."""

    matrix: Matrix = UNIT
    font: Font | None = None
    size: float = 0.0
    leading: float = 0.0
    gray: float = 0.0


class PageReader:
    """Reads one page. `lines` are [number of the paragraph, record, text, is it a new line, height]."""

    def __init__(self, page: Any, fonts: Fonts) -> None:
        self.lines: list[list[Any]] = []
        self.odd: list[list[str]] = []
        self._page = page
        self._fonts = fonts
        self._state = _State()
        self._saved: list[_State] = []
        self._tags: list[tuple[int, str] | None] = []
        self._text: Matrix = UNIT
        self._line: Matrix = UNIT
        self._path: list[Bar] = []
        self._act = self._acts()
        low, high = page.mediabox, page.cropbox
        self._boxes = Boxes(
            max(float(low.left), float(high.left)), max(float(low.bottom), float(high.bottom)),
            min(float(low.right), float(high.right)), min(float(low.top), float(high.top)),
        )  # fmt: skip

    def read(self) -> None:
        from pypdf.generic import ContentStream

        content = self._page.get_contents()
        operations = [] if content is None else ContentStream(content, self._page.pdf).operations
        for operands, operator in operations:
            self._do(operator.decode("latin-1"), operands)
        for odd in self._boxes.crossed():
            self._note(odd)

    def _note(self, odd: str) -> None:
        self.odd.append([self._tag()[1], odd])

    def _tag(self) -> tuple[int, str]:
        return next((tag for tag in reversed(self._tags) if tag is not None), (0, ""))

    def _do(self, operator: str, operands: Sequence[Any]) -> None:
        act = self._act.get(operator)
        if act is not None:
            act(operands)
        elif operator == "BT":
            self._text = self._line = UNIT
        elif operator == "q":
            self._saved.append(self._state)
            if len(self._saved) > DEEPEST:
                raise ValueError("states within states without end")
        elif operator == "Q" and self._saved:
            self._state = self._saved.pop()
        elif operator not in HARMLESS:
            self._note(operator)

    def _acts(self) -> dict[str, Callable[[Sequence[Any]], None]]:
        return {
            "cm": self._moved, "re": self._bar, "f": self._fill, "F": self._fill, "f*": self._fill,
            "n": self._no_path, "g": self._color, "rg": self._color, "Tf": self._font, "TL": self._leading,
            "Td": self._next, "TD": self._next_leading, "Tm": self._place, "T*": self._new_line,
            "Tj": self._show, "TJ": self._show_apart, "'": self._show_next,
            "Tc": self._zero, "Tw": self._zero, "Ts": self._zero, "Tr": self._zero, "Tz": self._full,
            "BDC": self._begin, "BMC": self._begin, "EMC": self._end,
        }  # fmt: skip

    # ---- state ----

    def _moved(self, operands: Sequence[Any]) -> None:
        self._state = replace(self._state, matrix=_times(_matrix(operands), self._state.matrix))

    def _color(self, operands: Sequence[Any]) -> None:
        parts = [float(one) for one in operands]
        gray = parts[0] if len(parts) == 1 else sum(
            part * weight for part, weight in zip(parts, (0.299, 0.587, 0.114), strict=True)
        )  # fmt: skip
        self._state = replace(self._state, gray=gray)

    def _font(self, operands: Sequence[Any]) -> None:
        found = self._page["/Resources"].get_object()["/Font"].get_object()[operands[0]].get_object()
        self._state = replace(self._state, font=self._fonts.of(found), size=float(operands[1]))

    def _leading(self, operands: Sequence[Any]) -> None:
        self._state = replace(self._state, leading=float(operands[0]))

    def _zero(self, operands: Sequence[Any]) -> None:
        if float(operands[0]):
            self._note("Tc Tw Ts Tr")

    def _full(self, operands: Sequence[Any]) -> None:
        if float(operands[0]) != 100:
            self._note("Tz")

    # ---- tags ----

    def _begin(self, operands: Sequence[Any]) -> None:
        about = operands[1] if len(operands) > 1 else None
        tag = None
        if operands[0] == "/OC":
            self._note("/OC")
        elif isinstance(about, dict):
            if "/ActualText" in about:
                self._said_instead(str(about["/ActualText"]))
            if operands[0] == "/Sotto":
                tag = (int(about.get("/N", 0)), str(about.get("/Id", "")))
        self._tags.append(tag)
        if len(self._tags) > DEEPEST:
            raise ValueError("tags within tags without end")

    def _end(self, _: Sequence[Any]) -> None:
        if self._tags:
            self._tags.pop()

    def _said_instead(self, text: str) -> None:
        if set(text) <= INVISIBLE and self.lines:
            self.lines.append([*self._tag(), text, False, self.lines[-1][4]])
        else:
            self._note("/ActualText")

    # ---- bars ----

    def _bar(self, operands: Sequence[Any]) -> None:
        left, low, width, height = (float(one) for one in operands)
        a, b, c, d, e, f = self._state.matrix
        if b or c:
            self._note("re")
        ends = sorted((a * left + e, a * (left + width) + e)), sorted((d * low + f, d * (low + height) + f))
        self._path.append(Bar(ends[0][0], ends[1][0], ends[0][1], ends[1][1], self._state.gray))

    def _fill(self, _: Sequence[Any]) -> None:
        for bar in self._path:
            bar = replace(bar, gray=self._state.gray)
            if self._boxes.has_words:
                self._note("f")  # drawn over words
            self._boxes.lay(bar)
        self._path.clear()

    def _no_path(self, _: Sequence[Any]) -> None:
        self._path.clear()

    # ---- words ----

    def _place(self, operands: Sequence[Any]) -> None:
        self._text = self._line = _matrix(operands)

    def _next(self, operands: Sequence[Any]) -> None:
        across, up = (float(one) for one in operands)
        self._text = self._line = _times((1, 0, 0, 1, across, up), self._line)

    def _next_leading(self, operands: Sequence[Any]) -> None:
        self._leading([-float(operands[1])])
        self._next(operands)

    def _new_line(self, _: Sequence[Any]) -> None:
        self._next((0, -self._state.leading))

    def _show_next(self, operands: Sequence[Any]) -> None:
        self._new_line(operands)
        self._show(operands)

    def _show_apart(self, operands: Sequence[Any]) -> None:
        for one in operands[0]:
            if isinstance(one, int | float):
                self._advance(-float(one))
            else:
                self._show([one])

    def _show(self, operands: Sequence[Any]) -> None:
        font = self._state.font
        if font is None:
            self._note("Tf")
            return
        letters = list(font.said(_bytes(operands[0])))
        start = _times(self._text, self._state.matrix)
        self._advance(sum(width for _, width in letters))
        end = _times(self._text, self._state.matrix)
        text = "".join(char for char, _ in letters)
        size = self._state.size * start[3]
        if start[1] or start[2] or start[0] <= 0 or not 0.8 <= start[0] / (start[3] or 1) <= 1.25:
            self._note("Tm")
        if size < SMALLEST:
            self._note(f"Tf {size:.1f}")
        if self._state.gray > LIGHTEST:
            self._note(f"g {self._state.gray:.2f}")
        same, gap = self._boxes.write(start[4], start[5], end[4], size, self._note)
        self._keep(text, start[5], is_new=not same, gap=gap > GAP * size)

    def _keep(self, text: str, height: float, *, is_new: bool, gap: bool) -> None:
        if gap and self.lines and not self.lines[-1][2].endswith(" ") and not text.startswith(" "):
            text = f" {text}"
        self.lines.append([*self._tag(), text, is_new, round(height, 1)])

    def _advance(self, thousandths: float) -> None:
        across = thousandths / 1000 * self._state.size
        self._text = _times((1, 0, 0, 1, across, 0), self._text)


def _matrix(operands: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in operands)
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _bytes(value: Any) -> bytes:
    """Return the codes of a string, whatever the parser took it for."""
    found = getattr(value, "original_bytes", value)
    return found if isinstance(found, bytes) else str(found).encode("latin-1", "replace")
