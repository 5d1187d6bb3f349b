"""Marks in Word documents (DOCX), read: zips of a few XML files, which may come from anybody.

The text of an answer stands between the ends of a bookmark named `sotto_…`; the record by the same name is in
a custom XML part, which word processors keep. document.py writes them.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from sottovoce.chat.marks import docx_markup
from sottovoce.chat.marks.docx_markup import W
from sottovoce.chat.marks.marked import FORMS, Marked
from sottovoce.chat.marks.words import STRUCK, Run, joined
from sottovoce.core.errors import BadDocument
from sottovoce.guard.provenance import Record, read_text

MARKS = "urn:sottovoce:marks:1"
DOCUMENT = "word/document.xml"
STYLES = "word/styles.xml"
LEADING = {
    "_rels/.rels": ("officeDocument", DOCUMENT),
    "word/_rels/document.xml.rels": ("styles", STYLES),
}
"""What leads to those two: were it to lead elsewhere, a reader would see another text than is read here."""
PREFIX = "sotto_"

READ = frozenset((DOCUMENT, STYLES, *LEADING))

MOST_XML = 64 << 20
"""Bytes that a part may unpack to; a longer one is no document of ours."""

_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError,
    OSError,
)  # fmt: skip


def found(file: bytes) -> list[Marked]:
    """Return every text of a document that has a mark. Raises BadDocument."""
    parts = _parts(file)
    records: dict[str, Record | None] = {}
    for name, data in parts.items():
        if _is_item(name):
            records |= _records(data)
    texts = _Texts()
    texts.read(_tree(parts[DOCUMENT]))
    everywhere = tuple(_odd_around(parts, texts.styles))

    def markup(odd: list[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*odd, *everywhere]))

    within = [
        Marked(records.get(name), tuple(blocks), True, markup(texts.odd[name]))
        for name, blocks in texts.found.items()
    ]
    # A word processor may keep the records and lose the places.
    lost = [
        Marked(records[name], tuple(texts.everything), False, markup(texts.odd_anywhere))
        for name in records.keys() - texts.found
    ]
    return within + lost


def _odd_around(parts: dict[str, bytes], used: set[str]) -> Iterator[str]:
    """Yield what can hide or add words from outside of the document's own part."""
    for name, (kind, target) in LEADING.items():
        leads = (
            [one for one in _tree(parts[name]) if one.get("Type", "").endswith(f"/{kind}")]
            if name in parts
            else []
        )
        ends = {
            posixpath.normpath(posixpath.join("/", _folder(name), one.get("Target", ""))) for one in leads
        }
        if ends - {f"/{target}"}:
            yield f"another {kind} in {name}"
    if STYLES in parts:
        yield from docx_markup.odd_styles(_tree(parts[STYLES]), used)


def _folder(rels: str) -> str:
    """Return the folder of the part whose links these are."""
    return posixpath.dirname(posixpath.dirname(rels))


def visible(file: bytes) -> list[str]:
    """Return what a document says, in blocks. Raises BadDocument."""
    texts = _Texts()
    texts.read(_tree(_parts(file)[DOCUMENT]))
    return texts.everything


