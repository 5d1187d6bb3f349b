"""Documents built to harm, made by hand.

A bomb is as large as it needs to be to go off if its safeguard is taken away, and no larger.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from samples import (
    R,
    W,
    docx,
    epub,
    opendocument,
    package,
    packed,
    paragraph,
    pdf,
    pptx,
    relations,
    shape,
    with_objects,
    xlsx,
    zipped,
)


@dataclass(frozen=True)
class Bomb:
    """`ends`: words of the sentence it ends in, of each that is honest; "" is a text of bounded size."""

    name: str
    make: Callable[[], bytes]
    ends: tuple[str, ...]


ZEROES = b"\0" * 1_000_000
GROWS, DAMAGED, LONG, KIND = "built to grow", "damaged or cut short", "holds more than", "of a kind"
LIMIT = ("of memory", "takes longer", "broke the program")


def laughs() -> str:
    rows = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!DOCTYPE w:document [<!ENTITY l0 "lol">{rows}]>'


def nested_zip() -> bytes:
    inner = zipped({"a.txt": ZEROES})
    for _ in range(5):
        inner = zipped({f"{at}.zip": inner for at in range(16)})
    return inner


def flat_zip(name: str, megabytes: int) -> bytes:
    """Return a document whose one part is many megabytes of a paragraph, in a thousandth of that."""
    text = f"<w:document {W}><w:body><w:p><w:r><w:t>".encode() + b"a" * (megabytes * 1_000_000)
    return package(name, {name: text})


def chapters() -> bytes:
    """Return a book of many chapters, each a little below what one part may unpack to for nothing."""
    return epub({f"c{at}": "<!--" + " " * 12_000_000 + "-->" for at in range(2)})


def listed_often() -> bytes:
    """Return a book whose list names the same packed chapter two thousand times."""
    book = epub({"c": "<p>" + "a" * 100_000 + "</p>"}, spine="<itemref idref='c'/>" * 2_000)
    at, end = book.index(b"PK\x01\x02"), book.rindex(b"PK\x05\x06")
    entry = book[book.rindex(b"PK\x01\x02") : end]
    count = struct.unpack_from("<H", book, end + 10)[0] + 2_000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, end - at + 2_000 * len(entry), at, 0)
    return book[:end] + entry * 2_000 + tail


def holding_itself() -> bytes:
    """Return an archive that holds itself: its first part is named like a document and is the whole file."""
    inner = zipped({"word/document.xml": "x"})
    return zipped({"word/document.xml": inner, "_rels/.rels": inner, "[Content_Types].xml": inner})


def lying(offset: int, form: str, value: int) -> bytes:
    """Return a document whose list says something else of its main part than is so."""
    data = bytearray(docx(paragraph("x" * 5_000)))
    at = data.rindex(b"word/document.xml") - 46
    struct.pack_into(form, data, at + offset, value)
    return bytes(data)


def many_parts() -> bytes:
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    return (
        b"PK\x03\x04"
        + entry * 200_000
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_000, 65_000, 9_400_000, 4, 0)
    )


def shared_pages() -> bytes:
    """Return a PDF of a million pages: a tree whose branches are all the same ten."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    for depth in range(6):
        below = f"{depth + 3} 0 R " * 10
        objects.append(f"<< /Type /Pages /Count {10 ** (6 - depth)} /Kids [{below}] >>".encode())
    objects.append(b"<< /Type /Page /MediaBox [0 0 9 9] >>")
    return with_objects(objects, b"")


def looped_pages() -> bytes:
    return with_objects(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 15000 /Kids [2 0 R 2 0 R] >>"], b""
    )


def stream(data: bytes, said: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), said, data)


def page_with(content: bytes, resources: bytes = b"") -> list[bytes]:
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>"
        % resources,
        content,
    ]


def flate_bomb() -> bytes:
    packer = zlib.compressobj(1)
    once = b"".join(packer.compress(ZEROES) for _ in range(450)) + packer.flush()
    return with_objects(page_with(stream(packed(once), b"/Filter [/FlateDecode /FlateDecode]")), b"")


def huge_picture() -> bytes:
    picture = b"/Type /XObject /Subtype /Image /Width 100000 /Height 100000"
    picture += b" /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    objects = page_with(stream(b"q 100 0 0 100 0 0 cm /I Do Q"), b"/XObject << /I 5 0 R >>")
    return with_objects([*objects, stream(packed(ZEROES), picture + b" /Filter /FlateDecode")], b"")


def calling_form() -> bytes:
    """Return a PDF whose form draws itself, twice, each time."""
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>"
    objects = page_with(stream(b"/F Do"), b"/XObject << /F 5 0 R >>")
    return with_objects([*objects, stream(b"/F Do /F Do", form)], b"")


