"""Old office formats (DOC, PPT, XLS, RTF), by a library that is installed on demand: the extra `docs`."""

from __future__ import annotations

import contextlib

from sottovoce.knowledge.reading import text
from sottovoce.knowledge.reading.kinds import OLD_OFFICE
from sottovoce.knowledge.reading.paper import Paper
from sottovoce.knowledge.reading.refusal import Refusal

LOCKED = "EncryptedPackage".encode("utf-16-le")
"""What a DOCX, PPTX or XLSX with a password holds: it is written in the old form ([MS-OFFCRYPTO])."""

INSIDE = (
    ("WordDocument", "application/msword", "DOC"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint", "PPT"),
    ("Workbook", "application/vnd.ms-excel", "XLS"),
    ("Book", "application/vnd.ms-excel", "XLS"),
)


def load() -> None:
    """Start the library, if it is here, while it may still make what it needs: it talks to itself."""
    with contextlib.suppress(ImportError):
        import kreuzberg

        kreuzberg.extract_bytes_sync(b"{\\rtf1 warm}", "application/rtf")


def read(data: bytes, paper: Paper) -> None:
    """Read an old document. Raises Refusal, also where the library is not here."""
    mime, what = kind_of(data)
    try:
        import kreuzberg
    except ImportError as missing:
        raise Refusal("extra", what) from missing
    try:
        result = kreuzberg.extract_bytes_sync(data, mime)
    except kreuzberg.KreuzbergError as broken:
        raise Refusal("damaged", detail=str(broken)) from broken
    said = result.metadata if isinstance(result.metadata, dict) else {}
    paper.title = str(said.get("title") or "")
    text.paragraphs([result.content], paper)


def kind_of(data: bytes) -> tuple[str, str]:
    """Return the document's media type, and what people call it. Raises Refusal."""
    if not data.startswith(OLD_OFFICE):
        return "application/rtf", "RTF"
    if LOCKED in data:
        raise Refusal("protected")
    for name, mime, what in INSIDE:
        if name.encode("utf-16-le") + b"\0\0" in data:
            return mime, what
    raise Refusal("unknown")
