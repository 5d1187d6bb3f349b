"""Outlines in the Compact Font Format, cut to the glyphs that are used (Adobe Technical Notes 5176 and 5177).

Glyphs share pieces of outline. Those of their own dictionary are cut to the ones that are used as well: in a
Chinese font they are most of what is left. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

CHARSTRINGS, CHARSET, PRIVATE, PIECES = 17, 15, 18, 19
ROS, DICTIONARIES, SELECT, COUNT = (12, 30), (12, 36), (12, 37), (12, 34)

Operator = int | tuple[int, int]
DEEPEST = 10
"""Pieces within pieces, as the format has it."""


class BadOutlines(Exception):
    """They are of a kind that is not cut here."""


@dataclass(frozen=True, slots=True)
class _Index:
    """A row of objects. `places` are their beginnings and the last one's end, in the whole."""

    start: int
    places: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.places) - 1

    @property
    def end(self) -> int:
        return self.places[-1]

    def of(self, data: bytes) -> list[bytes]:
        return [data[at:end] for at, end in zip(self.places, self.places[1:], strict=False)]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a dictionary says by one operator, and the bytes of it."""

    operator: Operator
    values: list[int]
    raw: bytes


def check(data: bytes) -> None:
    """Raise BadOutlines where they are of another kind than those with many letters have."""
    top = _values(_top(data))
    if CHARSTRINGS not in top or ROS not in top:
        raise BadOutlines("its glyphs have names and no numbers")


def cut(data: bytes, numbers: Sequence[int]) -> bytes:
    """Return the outlines with these glyphs alone, numbered from 0 as they come."""
    entries = _top(data)
    top = _values(entries)
    glyphs = _index(data, top[CHARSTRINGS][-1])
    select = _selected(data, top[SELECT][-1], len(glyphs))
    fonts = [_Font(data, one) for one in _index(data, top[DICTIONARIES][-1]).of(data)]
    shared = _index(data, _index(data, _index(data, _index(data, data[2]).end).end).end)
    for number in numbers:
        font = fonts[select[number]]
        _Trace(data, shared, font.pieces, font.used).follow(glyphs.places[number], glyphs.places[number + 1])
    parts = [
        b"\x02\x00\x01" + max(0, len(numbers) - 2).to_bytes(2),
        b"\0" + bytes(select[number] for number in numbers),
        _row([data[glyphs.places[number] : glyphs.places[number + 1]] for number in numbers]),
    ]
    return _put_together(data, entries, shared, parts, fonts)


def _put_together(
    data: bytes, entries: list[_Entry], shared: _Index, parts: list[bytes], fonts: list[_Font]
) -> bytes:
    """Write everything one after the other, and where each part is into the dictionaries."""
    names = _index(data, data[2])
    strings = _index(data, names.end).end
    head, common = data[: names.end], data[strings : shared.end]
    written = [*parts, *(font.private() for font in fonts)]
    operators: tuple[Operator, ...] = (CHARSET, SELECT, CHARSTRINGS, DICTIONARIES)

    def top(places: list[int]) -> bytes:
        return _row([_again(entries, {op: [at] for op, at in zip(operators, places, strict=True)})])

    at = len(head) + len(top([0] * 4)) + len(common)
    places = []
    for one in written:
        places.append(at)
        at += len(one)
    sizes = [font.size for font in fonts]
    again = [
        _again(font.entries, {PRIVATE: [size, place]})
        for font, size, place in zip(fonts, sizes, places[3:], strict=True)
    ]
    return b"".join([head, top([*places[:3], at]), common, *written, _row(again)])


class _Font:
    """One of the dictionaries of a font of many letters, with the pieces that its glyphs share."""

    def __init__(self, data: bytes, said: bytes) -> None:
        self.entries = list(_said(said))
        self.used: set[int] = set()
        size, place = _values(self.entries)[PRIVATE]
        self._data = data
        self._private = list(_said(data[place : place + size]))
        found = _values(self._private).get(PIECES)
        self.pieces = None if found is None else _index(data, place + found[-1])

    @property
    def size(self) -> int:
        return len(_again(self._private, {PIECES: [0]}))

    def private(self) -> bytes:
        """Return its own part, and the pieces that are used: the others are empty."""
        if self.pieces is None:
            return _again(self._private, {})
        pieces = self.pieces.of(self._data)
        kept = [one if number in self.used else b"" for number, one in enumerate(pieces)]
        return _again(self._private, {PIECES: [self.size]}) + _row(kept)


def _again(entries: list[_Entry], changed: dict[Operator, list[int]]) -> bytes:
    """Return a dictionary with other numbers at some operators, all as long as any number may be."""
    return b"".join(
        one.raw
        if one.operator not in changed
        else b"".join(b"\x1d" + value.to_bytes(4) for value in changed[one.operator])
        + (bytes([one.operator]) if isinstance(one.operator, int) else bytes(one.operator))
        for one in entries
    )


def _row(objects: list[bytes]) -> bytes:
    if not objects:
        return b"\0\0"
    at, offsets = 1, [1]
    for one in objects:
        at += len(one)
        offsets.append(at)
    size = (at.bit_length() + 7) // 8
    table = b"".join(place.to_bytes(size) for place in offsets)
    return len(objects).to_bytes(2) + bytes([size]) + table + b"".join(objects)


@dataclass(slots=True)
class _Trace:
    """Follows an outline into the pieces that it is drawn with, and notes those of its own dictionary."""

    data: bytes
    shared: _Index
    own: _Index | None
    used: set[int]
    _stack: list[int] = field(default_factory=list)
    _hints: int = 0

    def follow(self, at: int, end: int, depth: int = 0) -> bool:
        """Return whether the outline ended here. Raises BadOutlines."""
        if depth > DEEPEST:
            raise BadOutlines("pieces within pieces without end")
        data = self.data
        while at < end:
            first = data[at]
            if first >= 32 or first == 28:
                value, at = _number(data, at)
                self._stack.append(value)
                continue
            at += 2 if first == 12 else 1
            if first in (10, 29):
                if self._call(first, depth):
                    return True
                continue
            if first == 11:
                return False
            if first in (1, 3, 18, 23, 19, 20):  # stems, and masks, which may have some before them
                self._hints += len(self._stack) // 2
                at += -(-self._hints // 8) if first in (19, 20) else 0
            self._stack.clear()
            if first == 14:
                return True
        return False

    def _call(self, operator: int, depth: int) -> bool:
        index = self.own if operator == 10 else self.shared
        if index is None or not self._stack:
            raise BadOutlines("a piece is missing")
        count = len(index)
        number = self._stack.pop() + (107 if count < 1240 else 1131 if count < 33_900 else 32_768)
        if not 0 <= number < count:
            raise BadOutlines("a piece is missing")
        if operator == 10:
            self.used.add(number)
        return self.follow(index.places[number], index.places[number + 1], depth + 1)


def _selected(data: bytes, at: int, count: int) -> list[int]:
    """Return the dictionary of each glyph."""
    if data[at] == 0:
        return list(data[at + 1 : at + 1 + count])
    if data[at] != 3:
        raise BadOutlines("its dictionaries are told in another way")
    ranges = int.from_bytes(data[at + 1 : at + 3])
    firsts = [int.from_bytes(data[at + 3 + 3 * n : at + 5 + 3 * n]) for n in range(ranges + 1)]
    numbers = [data[at + 5 + 3 * n] for n in range(ranges)]
    return [
        number
        for number, first, last in zip(numbers, firsts, firsts[1:], strict=False)
        for _ in range(first, last)
    ]


def _index(data: bytes, start: int) -> _Index:
    count, size = int.from_bytes(data[start : start + 2]), data[start + 2]
    if not count:
        return _Index(start, (start + 2,))
    table = data[start + 3 : start + 3 + (count + 1) * size]
    if not 1 <= size <= 4 or len(table) < (count + 1) * size:
        raise BadOutlines("an index is damaged")
    base = start + 2 + len(table)
    places = (int.from_bytes(table[at : at + size]) for at in range(0, len(table), size))
    return _Index(start, tuple(base + place for place in places))


def _top(data: bytes) -> list[_Entry]:
    index = _index(data, _index(data, data[2]).end)
    return list(_said(data[index.places[0] : index.places[1]]))


def _values(entries: list[_Entry]) -> dict[Operator, list[int]]:
    return {one.operator: one.values for one in entries}


def _said(data: bytes) -> Iterator[_Entry]:
    """Yield what a dictionary says."""
    values: list[int] = []
    at = begun = 0
    while at < len(data):
        first = data[at]
        if first <= 21:
            operator = (12, data[at + 1]) if first == 12 else first
            at += 2 if first == 12 else 1
            yield _Entry(operator, values, data[begun:at])
            values, begun = [], at
        elif first == 29:
            values.append(int.from_bytes(data[at + 1 : at + 5], signed=True))
            at += 5
        elif first == 30:  # a fraction, in half bytes to an F: none of the places is one
            at += 1
            while data[at] & 0x0F != 0x0F and data[at] >> 4 != 0x0F:
                at += 1
            values.append(0)
            at += 1
        else:
            value, at = _number(data, at)
            values.append(value)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number, and where what follows it begins."""
    first = data[at]
    if first == 28:
        return int.from_bytes(data[at + 1 : at + 3], signed=True), at + 3
    if first == 255:
        return int.from_bytes(data[at + 1 : at + 3], signed=True), at + 5
    if first <= 246:
        return first - 139, at + 1
    if first <= 250:
        return (first - 247) * 256 + data[at + 1] + 108, at + 2
    return -(first - 251) * 256 - data[at + 1] - 108, at + 2
