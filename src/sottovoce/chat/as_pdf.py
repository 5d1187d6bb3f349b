"""One chat as a PDF, to be read and printed as it is: what as_docx.py has, on pages.

A pen puts its marks on each answer and on the whole. Knows neither stores nor files, but for this machine's
fonts.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence

from sottovoce import __version__
from sottovoce.chat.as_html import html_of
from sottovoce.chat.as_words import Words, speaker, words_in
from sottovoce.chat.author import is_by_ai
from sottovoce.chat.grounds import source
from sottovoce.chat.marks import pdf
from sottovoce.chat.marks.pen import PLAIN, Pen
from sottovoce.chat.marks.words import blocks_of
from sottovoce.chat.pdf.document import HEADING, NOTE, PLAIN_TEXT, TITLE, Document
from sottovoce.chat.pdf.machine import Fonts, folders
from sottovoce.core import computed, notices
from sottovoce.core.grounds import read_cited
from sottovoce.core.messages import Role
from sottovoce.guard.labels import AIGC
from sottovoce.store.rows import Chat
from sottovoce.store.shown import Shown

GENERATED = "AI-generated"
"""The property of a document with answers of a model in it."""


def pdf_of(
    chat: Chat, branch: Sequence[Shown], language: str = "en", pen: Pen = PLAIN, fonts: Fonts | None = None
) -> bytes:
    """Return the PDF of a branch; see words_in. `fonts`: those of this machine, if none are given."""
    words = words_in(language)
    document = Document(" ".join(chat.title.split()) or words.untitled, words.tag, fonts or Fonts(folders()))
    if any(is_by_ai(shown.message) for shown in branch):
        document.properties[GENERATED] = "true"
        aigc = pen.aigc(chat.id)
        if aigc is not None:
            document.properties[AIGC] = json.dumps(aigc, ensure_ascii=False)
    document.paragraph(document.title, TITLE)
    document.paragraph(words.begun.format(day=_day(chat.created)), NOTE)
    document.paragraph(words.notice, NOTE)
    for shown in branch:
        _write(document, shown, words, pen)
    if document.coded:
        document.paragraph(words.coded, NOTE)
    document.paragraph(words.made.format(version=__version__), NOTE)
    _seal(document, pen, chat.changed)
    return document.bytes()


def _seal(document: Document, pen: Pen, changed: float) -> None:
    """Sign what a reader will see of the document, and the fonts that it is set in."""
    if pen.signer is None:
        return
    from sottovoce.knowledge.reading import shown

    seen = shown.look(io.BytesIO(document.bytes(draft=True)))
    seal, fonts = pen.seal(pdf.visible(seen), changed), pen.fonts(seen["fonts"], changed)
    if seal is not None and fonts is not None:
        document.marks.append(seal)
        document.signed_fonts = (tuple(seen["fonts"]), fonts)


def _write(document: Document, shown: Shown, words: Words, pen: Pen) -> None:
    message = shown.message
    day = _day(message.created)
    if message.role is Role.USER:
        document.paragraph(f"{words.you} · {day}", HEADING)
        if shown.attached:
            names = ", ".join(one.name for one in shown.attached)
            document.paragraph(words.attached.format(names=names), NOTE)
        for line in message.text.strip().splitlines():
            document.paragraph(line, PLAIN_TEXT)
        return
    who, by = speaker(message, words)
    document.paragraph(f"{who} · {by} · {day}", HEADING)
    for notice in notices.kept(message.facts):
        document.paragraph(words.told(notice.text), NOTE)
    label = pen.label_of(message)
    if label is not None:
        document.paragraph(label.line, NOTE)
    for used in computed.kept(message.facts):
        document.paragraph(used.line, NOTE)
    document.blocks(blocks_of(html_of(message.text.strip())), pen.record(message))
    for one in read_cited(message.facts).citations:
        document.paragraph(f"[{one.n}] {source(one)}: “{' '.join(one.quote.split())}”", NOTE)
    ending = words.endings.get(message.state)
    if ending:
        document.paragraph(ending, NOTE)


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
