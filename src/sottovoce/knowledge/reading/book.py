"""Electronic books (EPUB): the pages of the book in reading order, each as HTML."""

from __future__ import annotations

from collections.abc import Mapping

from sottovoce.knowledge.reading import dates, html
from sottovoce.knowledge.reading.archive import Archive, beside
from sottovoce.knowledge.reading.markup import Gathered, hear
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.refusal import Refusal

CONTAINER = "META-INF/container.xml"
LOCKS = "META-INF/encryption.xml"
MOST = 10_000
"""Files of one book that are read."""

LARGEST = 16_000_000
"""Bytes of one of them."""


def read(archive: Archive, paper: Paper) -> None:
    """Read a book. Raises Refusal, also for one that its publisher locked."""
    container = _Container()
    hear(archive.pieces(CONTAINER), container)
    if container.package is None:
        raise Refusal("damaged", detail="no package document")
    package = beside("", container.package)
    book = _Package()
    hear(archive.pieces(package), book)
    about = Gathered(("title", "date"))
    hear(archive.pieces(package), about)
    paper.written = dates.from_iso(book.modified) or dates.from_iso(about.found.get("date", ""))
    locked = _locked(archive)
    read_already: set[str] = set()
    for one in book.spine:
        part = beside(package, book.files.get(one, ""))
        if part in locked:
            raise Refusal("protected")
        if part in read_already or part not in archive:
            continue
        read_already.add(part)
        if len(read_already) > MOST:
            raise Refusal("long", f"{MOST:,} parts")
        html.read(archive.whole(part, LARGEST), paper)
        paper.title = ""  # the title of a chapter's file is not the book's
    paper.title = about.found.get("title", "").strip()


def _locked(archive: Archive) -> frozenset[str]:
    if LOCKS not in archive:
        return frozenset()
    heard = _Locks()
    hear(archive.pieces(LOCKS), heard)
    return frozenset(heard.found)


class _Silent:
    """Hears nothing but the starts of elements."""

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Container(_Silent):
    package: str | None = None

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "rootfile" and self.package is None:
            self.package = said.get("full-path")


class _Locks(_Silent):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def start(self, name: str, said: Mapping[str, str]) -> None:
        if name == "CipherReference":
            self.found.add(beside("", said.get("URI", "")))


class _Package(_Silent):
    """Hears a book's files, and the order in which they are read."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.spine: list[str] = []
        self.modified = ""
        self._in_modified = False

    def start(self, name: str, said: Mapping[str, str]) -> None:
        self._in_modified = name == "meta" and said.get("property") == "dcterms:modified"
        if name == "item" and "html" in said.get("media-type", ""):
            self.files[said.get("id", "")] = said.get("href", "")
        elif name == "itemref":
            self.spine.append(said.get("idref", ""))

    def text(self, text: str) -> None:
        if self._in_modified:
            self.modified = (self.modified + text)[:40]
