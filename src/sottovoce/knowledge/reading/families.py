"""Which file reads which kind of document, and everything that has to be imported before the cage closes."""

from __future__ import annotations

import codecs
import importlib
from typing import BinaryIO

from sottovoce.knowledge.reading import (
    code,
    decoding,
    html,
    mail,
    markdown,
    office,
    other,
    pdf,
    shown,
    table,
    text,
)
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.wire import Request

_LATE = {"other": other.load, "shown": shown.load}
"""Libraries that are slow to import, or not always here."""


def load(late: str) -> None:
    """Import what is imported late, since nothing can be opened later; `late`: see wire.LATE."""
    for name in (*decoding.CODECS, "ascii", "idna", "raw_unicode_escape"):
        codecs.lookup(name)
    for name in ("heapq", "quopri", "uu", "unicodedata"):
        importlib.import_module(name)
    for module in (html, pdf):
        module.load()
    if late in _LATE:
        _LATE[late]()


def read(request: Request, source: BinaryIO, paper: Paper) -> None:
    """Read one document onto the paper. Raises Refusal, and whatever its library makes of damage."""
    match request.kind:
        case "pdf":
            pdf.read(source, paper, request.password)
        case "html":
            html.read(source.read(), paper)
        case "zip":
            office.read(source, paper)
        case "mail":
            mail.read(source.read(), paper)
        case "mailbox":
            mail.read_box(source, paper)
        case "markdown":
            markdown.read(source.read(), paper)
        case "rst" | "text":
            text.read(source.read(), paper, underlined=request.kind == "rst")
        case "code":
            code.read(source.read(), paper)
        case "table":
            table.read(source.read(), paper)
        case "other":
            other.read(source.read(), paper)
        case "shown":
            shown.read(source, paper)
