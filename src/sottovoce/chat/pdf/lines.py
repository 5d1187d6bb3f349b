"""Breaks text into lines of a width: at spaces, between Chinese letters, and within a word that is too long.

A line that ended at a space ends with it, and one that was broken within a word does not: so what stands on
the lines, one after the other, is the text, and who reads it again need not guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sottovoce.chat.marks.words import CODE, STROKE, STRUCK, Run
from sottovoce.chat.pdf.faces import Face
from sottovoce.chat.pdf.letters import WIDE, Letters

NOT_FIRST = frozenset("，。、；：！？）》」』】〉〕”’…—·％,.;:!?)]}")
NOT_LAST = frozenset("（《「『【〈〔“‘([{")
"""Marks that begin no line, and that end none."""

PARTS = re.compile(rf"\s+|{WIDE.pattern}|(?:(?!{WIDE.pattern})\S)+")

Styles = frozenset[str]


@dataclass(slots=True)
class Bit:
    """Letters in one font, `left` points behind the beginning of the line. No font: nothing is drawn."""

    text: str
    face: Face | None
    left: float
    width: float


@dataclass(slots=True)
class Line:
    bits: list[Bit] = field(default_factory=list)

    @property
    def width(self) -> float:
        return self.bits[-1].left + self.bits[-1].width if self.bits else 0.0


def shown(runs: Iterable[Run]) -> list[Run]:
    """Return runs with what is struck through between strokes, as the words of a text have it."""
    found: list[Run] = []
    for is_struck, group in groupby(runs, lambda run: STRUCK in run.styles):
        part = list(group)
        if is_struck and "".join(run.text for run in part).strip():
            part = [Run(STROKE, part[0].styles), *part, Run(STROKE, part[-1].styles)]
        found += part
    return found


class Setter:
    """Sets texts in the letters of one document."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def lines(self, runs: Iterable[Run], width: float, size: float) -> list[Line]:
        """Return a paragraph in lines."""
        filler = _Filler(self._letters, width, size)
        for word in _words(self._letters, shown(runs)):
            filler.put(word)
        return filler.done()

    def code(self, text: str, width: float, size: float) -> list[Line]:
        """Return code in lines: each of its own, broken where it is too long, ends with a space."""
        found = []
        for line in self._letters.writable(text).strip("\n").split("\n"):
            filler = _Filler(self._letters, width, size)
            filler.spell([(line.rstrip() + " ", frozenset((CODE,)))])
            found += filler.done() or [Line()]
        return found

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is on one line, in points."""
        return sum(line.width for line in self.lines((Run(text),), 1e9, size))


@dataclass(slots=True)
class _Word:
    """What is not broken, if it can be helped. `ends`: the style of the space behind it; None: no space."""

    parts: list[tuple[str, Styles]] = field(default_factory=list)
    ends: Styles | None = None


def _words(letters: Letters, runs: Sequence[Run]) -> Iterator[_Word]:
    word, last = _Word(), ""
    for run in runs:
        for piece in PARTS.findall(letters.writable(run.text)):
            if piece.isspace():
                if word.parts and word.ends is None:
                    word.ends = run.styles
                continue
            if word.ends is not None or (word.parts and _may_break(last, piece[0])):
                yield word
                word = _Word()
            if word.parts and word.parts[-1][1] == run.styles:
                word.parts[-1] = (word.parts[-1][0] + piece, run.styles)
            else:
                word.parts.append((piece, run.styles))
            last = piece[-1]
    if word.parts:
        word.ends = None
        yield word


def _may_break(before: str, after: str) -> bool:
    if not (WIDE.match(before) or WIDE.match(after)):
        return False
    return before not in NOT_LAST and after not in NOT_FIRST


class _Filler:
    """Fills lines with words."""

    def __init__(self, letters: Letters, width: float, size: float) -> None:
        self._letters = letters
        self._width = width
        self._size = size
        self._lines: list[Line] = []
        self._line = Line()

    def put(self, word: _Word) -> None:
        bits = [(one, styles) for text, styles in word.parts for one in self._bits(text, styles)]
        wide = sum(bit.width for bit, _ in bits)
        if self._line.bits and self._line.width + wide > self._width:
            self._end()
        if wide > self._width:
            self.spell(word.parts)
        else:
            for bit, _ in bits:
                self._add(bit)
        if word.ends is not None:
            for bit in self._bits(" ", word.ends):
                self._add(bit)

    def spell(self, parts: Iterable[tuple[str, Styles]]) -> None:
        """Put letter after letter, wherever a line ends."""
        for text, styles in parts:
            for whole in self._bits(text, styles):
                for char in whole.text:
                    bit = self._bit(char, whole.face)
                    if char != " " and self._line.bits and self._line.width + bit.width > self._width:
                        self._end()
                    self._add(bit)

    def done(self) -> list[Line]:
        if self._line.bits:
            self._end()
        return self._lines

    def _bits(self, text: str, styles: Styles) -> list[Bit]:
        return [self._bit(piece.text, piece.face) for piece in self._letters.pieces(text, styles)]

    def _bit(self, text: str, face: Face | None) -> Bit:
        wide = 0 if face is None else sum(face.width(char) or 0 for char in text)
        return Bit(text, face, 0.0, wide * self._size / 1000)

    def _add(self, bit: Bit) -> None:
        bit.left = self._line.width
        last = self._line.bits[-1] if self._line.bits else None
        if last is not None and last.face is bit.face:
            last.text += bit.text
            last.width += bit.width
        else:
            self._line.bits.append(bit)

    def _end(self) -> None:
        self._lines.append(self._line)
        self._line = Line()
