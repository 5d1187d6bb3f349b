"""The fonts of a PDF: which letter a code is, how wide it is, and a digest of all that decides how it looks.

The digest does not change when another program writes the file anew and leaves its fonts alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DEEPEST = 12
MOST_OBJECTS = 20_000
ABOUT_PACKING = ("/Length", "/Filter", "/DecodeParms", "/DL")
UNKNOWN = "\ufffd"
WINDOWS = [UNKNOWN if code < 0x20 else bytes([code]).decode("cp1252", "replace") for code in range(256)]
_PART = re.compile(rb"beginbfchar(.{0,20000}?)endbfchar", re.DOTALL)
_ROW = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4,16})>")


@dataclass(frozen=True, slots=True)
class Font:
    """`letters` names codes of two bytes; None: they are UTF-16 (`wide`), or one byte each in WinAnsi."""

    letters: dict[int, str] | None
    wide: bool
    widths: dict[int, float]
    usual: float

    def said(self, codes: bytes) -> Iterator[tuple[str, float]]:
        """Yield the letters, and how wide each is in thousandths of the size."""
        if not self.wide:
            for code in codes:
                yield WINDOWS[code], self.widths.get(code, self.usual)
        elif self.letters is None:
            for char in codes.decode("utf-16-be", "replace"):
                yield char, self.usual
        else:
            for at in range(0, len(codes) - 1, 2):
                code = int.from_bytes(codes[at : at + 2])
                yield self.letters.get(code, UNKNOWN), self.widths.get(code, self.usual)


class Fonts:
    """Those of one file, each looked at once."""

    def __init__(self) -> None:
        self.digests: set[str] = set()
        self._known: dict[int, Font] = {}
        self._kept: list[Any] = []

    def of(self, found: Any) -> Font:
        """Return a font by its dictionary."""
        font = self._known.get(id(found))
        if font is None:
            self.digests.add(digest(found))
            font = self._known[id(found)] = _read(found)
            self._kept.append(found)  # so that no other one gets its place, and its id
        return font


def digest(font: Any) -> str:
    """Return the SHA-256 of a font with all that it refers to."""
    digester = hashlib.sha256()
    for piece in _canonical(font, [MOST_OBJECTS], DEEPEST):
        digester.update(piece)
    return digester.hexdigest()


def _canonical(value: Any, left: list[int], depth: int) -> Iterator[bytes]:
    """Yield an object in bytes that are the same however a file has it."""
    from pypdf.generic import ByteStringObject, DictionaryObject, NameObject, StreamObject, TextStringObject

    value = value.get_object()
    left[0] -= 1
    if depth < 0 or left[0] < 0:
        raise ValueError("a font is built without end")
    if isinstance(value, DictionaryObject):
        yield b"{"
        for name in sorted(value):
            if not (isinstance(value, StreamObject) and name in ABOUT_PACKING):
                yield name.encode() + b"="
                yield from _canonical(value.raw_get(name), left, depth - 1)
        if isinstance(value, StreamObject):
            yield b"stream " + hashlib.sha256(value.get_data()).digest()
        yield b"}"
    elif isinstance(value, list):
        yield b"["
        for one in value:
            yield from _canonical(one, left, depth - 1)
            yield b" "
        yield b"]"
    elif isinstance(value, NameObject):
        yield str(value).encode("utf-8", "replace")
    elif isinstance(value, TextStringObject | ByteStringObject):
        yield b"(" + value.original_bytes + b")"
    elif isinstance(value, bool) or not isinstance(value, int | float):
        yield str(value).encode()
    else:
        yield f"{float(value):.3f}".encode()


def _read(font: Any) -> Font:
    subtype = font.get("/Subtype")
    if subtype != "/Type0":
        first = int(font.get("/FirstChar", 0))
        widths = {first + at: float(one) for at, one in enumerate(_list(font.get("/Widths")))}
        return Font(None, False, widths, 500.0)
    glyphs = _list(font["/DescendantFonts"])[0].get_object()
    encoding = str(font.get("/Encoding", ""))
    letters = None
    if encoding == "/Identity-H":
        letters = dict(_letters(font.get("/ToUnicode")))
    return Font(letters, True, dict(_widths(_list(glyphs.get("/W")))), float(glyphs.get("/DW", 1000)))


def _list(value: Any) -> list[Any]:
    found = [] if value is None else value.get_object()
    return list(found) if isinstance(found, list) else []


def _letters(stream: Any) -> Iterator[tuple[int, str]]:
    if stream is not None:
        for part in _PART.findall(stream.get_object().get_data()):
            for code, char in _ROW.findall(part):
                yield int(code, 16), bytes.fromhex(char.decode()).decode("utf-16-be", "replace")


def _widths(said: list[Any]) -> Iterator[tuple[int, float]]:
    """Yield widths by code (ISO 32000-1, 9.7.4.3: of codes in a row, or one for a range)."""
    at = 0
    while at + 1 < len(said):
        first, second = int(said[at].get_object()), said[at + 1].get_object()
        if isinstance(second, list):
            yield from ((first + number, float(one.get_object())) for number, one in enumerate(second))
            at += 2
        else:
            width = float(said[at + 2].get_object())
            yield from ((code, width) for code in range(first, min(int(second), 0xFFFF) + 1))
            at += 3
