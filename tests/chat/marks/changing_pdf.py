"""Changes PDFs as another program would: a word of a page, its operators, or the file around them."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ByteStringObject, ContentStream, NameObject, StreamObject

from sottovoce.knowledge.reading.shown_fonts import Font, Fonts

Edit = Callable[[PdfWriter], None]


def changed(file: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Return the file with one letter of a word another, put in, or taken out."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(file)))
    fonts = Fonts()
    places = [
        (page, content, operands, font)
        for page in writer.pages
        for content in [ContentStream(page.get_contents(), writer)]
        for operands, font in _texts(page, content, fonts)
    ]
    page, content, operands, font = draw.choice(places)
    letters = [char for char, _ in font.said(operands[0].original_bytes)]
    at = draw.choice([at for at, char in enumerate(letters) if char.isalnum()])
    what = _otherwise(operands, font, letters, at, draw)
    stream = StreamObject()
    stream.set_data(content.get_data())
    page[NameObject("/Contents")] = writer._add_object(stream)
    return written(writer), what


def reworded(file: bytes, old: str, new: str) -> bytes:
    """Return the file with other words, in letters that their font has."""
    writer, fonts = PdfWriter(clone_from=PdfReader(io.BytesIO(file))), Fonts()
    for page in writer.pages:
        content = ContentStream(page.get_contents(), writer)
        for operands, font in _texts(page, content, fonts):
            said = operands[0].original_bytes
            now, other = (_codes(font, text) for text in (old, new))
            operands[0] = ByteStringObject(said.replace(now, other)) if now else operands[0]
        put(writer, page, content.get_data())
    return written(writer)


def _codes(font: Font, text: str) -> bytes:
    """Return a text in the codes of a font; nothing where it lacks a letter."""
    if not font.wide:
        return text.encode("cp1252", "ignore")
    if font.letters is None:
        return text.encode("utf-16-be")
    codes = {char: code.to_bytes(2) for code, char in font.letters.items()}
    return b"".join(codes[char] for char in text) if set(text) <= set(codes) else b""


def _texts(page: Any, content: ContentStream, fonts: Fonts) -> list[tuple[Any, Font]]:
    found, font = [], None
    for operands, operator in content.operations:
        if operator == b"Tf":
            font = fonts.of(page["/Resources"]["/Font"][operands[0]].get_object())
        elif operator == b"Tj" and font is not None:
            said = "".join(char for char, _ in font.said(operands[0].original_bytes))
            found += [(operands, font)] if any(map(str.isalnum, said)) else []
    return found


def _otherwise(operands: Any, font: Font, letters: list[str], at: int, draw: random.Random) -> str:
    codes = operands[0].original_bytes
    size = 2 if font.wide else 1
    known = [code.to_bytes(2) for code in font.letters or ()] if font.wide else [b"x", b"q", b"7"]
    now = codes[size * at : size * (at + 1)]
    others = [code for code in known if code != now and not _is_space(font, code)]
    new = draw.choice([*others[:3], now + draw.choice(known[:3]), b""])
    if _is_space(font, new):
        new = b""
    operands[0] = ByteStringObject(codes[: size * at] + new + codes[size * (at + 1) :])
    return f"{letters[at]} of {''.join(letters)} to {new!r}"


def _is_space(font: Font, codes: bytes) -> bool:
    return bool(codes) and all(char.isspace() for char, _ in font.said(codes))


def edited(file: bytes, edit: Edit) -> bytes:
    """Return the file as pypdf writes it after an edit."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(file)))
    edit(writer)
    return written(writer)


def inserted(file: bytes, old: bytes, new: bytes) -> bytes:
    """Return a file of our own with bytes put before the old ones, and its places where they are now."""
    at = file.index(old)

    def moved(found: re.Match[bytes]) -> bytes:
        place = int(found[0])
        return b"%0*d" % (len(found[0]), place + len(new) * (place > at))

    body, table = file[:at] + new + file[at : file.rindex(b"xref\n0 ")], file[file.rindex(b"xref\n0 ") :]
    return body + re.sub(rb"\d{10}(?= 00000 n)|(?<=startxref\n)\d+", moved, table)


def in_page(old: bytes, new: bytes, *, count: int = 1) -> Edit:
    """Return an edit of the operators of the first page that has the old ones."""

    def edit(writer: PdfWriter) -> None:
        for page in writer.pages:
            data = page.get_contents().get_data()
            if old in data:
                put(writer, page, data.replace(old, new, count))
                return
        raise AssertionError(f"{old!r} is on no page")

    return edit


def around(before: bytes, after: bytes = b"") -> Edit:
    """Return an edit that puts operators before and behind those of the first page."""

    def edit(writer: PdfWriter) -> None:
        page = writer.pages[0]
        put(writer, page, before + b"\n" + page.get_contents().get_data() + b"\n" + after)

    return edit


def put(writer: PdfWriter, page: Any, data: bytes) -> None:
    stream = StreamObject()
    stream.set_data(data)
    page[NameObject("/Contents")] = writer._add_object(stream)


def written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
