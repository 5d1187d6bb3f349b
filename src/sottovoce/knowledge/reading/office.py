"""Which kind of document a zip file is, by its parts; and what all office documents share."""

from __future__ import annotations

from typing import BinaryIO

from sottovoce.knowledge.reading import book, dates, opendocument, sheets, slides, word
from sottovoce.knowledge.reading.archive import Archive
from sottovoce.knowledge.reading.markup import Gathered, hear
from sottovoce.knowledge.reading.package import Package
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.refusal import Refusal


def read(file: BinaryIO, paper: Paper) -> None:
    """Read an office document or a book. Raises Refusal for another archive."""
    archive = Archive(file)
    mimetype = (
        archive.whole("mimetype", 1000).decode("ascii", "replace").strip() if "mimetype" in archive else ""
    )
    if mimetype == "application/epub+zip" or (not mimetype and book.CONTAINER in archive):
        book.read(archive, paper)
    elif mimetype.startswith("application/vnd.oasis.opendocument.") and "content.xml" in archive:
        opendocument.read(archive, paper)
    elif "[Content_Types].xml" in archive or "_rels/.rels" in archive:
        _read_package(archive, paper)
    elif any(name.endswith(".iwa") for name in archive.names):  # Pages, Numbers and Keynote
        raise Refusal("unknown")
    else:
        raise Refusal("archive", "ZIP")


def _read_package(archive: Archive, paper: Paper) -> None:
    package = Package(archive)
    main = package.main()
    if main is None:
        raise Refusal("damaged", detail="no main part")
    _read_properties(package, paper)
    if main.endswith(".bin"):  # XLSB
        raise Refusal("unknown")
    folder = main.partition("/")[0]
    if folder == "word":
        word.read(package, main, paper)
    elif folder == "ppt":
        slides.read(package, main, paper)
    elif folder == "xl":
        sheets.read(package, main, paper)
    else:
        raise Refusal("unknown")


def _read_properties(package: Package, paper: Paper) -> None:
    part = package.related("", "core-properties")
    if part is None:
        return
    said = Gathered(("title", "created", "modified"))
    hear(package.archive.pieces(part), said)
    paper.title = said.found.get("title", "").strip()
    for name in ("modified", "created"):
        paper.written = paper.written or dates.from_iso(said.found.get(name, ""))
