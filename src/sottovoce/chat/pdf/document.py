"""A PDF that is being written: its pages, fonts and properties, and the marks of what an AI wrote.

The marks are a file within the file, `sottovoce.json`:

    {"marks": [{…}, …], "fonts": {"digests": ["…"], "record": {…}}}

Each mark is a record; text of an answer says its id where it stands. The digests are of the fonts with all
that decides which letter a code is, signed as well, since a font could show other letters than it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

from sottovoce.chat.marks.words import Block, Run
from sottovoce.chat.pdf.letters import Letters, guarded
from sottovoce.chat.pdf.machine import Fonts
from sottovoce.chat.pdf.objects import File, Name, Ref
from sottovoce.chat.pdf.pages import HEIGHT, INDENT, WIDTH, Look, Pages
from sottovoce.guard.labels import AIGC
from sottovoce.guard.provenance import Record

Bytes = bytes  # a document has a method by that name

MARKS_FILE = "sottovoce.json"
TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"
"""The space of names of the field AIGC in XMP."""

TITLE = Look(size=20.0, after=6.0, strong=True, is_heading=True)
PLAIN_TEXT = Look()
NOTE = Look(size=9.0, after=4.0, gray=0.35)
HEADING = Look(size=12.0, before=10.0, after=4.0, strong=True, is_heading=True)
SIZES = {1: 15.0, 2: 13.5, 3: 12.5, 4: 11.5, 5: 10.5, 6: 10.5}


_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


@dataclass(slots=True)
class Document:
    """A document that is being written: page by page, then `bytes`."""

    title: str
    language: str
    fonts: Fonts
    properties: dict[str, str] = field(default_factory=dict)
    marks: list[Record] = field(default_factory=list)
    signed_fonts: tuple[tuple[str, ...], Record] | None = None
    letters: Letters = field(init=False)
    _pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        self.letters = Letters(self.fonts)
        self._pages = Pages(self.letters)

    def paragraph(self, text: str, look: Look) -> None:
        self._pages.paragraph((Run(text),), look)

    def blocks(self, blocks: Sequence[Block], record: Record | None = None) -> None:
        """Write the blocks of an answer; with its record, if it has one and shows a word."""
        blocks = [_guarded(block) for block in blocks]
        if record is not None and blocks:
            self.marks.append(record)
            self._pages.mark = record.id
        at = 0
        while at < len(blocks):
            block, end = blocks[at], at + 1
            while block.kind == "cell" and end < len(blocks) and blocks[end].kind == "cell":
                if blocks[end].table != block.table:
                    break
                end += 1
            if block.kind == "cell":
                self._pages.table(_rows(blocks[at:end]))
            else:
                self._block(block, names_code=end < len(blocks) and blocks[end].kind == "code")
            at = end
        self._pages.mark = ""

    def _block(self, block: Block, *, names_code: bool) -> None:
        left = INDENT * block.level if block.kind in ("li", "quote", "code") else 0.0
        if block.kind == "code":
            self._pages.code(block.text, left, goes_on=names_code and not block.text.strip().count("\n"))
        elif block.kind[0] == "h":
            size = SIZES[int(block.kind[1])]
            look = Look(size=size, before=6.0, after=4.0, strong=True, is_heading=True)
            self._pages.paragraph(block.runs, look)
        elif block.kind == "li":
            self._pages.paragraph(block.runs, Look(after=3.0, left=left), bullet=block.is_item)
        else:
            gray = 0.25 if block.kind == "quote" else 0.0
            self._pages.paragraph(block.runs, Look(left=left, gray=gray), bar=block.kind == "quote")

    @property
    def coded(self) -> bool:
        """Whether some letters are in no font, and stand there as code points."""
        return bool(self.letters.coded)

    def bytes(self, *, draft: bool = False) -> Bytes:
        """Return the file, with a number on each page. A draft is to be looked at, with nothing signed."""
        file = File()
        root, tree = file.reserve(), file.reserve()
        contents = [file.stream({}, page.content()) for page in self._pages.numbered()]
        faces = {name: face.put(file) for name, face in self._pages.faces.items()}
        shared = file.add({"Font": faces})
        pages: list[object] = [
            file.add(
                {
                    "Type": Name("Page"), "Parent": tree, "MediaBox": [0, 0, WIDTH, HEIGHT],
                    "Resources": shared, "Contents": content,
                }
            )
            for content in contents
        ]  # fmt: skip
        file.put(tree, {"Type": Name("Pages"), "Kids": pages, "Count": len(pages)})
        about: dict[str, object] = {
            "Type": Name("Catalog"), "Pages": tree, "Lang": self.language,
            "ViewerPreferences": {"DisplayDocTitle": True},
            "Metadata": file.stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, self._xmp()),
        }  # fmt: skip
        if self.marks or draft:
            holder = self._attached(file)
            about |= {"Names": {"EmbeddedFiles": {"Names": [MARKS_FILE, holder]}}, "AF": [holder]}
        file.put(root, about)
        info = {"Title": self.title, "Producer": "Sottovoce", **self.properties}
        return file.bytes(root, file.add(info))

    def _attached(self, file: File) -> Ref:
        said: dict[str, object] = {"marks": [one.fields() for one in self.marks]}
        if self.signed_fonts is not None:
            digests, record = self.signed_fonts
            said["fonts"] = {"digests": list(digests), "record": record.fields()}
        data = json.dumps(said, indent=1).encode()
        kind = {"Type": Name("EmbeddedFile"), "Subtype": Name("application/json")}
        held = file.stream({**kind, "Params": {"Size": len(data)}}, data)
        return file.add(
            {
                "Type": Name("Filespec"), "F": MARKS_FILE, "UF": MARKS_FILE, "EF": {"F": held},
                "AFRelationship": Name("Data"), "Desc": "Signed records of what an AI wrote",
            }
        )  # fmt: skip

    def _xmp(self) -> Bytes:
        aigc = self.properties.get(AIGC)
        more = "" if aigc is None else f"<TC260:AIGC>{escape(aigc)}</TC260:AIGC>"
        title = escape(_UNWRITABLE.sub(" ", self.title))
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
            f'xmlns:TC260="{TC260}"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li>'
            f"</rdf:Alt></dc:title><pdf:Producer>Sottovoce</pdf:Producer>{more}"
            '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
        ).encode()


def _guarded(block: Block) -> Block:
    """Return a block in which nothing looks like the code of a letter that is in no font."""
    return replace(block, runs=tuple(replace(run, text=guarded(run.text)) for run in block.runs))


def _rows(cells: Sequence[Block]) -> list[list[tuple[Run, ...]]]:
    rows: dict[int, dict[int, tuple[Run, ...]]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = cell.runs
    most = max(max(row) for row in rows.values()) + 1
    return [[row.get(column, ()) for column in range(most)] for row in rows.values()]