class _Texts:
    """Reads a document's body: everything it says, and what stands within each bookmark of ours."""

    def __init__(self) -> None:
        self.everything: list[str] = []
        self.found: dict[str, list[str]] = {}
        self.odd: dict[str, list[str]] = {}
        self.odd_anywhere: list[str] = []
        self.styles: set[str] = set()
        """By their ids, those that anything here is set in."""
        self._names: dict[str, str] = {}
        self._open: dict[str, list[Run]] = {}
        """By name, the pieces of the paragraph at hand."""
        self._all: list[Run] = []
        self._is_struck = False
        self._odd_here: list[str] = []
        """In the paragraph at hand: a word processor may move the beginning of a bookmark into it."""

    def read(self, tree: ElementTree.Element) -> None:
        for kind, element in _walk(tree):
            if kind == "end":
                if element.tag == f"{W}p":
                    self._end_paragraph()
                elif element.tag == f"{W}r":
                    self._is_struck = False
                continue
            self._look(element)
            if element.tag == f"{W}bookmarkStart":
                self._begin(element)
            elif element.tag == f"{W}bookmarkEnd":
                self._end(element)
            elif element.tag == f"{W}t":
                self._say(element.text or "")
            elif element.tag in (f"{W}tab", f"{W}br", f"{W}cr"):
                self._say(" ")

    def _look(self, element: ElementTree.Element) -> None:
        if element.tag == f"{W}p":
            self._odd_here = []
        elif element.tag == f"{W}r":
            self._is_struck = docx_markup.is_struck(element)
        elif element.tag in (f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle"):
            self.styles.add(element.get(f"{W}val", ""))
        odd = docx_markup.odd(element)
        if odd is not None:
            self._odd_here.append(odd)
            self.odd_anywhere.append(odd)
            for name in self._open:
                self.odd[name].append(odd)

    def _begin(self, element: ElementTree.Element) -> None:
        name = element.get(f"{W}name", "")
        if name.startswith(PREFIX) and name not in self.found:
            name = name.removeprefix(PREFIX)
            self._names[element.get(f"{W}id", "")] = name
            self._open[name] = []
            self.found[name] = []
            self.odd[name] = list(self._odd_here)

    def _end(self, element: ElementTree.Element) -> None:
        name = self._names.pop(element.get(f"{W}id", ""), None)
        if name is not None:
            self.found[name].append(joined(self._open.pop(name)))

    def _say(self, text: str) -> None:
        run = Run(text, frozenset((STRUCK,) if self._is_struck else ()))
        self._all.append(run)
        for pieces in self._open.values():
            pieces.append(run)

    def _end_paragraph(self) -> None:
        self.everything.append(joined(self._all))
        self._all.clear()
        self._odd_here = []
        for name, pieces in self._open.items():
            self.found[name].append(joined(pieces))
            pieces.clear()


def _walk(tree: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element]]:
    """Yield the start and the end of every element; a document may nest deeper than Python calls."""
    left: list[tuple[str, ElementTree.Element]] = [("start", tree)]
    while left:
        kind, element = left.pop()
        yield kind, element
        if kind == "start":
            left.append(("end", element))
            left += [("start", child) for child in reversed(element)]


def _parts(file: bytes) -> dict[str, bytes]:
    """Return the parts that matter. Raises BadDocument."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            names = [one for one in archive.infolist() if one.filename in READ or _is_item(one.filename)]
            if not any(one.filename == DOCUMENT for one in names):
                raise BadDocument("it is a zip, and no Word document.", hint=FORMS)
            if len({one.filename for one in names}) < len(names):
                raise BadDocument("it holds a part twice, and nobody knows which one is shown.", hint=FORMS)
            if sum(one.file_size for one in names) > MOST_XML:
                raise BadDocument(f"it unpacks to more than {MOST_XML >> 20} MB.", hint=FORMS)
            return {one.filename: _unpacked(archive, one) for one in names}
    except _DAMAGED as problem:
        raise BadDocument("it is damaged or cut short.", hint=FORMS, detail=str(problem)) from problem
    except (NotImplementedError, RuntimeError) as problem:
        how = "it is encrypted, or packed in a way that is not read here."
        raise BadDocument(how, hint=FORMS, detail=str(problem)) from problem


def _is_item(name: str) -> bool:
    return re.fullmatch(r"customXml/item\d{1,3}\.xml", name) is not None


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as file:
        data = file.read(MOST_XML + 1)  # its size may be told wrong
    if len(data) > MOST_XML:
        raise ValueError("larger than it says")
    return data


def _tree(data: bytes) -> ElementTree.Element:
    # Word writes none; with one, a few bytes could become gigabytes.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data[:64]:
        raise BadDocument("it holds XML that no word processor writes.", hint=FORMS)
    try:
        return ElementTree.fromstring(data)  # noqa: S314  (no entities: see above)
    except ElementTree.ParseError as problem:
        raise BadDocument("its XML is damaged.", hint=FORMS, detail=str(problem)) from problem


def _records(data: bytes) -> dict[str, Record | None]:
    """Return the records of a custom XML part, by name; of a part of somebody else, none."""
    if MARKS.encode() not in data:
        return {}
    marks = _tree(data).findall(f"{{{MARKS}}}mark")
    found = {}
    for mark in marks:
        record = read_text(mark.text or "")
        name = mark.get("id", "")
        found[name] = record if record is not None and record.id == name else None
    return found
