"""Documents made by hand, so that none has to be kept in the repository."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib

from sottovoce.knowledge.document import Block
from sottovoce.knowledge.reading import families, wire
from sottovoce.knowledge.reading.kinds import kind_of
from sottovoce.knowledge.reading.paper import Paper

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"


def read(data: bytes, name: str) -> tuple[list[Block], wire.End]:
    """Read in this process, without the cage."""
    lines: list[bytes] = []
    paper = Paper(lines.append, wire.Limits())
    families.read(wire.Request(kind_of(name, data[:4096])), io.BytesIO(data), paper)
    end = wire.heard(paper.finish())
    assert isinstance(end, wire.End)
    blocks = [block for line in lines for block in _blocks(line)]
    return blocks, end


def _blocks(line: bytes) -> list[Block]:
    found = wire.heard(line)
    assert isinstance(found, list)
    return found


def zipped(parts: dict[str, bytes | str], *, stored: tuple[str, ...] = ("mimetype",)) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, data, how)
    return target.getvalue()


def relations(*found: tuple[str, str, str]) -> str:
    rows = "".join(f'<Relationship Id="{one}" Type="{kind}" Target="{part}"/>' for one, kind, part in found)
    return f'<?xml version="1.0"?><Relationships>{rows}</Relationships>'


def package(main: str, parts: dict[str, bytes | str], *, title: str = "A plan") -> bytes:
    core = (
        '<cp:coreProperties xmlns:cp="a" xmlns:dc="b" xmlns:dcterms="c">'
        f"<dc:title>{title}</dc:title><dcterms:created>2020-01-01T00:00:00Z</dcterms:created>"
        "<dcterms:modified>2024-05-01T12:00:00Z</dcterms:modified></cp:coreProperties>"
    )
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(
                ("rId1", f"{TYPES}/officeDocument", main), ("rId2", CORE, "docProps/core.xml")
            ),
            "docProps/core.xml": core,
            **parts,
        }
    )


def docx(body: str, *, before: str = "", notes: str = "") -> bytes:
    styles = (
        f'<w:styles {W}><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="2"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="2"/></w:style></w:styles>'
    )
    return package(
        "word/document.xml",
        {
            "word/document.xml": f"{before}<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": relations(
                ("rId1", f"{TYPES}/styles", "styles.xml"), ("rId2", f"{TYPES}/footnotes", "footnotes.xml")
            ),
            "word/styles.xml": styles,
            "word/footnotes.xml": f"<w:footnotes {W}>{notes}</w:footnotes>",
        },
    )


def paragraph(text: str, style: str = "") -> str:
    said = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{said}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def xlsx(rows: str, *, shared: tuple[str, ...] = (), more: str = "") -> bytes:
    texts = "".join(f"<si><t>{text}</t></si>" for text in shared)
    return package(
        "xl/workbook.xml",
        {
            "xl/workbook.xml": f"<workbook {R}><sheets><sheet name='Costs' sheetId='1' r:id='rId1'/>"
            "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", f"{TYPES}/worksheet", "worksheets/sheet1.xml"),
                ("rId2", f"{TYPES}/sharedStrings", "sharedStrings.xml"),
                ("rId3", f"{TYPES}/styles", "styles.xml"),
            ),
            "xl/sharedStrings.xml": f"<sst>{texts}</sst>",
            "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/></numFmts>'
            '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>',
            "xl/worksheets/sheet1.xml": f"<worksheet>{more}<sheetData>{rows}</sheetData></worksheet>",
        },
    )


def pptx(*slides: str, notes: str = "") -> bytes:
    listed = "".join(f'<p:sldId id="{256 + at}" r:id="rId{at}"/>' for at in range(len(slides)))
    parts: dict[str, bytes | str] = {
        "ppt/presentation.xml": f"<p:presentation xmlns:p='p' {R}><p:sldIdLst>{listed}"
        "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"rId{at}", f"{TYPES}/slide", f"slides/slide{at}.xml") for at in range(len(slides)))
        ),
        "ppt/slides/_rels/slide0.xml.rels": relations(
            ("rId1", f"{TYPES}/notesSlide", "../notesSlides/notes1.xml")
        ),
        "ppt/notesSlides/notes1.xml": f'<p:notes xmlns:p="p" xmlns:a="a">{notes}</p:notes>',
    }
    for at, slide in enumerate(slides):
        parts[f"ppt/slides/slide{at}.xml"] = f'<p:sld xmlns:p="p" xmlns:a="a">{slide}</p:sld>'
    return package("ppt/presentation.xml", parts)


def shape(text: str, kind: str = "") -> str:
    place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else ""
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return f"<p:sp>{place}<p:txBody>{lines}</p:txBody></p:sp>"


def opendocument(kind: str, body: str, *, manifest: str = "") -> bytes:
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "META-INF/manifest.xml": f"<manifest:manifest xmlns:manifest='m'>{manifest}</manifest:manifest>",
            "meta.xml": "<m xmlns:dc='d'><dc:title>A plan</dc:title>"
            "<dc:date>2024-05-01T12:00:00</dc:date></m>",
            "content.xml": "<office:document-content xmlns:office='o' xmlns:text='t' xmlns:table='b' "
            f"xmlns:draw='d' xmlns:presentation='p'><office:body>{body}</office:body>"
            "</office:document-content>",
        }
    )


def epub(chapters: dict[str, str], *, spine: str = "", more: dict[str, bytes | str] | None = None) -> bytes:
    items = "".join(
        f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters
    )
    order = spine or "".join(f'<itemref idref="{name}"/>' for name in chapters)
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="OPS/book.opf"/></container>',
            "OPS/book.opf": "<package xmlns:dc='d'><dc:title>A book</dc:title><dc:date>2019</dc:date>"
            f"<manifest>{items}</manifest><spine>{order}</spine></package>",
            **{
                f"OPS/{name}": f'<?xml version="1.0"?><html><body>{page}</body></html>'
                for name, page in chapters.items()
            },
            **(more or {}),
        }
    )


def pdf(*pages: str | bytes, root: str = "", count: int | None = None) -> bytes:
    """Return a PDF; each page is a content stream, or text that is written at the top in Helvetica."""
    numbers = [5 + 2 * at for at in range(len(pages))]
    kids = " ".join(f"{one} 0 R" for one in numbers)
    objects: list[bytes] = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {count or len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (A plan) /CreationDate (D:20200101) /ModDate (D:20240501140000+02'00') >>",
    ]
    for at, page in enumerate(pages):
        stream = (
            page
            if isinstance(page, bytes)
            else b"BT /F1 12 Tf 72 720 Td (" + page.encode("latin-1") + b") Tj ET"
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {numbers[at] + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return with_objects(objects)


def locked_pdf(text: str, password: str) -> bytes:
    """Return a PDF that opens with a password (ISO 32000, 7.6: the oldest way, RC4 with 40 bits)."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    word = (password.encode("latin-1") + pad)[:32]
    owner = rc4(md5(word)[:5], word)
    key = md5(word + owner + b"\xfc\xff\xff\xff" + b"0123456789abcdef")[:5]
    content = b"BT /F1 12 Tf 72 720 Td (" + text.encode("latin-1") + b") Tj ET"
    content = rc4(md5(key + b"\4\0\0\0\0")[:10], content)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
        % (owner.hex().encode(), rc4(key, pad).hex().encode()),
    ]
    return with_objects(objects, b"/Encrypt 5 0 R /ID [(0123456789abcdef) (0123456789abcdef)]")


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    other = 0
    for at in range(256):
        other = (other + state[at] + key[at % len(key)]) % 256
        state[at], state[other] = state[other], state[at]
    out = bytearray()
    one = other = 0
    for byte in data:
        one = (one + 1) % 256
        other = (other + state[one]) % 256
        state[one], state[other] = state[other], state[one]
        out.append(byte ^ state[(state[one] + state[other]) % 256])
    return bytes(out)


def with_objects(objects: list[bytes], trailer: bytes = b"/Info 4 0 R") -> bytes:
    """Return a PDF of these objects, the first of them its catalog."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        table,
    )
    return bytes(out)


def packed(data: bytes) -> bytes:
    return zlib.compress(data, 9)
