"""Which kind of document a file is: by its content where that tells, by its name's ending for texts. Pure.

The first bytes of pictures and archives are those the page knows, too (web/shared/decoding.ts).
"""

from __future__ import annotations

import re
from typing import Literal

from sottovoce.knowledge.reading.refusal import Refusal

Kind = Literal[
    "pdf", "html", "zip", "mail", "mailbox", "markdown", "rst", "text", "code", "table", "other"
]  # fmt: skip
"""`zip` is what office programs and e-books write; which of them, only its inside tells."""

HEAD = 4096
"""Bytes of a file that are looked at."""

ENDINGS: dict[Kind, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "html": ("html", "htm", "xhtml"),
    "zip": (
        "docx", "docm", "dotx", "odt", "ott", "pptx", "pptm", "ppsx", "odp", "xlsx", "xlsm", "ods", "epub",
    ),
    "mail": ("eml",),
    "mailbox": ("mbox",),
    "markdown": ("md", "markdown", "mdown", "qmd"),
    "rst": ("rst",),
    "text": ("txt", "text", "log", "adoc", "asciidoc", "org", "tex", "srt", "vtt", "nfo"),
    "code": (
        "py", "pyi", "js", "mjs", "cjs", "ts", "tsx", "jsx", "java", "kt", "scala", "go", "rs", "c", "h",
        "cc", "cpp", "hpp", "cs", "m", "swift", "rb", "php", "pl", "lua", "r", "jl", "hs", "ml", "ex", "erl",
        "clj", "sh", "bash", "zsh", "fish", "ps1", "bat", "sql", "css", "scss", "vue", "svelte", "json",
        "jsonl", "yaml", "yml", "toml", "ini", "cfg", "conf", "xml", "xsd", "svg", "proto", "graphql", "tf",
        "cmake", "mk", "gradle", "diff", "patch", "ipynb",
    ),
    "table": ("csv", "tsv"),
    "other": ("doc", "ppt", "xls", "rtf"),
}  # fmt: skip
"""What is read, by ending. A text of another ending is read, too, as plain text."""

READABLE: dict[str, Kind] = {ending: kind for kind, endings in ENDINGS.items() for ending in endings}

MB = 1_000_000
LARGEST: dict[Kind, int] = {
    "pdf": 2_000 * MB,
    "zip": 2_000 * MB,
    "html": 32 * MB,
    "mail": 64 * MB,
    "mailbox": 256 * MB,
    "markdown": 64 * MB,
    "rst": 64 * MB,
    "text": 64 * MB,
    "code": 64 * MB,
    "table": 64 * MB,
    "other": 64 * MB,
}
"""Bytes of a file that are read; a larger one is refused."""

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\0\0\x01\0", "ICO"),
    (b"8BPS", "Photoshop"),
)
ARCHIVES = (
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
)
SOUNDS = ((b"ID3", "MP3"), (b"OggS", "Ogg"), (b"fLaC", "FLAC"), (b"\x1a\x45\xdf\xa3", "Matroska"))
BOXES = {b"avif": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC"}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")

_HTML = re.compile(
    rb"(?i)\s{0,64}(?:<\?xml[^>]{0,200}>\s{0,64})?(?:<!--.{0,1000}?-->\s{0,64})?<(?:!doctype html|html)\b",
    re.DOTALL,
)
_MAILBOX = re.compile(rb"From [^\r\n]{1,200} \d\d:\d\d(?::\d\d)? [^\r\n]{0,40}\d{4}\r?\n")
_MAIL = re.compile(
    rb"(?i)(?:return-path|received|delivered-to|message-id|from|mime-version|x-[\w-]{1,40}):[^\n]{1,998}\n"
)


def ending_of(name: str) -> str:
    """Return what follows the last dot of a file's name, in small letters."""
    return name.rpartition("/")[2].rpartition(".")[2].lower() if "." in name else ""


def kind_of(name: str, head: bytes) -> Kind:
    """Return how to read a file, by its first bytes and its name. Raises Refusal for what has no text."""
    ending = ending_of(name)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith((OLD_OFFICE, b"{\\rtf")):
        return "other"
    _refuse_strange(head)
    is_text = head.startswith(MARKS) or b"\0" not in head
    if not is_text:
        raise Refusal("damaged" if READABLE.get(ending) in ("pdf", "zip", "other") else "unknown")
    by_name = READABLE.get(ending)
    if by_name in ("pdf", "zip", "other"):  # the ending promises what the content is not
        by_name = None
    if by_name in (None, "text", "html") and _HTML.match(head.removeprefix(MARKS[2])):
        return "html"
    if by_name is None and _MAILBOX.match(head):
        return "mailbox"
    if by_name is None and _MAIL.match(head) and b"\nSubject:" in head:
        return "mail"
    return by_name or "text"


def _refuse_strange(head: bytes) -> None:
    for magic, what in PICTURES:
        if head.startswith(magic):
            raise Refusal("picture", what)
    if head.startswith(b"RIFF"):
        if head[8:12] == b"WEBP":
            raise Refusal("picture", "WebP")
        raise Refusal("sound", "RIFF")
    if head[4:8] == b"ftyp":
        box = BOXES.get(head[8:12])
        raise Refusal("picture", box) if box else Refusal("sound", "MP4")
    if head.startswith(b"BM") and head[5:7] == b"\0\0":
        raise Refusal("picture", "BMP")
    for magic, what in ARCHIVES:
        if head.startswith(magic):
            raise Refusal("archive", what)
    if head[257:262] == b"ustar":
        raise Refusal("archive", "tar")
    for magic, what in SOUNDS:
        if head.startswith(magic):
            raise Refusal("sound", what)
