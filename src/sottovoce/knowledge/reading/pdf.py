"""PDF: the text of each page, lines joined to paragraphs; headings by the size of their letters.

A PDF has no paragraphs and no headings, only places for letters. What is guessed here needs only where
each line begins, and is left alone where that says nothing.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

from sottovoce.knowledge.reading import dates
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.refusal import Refusal
from sottovoce.knowledge.reading.wire import LONGEST_BLOCK

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

LARGER = 1.12
"""Times the size of the text that a heading at least has."""

LONGEST_HEADING = 150
MOST_LEVELS = 4
BULLETS = "•◦▪‣●○■□–"

_JUNK_TITLE = re.compile(
    r"(?i)(?:microsoft \w+ - .*|untitled.*|.*\.(?:docx?|pptx?|xlsx?|indd|dvi|tex|qxd|pdf))"
)
_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u303f]"
_BETWEEN_WIDE = re.compile(f"(?<={_WIDE}) (?={_WIDE})")
_HYPHEN = re.compile("[\x02\ufffe\xad]\\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page. `size` is the height of its first letter; 0 where that is not known."""

    text: str
    size: float
    left: float
    bottom: float


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
    size, levels = _sizes(sample.values())
    letters = without = 0
    for number in range(count):
        lines = sample.pop(number, None) or _lines(pdf, number)
        on_page = sum(len(line.text) for line in lines)
        letters += on_page
        without += not on_page
        _write(lines, number + 1, size, levels, paper)
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


def _sizes(sample: Iterable[list[Line]]) -> tuple[float, list[float]]:
    """Return the size of the text, and those of headings, the largest first, by a sample of the pages."""
    sizes: Counter[float] = Counter()
    short: Counter[float] = Counter()
    for lines in sample:
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
            if len(line.text) < LONGEST_HEADING:
                short[round(line.size, 1)] += 1
    return levels_of(sizes, short)


def levels_of(sizes: Counter[float], short: Counter[float]) -> tuple[float, list[float]]:
    """Return the size that most letters have, and the larger ones that headings may have. Pure."""
    if not sizes:
        return 0.0, []
    usual = sizes.most_common(1)[0][0]
    rest = sum(count for size, count in sizes.items() if size >= usual * LARGER)
    if not usual or rest > sum(sizes.values()) / 4:  # as in slides, where everything is large
        return usual, []
    larger = sorted((size for size in short if size >= usual * LARGER), reverse=True)
    return usual, larger


def _write(lines: list[Line], page: int, usual: float, levels: list[float], paper: Paper) -> None:
    """Write a page: lines that follow closely are one paragraph."""
    gaps = [above.bottom - line.bottom for above, line in pairwise(lines)]
    downward = [gap for gap in gaps if gap > 1]
    step = statistics.median_low(downward) if downward else 0.0
    held: list[str] = []
    level = 0
    size = 0
    for at, line in enumerate(lines):
        now = level_of(line, usual, levels)
        gap = gaps[at - 1] if at else 0.0
        apart = (
            now != level
            or gap < -step  # the next column begins above
            or gap > min(step * 1.4, line.size * 2.5 or step * 1.4)
            or (at and line.left > lines[at - 1].left + line.size * 0.8 and gap > 1)
            or size > LONGEST_BLOCK
        )
        if held and apart:
            _paragraph(held, level, page, paper)
            held, size = [], 0
        level = now
        held.append(line.text)
        size += len(line.text)
    if held:
        _paragraph(held, level, page, paper)


def level_of(line: Line, usual: float, levels: list[float]) -> int:
    """Return a heading's level, 0 for text. Pure."""
    if not levels or line.size < usual * LARGER or len(line.text) > LONGEST_HEADING:
        return 0
    if ". . ." in line.text or "...." in line.text or not any(map(str.isalpha, line.text)):
        return 0  # an entry of a table of contents, a number
    return min(1 + sum(size > round(line.size, 1) * 1.05 for size in levels), MOST_LEVELS)


def _paragraph(lines: list[str], level: int, page: int, paper: Paper) -> None:
    text = joined(lines)
    if level and len(text) <= 2 * LONGEST_HEADING:
        paper.heading(text, level, page)
    else:
        paper.text(text, page)


def joined(lines: list[str]) -> str:
    """Join the lines of a paragraph: by a space, by nothing in Chinese or where a word was parted. Pure."""
    pieces: list[str] = []
    for line in lines:
        if pieces and line[0] in BULLETS:
            pieces[-1] = pieces[-1].rstrip() + "\n"
        parted = _HYPHEN.search(line)
        pieces.append(line[: parted.start()] if parted else line + " ")
    return _BETWEEN_WIDE.sub("", "".join(pieces).strip())
