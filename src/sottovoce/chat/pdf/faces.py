"""Fonts of a PDF: the standard ones that readers have, those they find for Chinese, and embedded ones.

Each says which letters it has and how wide they are, encodes texts, and puts itself into a file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from sottovoce.chat.pdf.fontfile import FontFile
from sottovoce.chat.pdf.objects import File, Name, Ref
from sottovoce.chat.pdf.widths import BOLD, REGULAR

FIRST, LAST = 32, 255
TYPEWRITER = 600
WIDE = 1000
MOST_MAPPED = 100
"""Letters in one piece of a map (Adobe Technical Note 5014)."""


class Face(Protocol):
    """A font. Widths are in thousandths of its size."""

    @property
    def name(self) -> str: ...

    def width(self, char: str) -> int | None:
        """Return how wide a letter is; None: there is no such letter."""

    def encoded(self, text: str) -> bytes: ...

    def put(self, file: File) -> Ref: ...


@dataclass(frozen=True, slots=True)
class Standard:
    """A font that readers of PDF bring along, for what Windows-1252 has: most of western Europe."""

    name: str

    def width(self, char: str) -> int | None:
        return _standard_widths(self.name).get(char)

    def encoded(self, text: str) -> bytes:
        return text.encode("cp1252")

    def put(self, file: File) -> Ref:
        return file.add(
            {
                "Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name(self.name),
                "Encoding": Name("WinAnsiEncoding"), "FirstChar": FIRST, "LastChar": LAST,
                "Widths": list(_by_code(self.name)),
            }
        )  # fmt: skip


def _by_code(name: str) -> tuple[int, ...]:
    if name.startswith("Courier"):
        return (TYPEWRITER,) * (LAST - FIRST + 1)
    return BOLD if "Bold" in name else REGULAR


@cache
def _standard_widths(name: str) -> dict[str, int]:
    codes = (bytes([code]).decode("cp1252", "ignore") for code in range(FIRST, LAST + 1))
    return {char: wide for char, wide in zip(codes, _by_code(name), strict=True) if char and char != "\x7f"}


@dataclass(frozen=True, slots=True)
class Predefined:
    """A font of Chinese or Korean by its name alone: readers set it in what they have for that script."""

    name: str
    encoding: str
    """The map of ISO 32000-1, table 118: from UTF-16."""
    ordering: str
    codec: str
    """What such a font has, as Python names it."""

    def width(self, char: str) -> int | None:
        if ord(char) < 0x80 or ord(char) > 0xFFFF:
            return None
        try:
            char.encode(self.codec)
        except UnicodeEncodeError:
            return None
        return WIDE

    def encoded(self, text: str) -> bytes:
        return text.encode("utf-16-be")

    def put(self, file: File) -> Ref:
        about = {
            "Type": Name("FontDescriptor"), "FontName": Name(self.name), "Flags": 4, "StemV": 80,
            "FontBBox": [-200, -250, 1100, 950], "ItalicAngle": 0, "Ascent": 880, "Descent": -120,
            "CapHeight": 740,
        }  # fmt: skip
        glyphs = _glyphs(self.name, "CIDFontType0", self.ordering, file.add(about))
        return file.add(_composite(f"{self.name}-{self.encoding}", self.encoding, file.add(glyphs)))


@dataclass(slots=True)
class Embedded:
    """A font of this machine. The letters that are encoded go into the file, each with a code of its own.

    Also where one glyph shows two letters, so that each is read as what it is.
    """

    font: FontFile
    _codes: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.font.name

    def width(self, char: str) -> int | None:
        glyph = self.font.glyphs.get(ord(char))
        return None if glyph is None else self.font.width(glyph)

    def encoded(self, text: str) -> bytes:
        codes = (self._codes.setdefault(char, len(self._codes) + 1) for char in text)
        return b"".join(code.to_bytes(2) for code in codes)

    def put(self, file: File) -> Ref:
        glyphs = [0, *(self.font.glyphs[ord(char)] for char in self._codes)]
        program = self.font.cut(glyphs)
        name = f"{_tag(program)}+{self.name}"
        is_cff = self.font.is_cff
        kind: dict[str, object] = {"Subtype": Name("CIDFontType0C")} if is_cff else {"Length1": len(program)}
        about = {
            "Type": Name("FontDescriptor"), "FontName": Name(name), "Flags": 4, "StemV": 80,
            "FontBBox": list(self.font.box), "ItalicAngle": 0, "Ascent": self.font.ascent,
            "Descent": self.font.descent, "CapHeight": 700,
            "FontFile3" if is_cff else "FontFile2": file.stream(kind, program),
        }  # fmt: skip
        inner = _glyphs(name, "CIDFontType0" if is_cff else "CIDFontType2", "Identity", file.add(about))
        inner["W"] = [1, [self.font.width(glyph) for glyph in glyphs[1:]]]
        if not is_cff:
            numbers = b"".join(glyph.to_bytes(2) for glyph in glyphs)
            inner["CIDToGIDMap"] = file.stream({}, numbers)
        composite = _composite(name, "Identity-H", file.add(inner))
        return file.add({**composite, "ToUnicode": file.stream({}, _map(self._codes))})


def _glyphs(name: str, subtype: str, ordering: str, about: Ref) -> dict[str, object]:
    registry = {"Registry": b"Adobe", "Ordering": ordering.encode(), "Supplement": 0}
    return {
        "Type": Name("Font"), "Subtype": Name(subtype), "BaseFont": Name(name), "CIDSystemInfo": registry,
        "FontDescriptor": about, "DW": WIDE,
    }  # fmt: skip


def _composite(name: str, encoding: str, glyphs: Ref) -> dict[str, object]:
    return {
        "Type": Name("Font"), "Subtype": Name("Type0"), "BaseFont": Name(name), "Encoding": Name(encoding),
        "DescendantFonts": [glyphs],
    }  # fmt: skip


def _tag(program: bytes) -> str:
    """Return the six letters that tell one cut of a font from another (ISO 32000-1, 9.6.4)."""
    digest = hashlib.sha256(program).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _map(codes: dict[str, int]) -> bytes:
    """Return what says which letter a code is (ISO 32000-1, 9.10.3)."""
    rows = [f"<{code:04x}> <{char.encode('utf-16-be').hex()}>" for char, code in codes.items()]
    pieces = [rows[at : at + MOST_MAPPED] for at in range(0, len(rows), MOST_MAPPED)]
    said = "".join(f"{len(one)} beginbfchar\n{chr(10).join(one)}\nendbfchar\n" for one in pieces)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{said}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
