"""One answer as it goes to a clipboard: with its mark, and the label where one is set."""

from __future__ import annotations

from html import escape

from sottovoce.chat.as_html import html_of
from sottovoce.chat.marks import html, markdown
from sottovoce.chat.marks.pen import Pen
from sottovoce.store.rows import StoredMessage


def as_markdown(message: StoredMessage, pen: Pen) -> str:
    """Return an answer as Markdown. The names of documents stay out: nothing that is seen tells them."""
    record, label = pen.record(message, named=False), pen.label_of(message)
    text = message.text.strip() if record is None else markdown.marked(message.text, record)
    return text if label is None else f"> {label.line}\n\n{text}"


def as_html(message: StoredMessage, pen: Pen) -> str:
    """Return an answer as a piece of HTML."""
    record, label = pen.record(message, named=False), pen.label_of(message)
    text = f'<div dir="auto"{html.attributes(record)}>{html_of(message.text.strip())}</div>'
    if label is None:
        return text
    return f'<blockquote lang="{label.language}"><p>{escape(label.line)}</p></blockquote>{text}'
