"""Makes what is marked beside these tests importable, and gives a store to export from."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from sottovoce.chat import archive
from sottovoce.chat.as_pdf import pdf_of
from sottovoce.chat.marks.pen import Pen
from sottovoce.chat.pdf.machine import Fonts, folders
from sottovoce.core.paths import Home
from sottovoce.store.db import Database, open_database
from sottovoce.store.rows import StoredMessage

sys.path[:0] = [str(Path(__file__).parent)]

import marked  # noqa: E402

Exported = Callable[..., bytes]
FONTS = Fonts(folders())


def whole(kind: str) -> archive.Whole:
    """Return what writes one chat; a PDF with fonts that are read once for all tests."""
    return partial(pdf_of, fonts=FONTS) if kind == "pdf" else archive.whole(kind)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    with closing(open_database(home)) as opened:
        yield opened


@pytest.fixture
def exported(database: Database) -> Exported:
    """Return what writes a chat with these answers as a file of a kind."""

    def export(kind: str, answers: Sequence[StoredMessage] | None = None, pen: Pen | None = None) -> bytes:
        said = [marked.message(text) for text in marked.ANSWERS] if answers is None else answers
        used = marked.pen() if pen is None else pen
        chat = database.call(lambda conn: marked.tell(conn, said))
        written = io.BytesIO()
        if kind in ("html", "docx", "pdf"):
            write = whole(kind)
            database.call(
                lambda conn: archive.export_whole(
                    conn, "me", chat.id, written, lambda one, branch: write(one, branch, "en", used)
                )
            )
        else:
            write_all = archive.export_json if kind == "json" else archive.export_markdown
            database.call(lambda conn: write_all(conn, "me", [chat.id], written, used))
        return written.getvalue()

    return export
