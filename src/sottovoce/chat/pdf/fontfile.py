"""A font of this machine, read from its file (OpenType), and cut to the letters that are used.

Of outlines it knows both kinds, `glyf` and CFF (Adobe Technical Note 5176). Pure: bytes in, bytes out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sottovoce.chat.pdf import cff

TRUETYPE = (b"glyf", b"loca", b"head", b"hhea", b"hmtx", b"maxp")
HINTS = (b"cvt ", b"fpgm", b"prep")

RESTRICTED, WHOLE_ONLY, BITMAPS_ONLY = 0x0002, 0x0100, 0x0200
"""Of OS/2 fsType: what whoever made a font forbids."""

COMPOSITE_MORE, COMPOSITE_WORDS, COMPOSITE_SCALE = 0x0020, 0x0001, {0x0008: 2, 0x0040: 4, 0x0080: 8}


class BadFont(Exception):
    """The file is no font that can be put into a PDF."""


@dataclass(frozen=True, slots=True)
class FontFile:
    """`glyphs` numbers the letters by their code points. Sizes are in thousandths of the font's."""

    name: str
    tables: dict[bytes, bytes]
    glyphs: dict[int, int]
    advances: tuple[int, ...]
    """Of glyphs in units of the font; the last one is of all that follow."""
    units: int
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    @property
    def is_cff(self) -> bool:
        return b"CFF " in self.tables

    def width(self, glyph: int) -> int:
        return round(self.advances[min(glyph, len(self.advances) - 1)] * 1000 / self.units)

    def cut(self, glyphs: Sequence[int]) -> bytes:
        """Return the font program with these glyphs alone, the first of which is number 0.

        Outlines in CFF are numbered anew, as they come here; others keep their numbers.
        """
        if self.is_cff:
            return cff.cut(self.tables[b"CFF "], glyphs)
        return _assembled(self._cut_truetype({0, *glyphs}))

    def _cut_truetype(self, kept: set[int]) -> dict[bytes, bytes]:
        glyf, places = self.tables[b"glyf"], _places(self.tables)
        left = list(kept)
        while left:
            number = left.pop()
            new = set(_parts(glyf[places[number] : places[number + 1]])) - kept
            kept |= new
            left += new
        cut, at = bytearray(), []
        for number in range(len(places) - 1):
            at.append(len(cut))
            if number in kept:
                cut += glyf[places[number] : places[number + 1]]
                cut += bytes(-len(cut) % 4)
        at.append(len(cut))
        head = bytearray(self.tables[b"head"])
        head[50:52] = b"\0\1"  # places of four bytes
        tables = {name: self.tables[name] for name in (*TRUETYPE, *HINTS) if name in self.tables}
        return {
            **tables,
            b"glyf": bytes(cut),
            b"loca": struct.pack(f">{len(at)}I", *at),
            b"head": bytes(head),
        }


def read(file: bytes, index: int = 0, name: str = "Font") -> FontFile:
    """Read a font, the one by this number where a file has several. Raises BadFont."""
    try:
        return _read(file, index, name)
    except (struct.error, IndexError, KeyError, cff.BadOutlines) as problem:
        raise BadFont(str(problem)) from problem


def _read(file: bytes, index: int, name: str) -> FontFile:
    tables = _tables(file, index)
    kind = struct.unpack_from(">H", tables[b"OS/2"], 8)[0]
    if kind & 0x000F == RESTRICTED or kind & (WHOLE_ONLY | BITMAPS_ONLY):
        raise BadFont("it may not be put into documents")
    if b"CFF " in tables:
        cff.check(tables[b"CFF "])
    elif not all(one in tables for one in TRUETYPE):
        raise BadFont("it has no outlines")
    count = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
    pairs = struct.unpack_from(f">{2 * count}H", tables[b"hmtx"], 0)
    units = int.from_bytes(tables[b"head"][18:20])
    box = struct.unpack_from(">4h", tables[b"head"], 36)
    ascent, descent = struct.unpack_from(">2h", tables[b"hhea"], 4)

    def scaled(size: int) -> int:
        return round(size * 1000 / units)

    return FontFile(
        name, tables, _mapped(tables[b"cmap"]), pairs[::2], units,
        (scaled(box[0]), scaled(box[1]), scaled(box[2]), scaled(box[3])), scaled(ascent), scaled(descent),
    )  # fmt: skip


