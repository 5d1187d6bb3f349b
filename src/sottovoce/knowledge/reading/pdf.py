"""PDF: the lines of each page, with where they begin; title, date, and what can be said of a locked one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from sottovoce.knowledge.reading import dates
from sottovoce.knowledge.reading.layout import Layout, Line
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.refusal import Refusal

MOST_PAGES = 20_000

LOOKED_AT = 10
"""Pages in which a picture is looked for, where there is no text."""

IN_MEMORY = 48_000_000
"""Bytes of a file that are read at once; a larger one is read where the library wants it."""

PASSWORD, SECURITY = 4, 5
"""FPDF_GetLastError, fpdfview.h."""

SAMPLE = 40
"""Pages, and a few, whose letters are measured."""

FEWEST_LETTERS = 20
"""A document of whole pages with fewer has no text."""

_JUNK_TITLE = re.compile(
    r"(?i)(?:microsoft \w+ - .*|untitled.*|.*\.(?:docx?|pptx?|xlsx?|indd|dvi|tex|qxd|pdf))"
)


def load() -> None:
    """Import the parser, before nothing can be opened any more."""
    import pypdfium2.raw  # noqa: F401


def read(file: BinaryIO, paper: Paper, password: str | None) -> None:
    """Read a PDF. Raises Refusal."""
    pdf = _opened(file, password)
    count = len(pdf)
    if count > MOST_PAGES:
        raise Refusal("long", f"{MOST_PAGES:,} pages")
    _read_properties(pdf, paper)
    paper.pages = count
    sample = {number: _lines(pdf, number) for number in range(0, count, max(count // SAMPLE, 1))}
    layout = Layout(sample.values())
    letters = without = 0
    for number in range(count):
        lines = sample.pop(number, None) or _lines(pdf, number)
        on_page = sum(len(line.text) for line in lines)
        letters += on_page
        without += not on_page
        layout.write(lines, number + 1, paper)
    if letters < min(FEWEST_LETTERS, count) or not letters:
        raise Refusal("scanned" if _has_picture(pdf, count) else "empty")
    if without:
        paper.note(f"{without:,} of {count:,} pages have no text; they may be pictures.")


def _opened(file: BinaryIO, password: str | None) -> Any:
    import pypdfium2

    size = file.seek(0, 2)
    file.seek(0)
    try:
        return pypdfium2.PdfDocument(file.read() if size <= IN_MEMORY else file, password=password)
    except UnicodeEncodeError:
        raise Refusal("wrong_password") from None  # half a character; the error would quote it
    except pypdfium2.PdfiumError as problem:
        if problem.err_code == PASSWORD:
            raise Refusal("password" if password is None else "wrong_password") from problem
        if problem.err_code == SECURITY:
            raise Refusal("protected") from problem
        raise Refusal("damaged", detail=str(problem)) from problem


def _read_properties(pdf: Any, paper: Paper) -> None:
    said = pdf.get_metadata_dict(skip_empty=True)
    title = str(said.get("Title", "")).strip()
    paper.title = "" if _JUNK_TITLE.fullmatch(title[:500]) else title
    for name in ("ModDate", "CreationDate"):
        paper.written = paper.written or dates.from_pdf(str(said.get(name, "")))


def _lines(pdf: Any, number: int) -> list[Line]:
    """Return the lines of a page; none of a page that is damaged."""
    import pypdfium2

    try:
        page = pdf[number]
    except pypdfium2.PdfiumError:
        return []
    try:
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        page.close()
        return []
    try:
        return list(_placed(text))
    finally:
        text.close()
        page.close()


def _has_picture(pdf: Any, count: int) -> bool:
    import pypdfium2.raw as pdfium

    for number in range(min(count, LOOKED_AT)):
        with suppress(RuntimeError):
            for one in pdf[number].get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
                return one is not None
    return False


def _placed(text: Any) -> Iterator[Line]:
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    at = 0
    for line in text.get_text_range().split("\n"):
        bare = line.strip()
        if bare:
            first = at + len(line) - len(line.lstrip())
            if pdfium.FPDFText_GetLooseCharBox(text, first, box):
                yield Line(bare, box.top - box.bottom, box.left, box.bottom)
            else:
                yield Line(bare, 0.0, 0.0, 0.0)
        at += len(line) + 1
