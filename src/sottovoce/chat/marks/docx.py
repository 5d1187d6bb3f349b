"""Marks in Word documents (DOCX), read: zips of a few XML files, which may come from anybody.

The text of an answer stands between the ends of a bookmark named `sotto_…`; the record by the same name is in
a custom XML part, which word processors keep. document.py writes them.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from sottovoce.chat.marks.marked import FORMS, Marked
from sottovoce.core.errors import BadDocument
from sottovoce.guard.provenance import Record, read_text

MARKS = "urn:sottovoce:marks:1"
DOCUMENT = "word/document.xml"
PREFIX = "sotto_"

MOST_XML = 64 << 20
"""Bytes that a part may unpack to; a longer one is no document of ours."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError,
    OSError,
)  # fmt: skip


def found(file: bytes) -> list[Marked]:
    """Return every text of a document that has a mark. Raises BadDocument."""
    parts = _parts(file)
    records: dict[str, Record | None] = {}
    for name, data in parts.items():
        if name != DOCUMENT:
            records |= _records(data)
    texts = _Texts()
    texts.read(_tree(parts[DOCUMENT]))
    within = [Marked(records.get(name), tuple(blocks)) for name, blocks in texts.found.items()]
    # A word processor may keep the records and lose the places.
    lost = [Marked(records[name], tuple(texts.everything), False) for name in records.keys() - texts.found]
    return within + lost


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
        self._names: dict[str, str] = {}
        self._open: dict[str, list[str]] = {}
        """By name, the pieces of the paragraph at hand."""
        self._all: list[str] = []

    def read(self, tree: ElementTree.Element) -> None:
        for kind, element in _walk(tree):
            if kind == "end":
                if element.tag == f"{W}p":
                    self._end_paragraph()
                continue
            if element.tag == f"{W}bookmarkStart":
                self._begin(element)
            elif element.tag == f"{W}bookmarkEnd":
                self._end(element)
            elif element.tag == f"{W}t":
                self._say(element.text or "")
            elif element.tag in (f"{W}tab", f"{W}br", f"{W}cr"):
                self._say(" ")

    def _begin(self, element: ElementTree.Element) -> None:
        name = element.get(f"{W}name", "")
        if name.startswith(PREFIX) and name not in self.found:
            name = name.removeprefix(PREFIX)
            self._names[element.get(f"{W}id", "")] = name
            self._open[name] = []
            self.found[name] = []

    def _end(self, element: ElementTree.Element) -> None:
        name = self._names.pop(element.get(f"{W}id", ""), None)
        if name is not None:
            self.found[name].append("".join(self._open.pop(name)))

    def _say(self, text: str) -> None:
        self._all.append(text)
        for pieces in self._open.values():
            pieces.append(text)

    def _end_paragraph(self) -> None:
        self.everything.append("".join(self._all))
        self._all.clear()
        for name, pieces in self._open.items():
            self.found[name].append("".join(pieces))
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
            names = [one for one in archive.infolist() if one.filename == DOCUMENT or _is_item(one.filename)]
            if not any(one.filename == DOCUMENT for one in names):
                raise BadDocument("it is a zip, and no Word document.", hint=FORMS)
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