def nested_parts(count: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(count)
    )
    return b"Subject: deep\n" + head + b"\ntext\n"


def many_names() -> bytes:
    attributes = " ".join(f"a{at}='1'" for at in range(200_000))
    return docx(f"<w:p {attributes}><w:r><w:t>x</w:t></w:r></w:p>")


BOMBS = [
    Bomb("nested.zip", nested_zip, ("is an archive",)),
    Bomb("nested.docx", nested_zip, ("is an archive",)),
    Bomb("flat.docx", lambda: flat_zip("word/document.xml", 40), (GROWS,)),
    Bomb("flat.xlsx", lambda: flat_zip("xl/workbook.xml", 40), (GROWS,)),
    Bomb("laughs.docx", lambda: docx(paragraph("&l9;"), before=laughs()), (GROWS,)),
    Bomb(
        "quadratic.docx",
        lambda: docx(paragraph("&a;" * 50_000), before=f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]>'),
        (GROWS,),
    ),
    Bomb(
        "external.docx",
        lambda: docx(paragraph("&x;"), before='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        (GROWS,),
    ),
    Bomb(
        "outside.docx",
        lambda: docx(paragraph("kept"), before='<!DOCTYPE d SYSTEM "file:///etc/passwd">'),
        ("",),
    ),
    Bomb("deep.docx", lambda: docx("<w:p>" * 300_000), (GROWS,)),
    Bomb("tables.docx", lambda: docx("<w:tbl><w:tr><w:tc>" * 300 + paragraph("x")), (DAMAGED,)),
    Bomb("names.docx", many_names, ("",)),
    Bomb("attribute.docx", lambda: docx(f"<w:p a='{'x' * 12_000_000}'/>" + paragraph("x")), ("",)),
    Bomb("itself.docx", holding_itself, (DAMAGED,)),
    Bomb("size.docx", lambda: lying(24, "<L", 4_000_000_000), ("",)),
    Bomb("small.docx", lambda: lying(24, "<L", 10), (DAMAGED,)),
    Bomb("offset.docx", lambda: lying(42, "<L", 0xFFFF_0000), (DAMAGED,)),
    Bomb("locked.docx", lambda: lying(8, "<H", 1), ("locked with a password",)),
    Bomb("method.docx", lambda: lying(10, "<H", 14), (DAMAGED,)),
    Bomb("parts.docx", many_parts, (GROWS,)),
    Bomb(
        "styles.docx",
        lambda: package(
            "word/document.xml",
            {
                "word/document.xml": f"<w:document {W}>{paragraph('x', 's1')}</w:document>",
                "word/_rels/document.xml.rels": relations(("a", "x/styles", "s.xml")),
                "word/s.xml": f"<w:styles {W}>"
                + "".join(
                    f'<w:style w:styleId="s{at}"><w:basedOn w:val="s{(at + 1) % 20_000}"/></w:style>'
                    for at in range(20_000)
                )
                + "</w:styles>",
            },
        ),
        ("",),
    ),
    Bomb(
        "cells.xlsx",
        lambda: xlsx(
            "".join(f'<row><c r="XFD{at}" t="n"><v>1</v></c></row>' for at in range(1, 5_001)),
            more='<dimension ref="A1:XFD1048576"/>',
        ),
        ("",),
    ),
    Bomb(
        "shared.xlsx",
        lambda: xlsx('<row><c t="s"><v>0</v></c></row>' * 4_000, shared=("long " * 6_000,)),
        (LONG,),
    ),
    Bomb(
        "repeated.ods",
        lambda: opendocument(
            "spreadsheet",
            "<office:spreadsheet><table:table>"
            "<table:table-row table:number-rows-repeated='1048576'>"
            "<table:table-cell table:number-columns-repeated='1000000000'><text:p>x</text:p>"
            "</table:table-cell></table:table-row></table:table></office:spreadsheet>",
        ),
        ("",),
    ),
    Bomb(
        "spaces.odt",
        lambda: opendocument(
            "text", "<office:text><text:p>a<text:s text:c='2000000000'/>b</text:p></office:text>"
        ),
        ("",),
    ),
    Bomb(
        "slides.pptx",
        lambda: package(
            "ppt/presentation.xml",
            {
                "ppt/presentation.xml": f"<p:p xmlns:p='p' {R}>" + "<p:sldId r:id='r'/>" * 300_000 + "</p:p>",
                "ppt/_rels/presentation.xml.rels": relations(("r", "x/slide", "s.xml")),
                "ppt/s.xml": "<s/>",
            },
        ),
        (LONG,),
    ),
    Bomb("notes.pptx", lambda: pptx(shape("x") * 50_000, notes=shape("y")), ("",)),
    Bomb("spine.epub", lambda: epub({"a": "<p>once</p>"}, spine="<itemref idref='a'/>" * 100_000), ("",)),
    Bomb("chapters.epub", chapters, (GROWS,)),
    Bomb("listed.epub", listed_often, ("", DAMAGED)),  # newer Pythons refuse a part that is named twice
    Bomb(
        "climbing.epub",
        lambda: epub({"../../../../etc/passwd": "<p>x</p>"}),
        ("holds no text",),
    ),
    Bomb("million.pdf", shared_pages, (LONG,)),
    Bomb("looped.pdf", looped_pages, ("holds no text",)),
    Bomb("count.pdf", lambda: pdf("Some text on a page here.", count=2_000_000_000), ("",)),
    Bomb("flate.pdf", flate_bomb, LIMIT),
    Bomb("picture.pdf", huge_picture, ("pictures of text",)),
    Bomb("form.pdf", calling_form, ("holds no text", *LIMIT)),
    Bomb("brackets.pdf", lambda: pdf(b"[" * 2_000_000), ("holds no text",)),
    Bomb("dictionaries.pdf", lambda: with_objects([b"<<" * 1_000_000]), (DAMAGED,)),
    Bomb("divs.html", lambda: b"<html>" + b"<div>" * 1_000_000, (GROWS,)),
    Bomb("closed.html", lambda: b"<html>" + b"<div/>" * 100_000, (GROWS,)),
    Bomb(
        "fonts.html",
        lambda: b"<html>" + b"".join(b"<font color=%d><p>" % at for at in range(100_000)),
        (GROWS,),
    ),
    Bomb(
        "mended.html",
        lambda: (
            "<html>" + ("<p>".join(f"<font color={at}>" for at in range(900)) + "</font>" * 900) * 9
        ).encode(),
        LIMIT,
    ),
    Bomb(
        "unclosed.html", lambda: b"<html>" + b"<a" + b"a" * 3_000_000 + b"<" * 1_000_000, ("holds no text",)
    ),
    Bomb("comments.html", lambda: b"<html>" + b"<!--<script>" * 300_000 + b"x", ("holds no text",)),
    Bomb("picture.html", lambda: b"<html><img width=100000 height=100000 src=x><p>text", ("",)),
    Bomb("tables.html", lambda: b"<html>" + (b"<table><tr><td>" * 300 + b"x") * 20, (GROWS,)),
    Bomb("quotes.md", lambda: b">" * 1_000_000 + b" text\n" + b"> " * 1_000_000, ("",)),
    Bomb(
        "marks.md", lambda: b"# " + b"#" * 500_000 + b" {#" * 100_000 + b"\n" + b"|-" * 500_000 + b"\n", ("",)
    ),
    Bomb("fences.md", lambda: b"`" * 1_000_000 + b"\n" + b"~~~\n" * 200_000 + b"*_" * 1_000_000, ("",)),
    Bomb("paragraphs.txt", lambda: b"a\n\n" * 260_000, (LONG,)),
    Bomb("field.csv", lambda: b'a,b\n"' + b"x" * 5_000_000, ("",)),
    Bomb("commas.csv", lambda: b"," * 5_000_000 + b"\nx", ("",)),
    Bomb("parts.eml", lambda: nested_parts(100_000), (GROWS,)),
    Bomb("header.eml", lambda: b"Subject: " + b"=?utf-8?q?=3D?= " * 300_000 + b"\n\ntext", ("",)),
    Bomb(
        "words.eml",
        lambda: b"Subject: " + b"=?" * 2_000_000 + b"\nFrom: " + b"<" * 1_000_000 + b"\n\ntext",
        ("",),
    ),
    Bomb("parameters.eml", lambda: b"Content-Type: text/plain" + b'; a="' * 500_000 + b"\n\ntext", ("",)),
    Bomb("punycode.eml", lambda: b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 300_000, ("",)),
    Bomb("starts.mbox", lambda: b"From a@b Wed May  1 14:00:00 2024\n\n" * 5_000, ("",)),
    Bomb("seven.txt", lambda: b"+ADw-script+AD4-" * 1_000, ("",)),
    Bomb("marks.txt", lambda: b"\xff\xfe" + b"\xd8\xd8" * 500_000, ("",)),
    Bomb("marked.txt", lambda: b"\xef\xbb\xbf" * 1_000_000, ("",)),
    Bomb("zeroes.txt", lambda: ZEROES, (KIND,)),
    Bomb("escapes.json", lambda: b"[" * 2_000_000, ("",)),
]