def _tables(file: bytes, index: int) -> dict[bytes, bytes]:
    start = 0
    if file[:4] == b"ttcf":
        start = int.from_bytes(file[12 + 4 * index : 16 + 4 * index])
    if file[start : start + 4] not in (b"\0\1\0\0", b"OTTO", b"true"):
        raise BadFont("it is no font of outlines")
    count = struct.unpack_from(">H", file, start + 4)[0]
    wanted = {*TRUETYPE, *HINTS, b"CFF ", b"OS/2", b"cmap"}
    found = {}
    for at in range(start + 12, start + 12 + 16 * count, 16):
        name, place, size = file[at : at + 4], *struct.unpack_from(">2I", file, at + 8)
        if name in wanted:
            found[name] = file[place : place + size]
    return found


def _mapped(table: bytes) -> dict[int, int]:
    """Return which glyph shows which code point: by the largest of the tables for Unicode."""
    count = struct.unpack_from(">H", table, 2)[0]
    places = {}
    for at in range(4, 4 + 8 * count, 8):
        platform, encoding, place = struct.unpack_from(">2HI", table, at)
        places[platform, encoding] = place
    for key in ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1)):
        if key in places:
            table = table[places[key] :]
            kind = struct.unpack_from(">H", table)[0]
            if kind in (4, 12):
                return _segments(table) if kind == 4 else _groups(table)
    raise BadFont("it does not say which letter is which")


def _groups(table: bytes) -> dict[int, int]:
    count = struct.unpack_from(">I", table, 12)[0]
    numbers = struct.unpack_from(f">{3 * count}I", table, 16)
    return {
        code: glyph + code - first
        for first, last, glyph in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
        for code in range(first, min(last, 0x10FFFF) + 1)
    }


def _segments(table: bytes) -> dict[int, int]:
    count = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 4 * count)
    ranges = struct.unpack_from(f">{count}H", table, 16 + 6 * count)
    found = {}
    for number in range(count):
        for code in range(starts[number], min(ends[number], 0xFFFE) + 1):
            glyph = code
            if ranges[number]:
                at = 16 + 6 * count + 2 * number + ranges[number] + 2 * (code - starts[number])
                glyph = struct.unpack_from(">H", table, at)[0]
            if glyph or not ranges[number]:
                found[code] = (glyph + deltas[number]) & 0xFFFF
    return {code: glyph for code, glyph in found.items() if glyph}


def _places(tables: dict[bytes, bytes]) -> tuple[int, ...]:
    loca = tables[b"loca"]
    if struct.unpack_from(">H", tables[b"head"], 50)[0]:
        return struct.unpack(f">{len(loca) // 4}I", loca)
    return tuple(2 * place for place in struct.unpack(f">{len(loca) // 2}H", loca))


def _parts(glyph: bytes) -> Iterable[int]:
    """Yield the glyphs that one is put together from."""
    if len(glyph) < 10 or struct.unpack_from(">h", glyph)[0] >= 0:
        return
    at, flags = 10, COMPOSITE_MORE
    while flags & COMPOSITE_MORE:
        flags, number = struct.unpack_from(">2H", glyph, at)
        yield number
        at += 8 if flags & COMPOSITE_WORDS else 6
        at += sum(size for flag, size in COMPOSITE_SCALE.items() if flags & flag)


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    """Return a font file with these tables."""
    count = len(tables)
    power = count.bit_length() - 1
    out = bytearray(struct.pack(">4s4H", b"\0\1\0\0", count, 16 << power, power, 16 * (count - (1 << power))))
    place = 12 + 16 * count
    body = bytearray()
    for name, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        out += struct.pack(">4s3I", name, total, place + len(body), len(data))
        body += padded
    return bytes(out + body)
