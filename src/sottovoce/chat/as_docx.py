"""One chat as a Word document, to be edited and passed on: what as_page.py shows, in paragraphs.

A pen puts its marks on each answer and on the whole. Pure: knows neither stores nor files.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from sottovoce import __version__
from sottovoce.chat.as_html import html_of
from sottovoce.chat.as_words import Words, speaker, words_in
from sottovoce.chat.author import is_by_ai
from sottovoce.chat.grounds import source
from sottovoce.chat.marks import docx
from sottovoce.chat.marks.document import Document
from sottovoce.chat.marks.pen import PLAIN, Pen
from sottovoce.chat.marks.words import blocks_of
from sottovoce.core import computed, notices
from sottovoce.core.grounds import read_cited
from sottovoce.core.messages import Role
from sottovoce.guard.labels import AIGC
from sottovoce.store.rows import Chat
from sottovoce.store.shown import Shown

GENERATED = "AI-generated"
"""The property of a document with answers of a model in it."""


def document_of(chat: Chat, branch: Sequence[Shown], language: str = "en", pen: Pen = PLAIN) -> bytes:
    """Return the document of a branch; see words_in."""
    words = words_in(language)
    document = Document(" ".join(chat.title.split()) or words.untitled, words.tag)
    if any(is_by_ai(shown.message) for shown in branch):
        document.properties[GENERATED] = "true"
        aigc = pen.aigc(chat.id)
        if aigc is not None:
            document.properties[AIGC] = json.dumps(aigc, ensure_ascii=False)
    document.paragraph(document.title, "Title")
    document.paragraph(words.begun.format(day=_day(chat.created)), "Note")
    document.paragraph(words.notice, "Note")
    for shown in branch:
        _write(document, shown, words, pen)
    document.paragraph(words.made.format(version=__version__), "Note")
    seal = None if pen.signer is None else pen.seal(docx.visible(document.bytes()), chat.changed)
    if seal is not None:
        document.seal(seal)
    return document.bytes()


def _write(document: Document, shown: Shown, words: Words, pen: Pen) -> None:
    message = shown.message
    day = _day(message.created)
    if message.role is Role.USER:
        document.paragraph(f"{words.you} · {day}", "Heading2")
        if shown.attached:
            names = ", ".join(one.name for one in shown.attached)
            document.paragraph(words.attached.format(names=names), "Note")
        for line in message.text.strip().splitlines():
            document.paragraph(line)
        return
    who, by = speaker(message, words)
    document.paragraph(f"{who} · {by} · {day}", "Heading2")
    for notice in notices.kept(message.facts):
        document.paragraph(words.told(notice.text), "Note")
    label = pen.label_of(message)
    if label is not None:
        document.paragraph(label.line, "Note")
    for used in computed.kept(message.facts):
        document.paragraph(used.line, "Note")
    document.blocks(blocks_of(html_of(message.text.strip())), pen.record(message))
    for one in read_cited(message.facts).citations:
        document.paragraph(f"[{one.n}] {source(one)}: “{' '.join(one.quote.split())}”", "Note")
    ending = words.endings.get(message.state)
    if ending:
        document.paragraph(ending, "Note")


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
