"""As which kind of file chats are exported, and what is in it: sotto chats export without its questions."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from sqlite3 import Connection

from sottovoce.chat import archive
from sottovoce.chat.marks.pen import Pen
from sottovoce.core.errors import BadValue
from sottovoce.core.messages import OWNER

FORMS = {
    ".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".docx": "docx", ".pdf": "pdf",
}  # fmt: skip
WHOLE = ("html", "docx", "pdf")
"""Forms whose files hold one chat."""


def form_of(target: Path, wanted: str | None, chat_ids: Sequence[str]) -> str:
    """Return the form of a file, as it is wanted or else by its suffix. Raises BadValue."""
    form = wanted or FORMS.get(target.suffix.lower())
    if form is None:
        raise BadValue(
            f"The suffix of {target.name} does not tell the format.",
            hint="Name a .json, .md, .html, .docx or .pdf file, or add --format json",
        )
    if form in WHOLE and len(chat_ids) != 1:
        raise BadValue(
            f"A file of this kind ({form}) holds one chat.",
            hint="Name one ID, or write them as Markdown or JSON: --to chats.md",
        )
    return form


def written(
    conn: Connection, form: str, chat_ids: Sequence[str], pen: Pen, language: str
) -> tuple[int, bytes]:
    """Return how many chats were written, and the file; all chats, where none is named."""
    target = BytesIO()
    if form in WHOLE:
        write = archive.whole(form)
        count = archive.export_whole(
            conn, OWNER, chat_ids[0], target, lambda chat, branch: write(chat, branch, language, pen)
        )
    elif form == "json":
        count = archive.export_json(conn, OWNER, chat_ids or None, target, pen)
    else:
        count = archive.export_markdown(conn, OWNER, chat_ids or None, target, pen, language)
    return count, target.getvalue()
