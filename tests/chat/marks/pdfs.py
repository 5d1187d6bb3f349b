"""PDFs of one answer, written as on a machine without fonts, and what is found and read in them."""

from __future__ import annotations

import io
from functools import cache

import marked
import pypdfium2

from sottovoce.chat.as_pdf import pdf_of
from sottovoce.chat.marks.verifying import Verdict, verdicts
from sottovoce.chat.pdf.machine import Fonts
from sottovoce.knowledge.reading import shown
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.shown import Shown

HERE = frozenset([marked.SIGNER.public])
SAID = "The river is very long."


def without_fonts(answer: StoredMessage, language: str = "zh", labels: str = "cn") -> bytes:
    """Return a PDF from a machine without fonts."""
    chat = Chat("c" * 16, "me", "河", "", "starter", None, 0.0, 0.0)
    return pdf_of(chat, [Shown(answer, ())], language, marked.pen(labels), Fonts([]))


@cache
def one() -> bytes:
    """Return a PDF with one answer."""
    return without_fonts(marked.message(SAID), "en", "none")


def found_in(file: bytes) -> list[Verdict]:
    return verdicts(file, "file", HERE, look=lambda data, _: shown.look(io.BytesIO(data)))


def words(file: bytes) -> str:
    """Return what a reader copies out of it."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        return "".join(page.get_textpage().get_text_range() for page in pdf)
    finally:
        pdf.close()
