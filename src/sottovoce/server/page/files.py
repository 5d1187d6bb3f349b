"""The files of a folder, read once and known by their names. Nothing that is asked for becomes a path."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""By the name's end. The system has such a list as well, and on some it is wrong."""

WORTH_PACKING = 1024
"""Bytes of a text from which on a phone on weak Wi-Fi has something of a shorter one."""


@dataclass(frozen=True, slots=True)
class File:
    """`tag` changes when the content does. `packed` is the same by gzip, where that is worth it."""

    content: bytes
    kind: str
    tag: str
    packed: bytes | None = None


Files = Mapping[str, File]


def read(folder: Path) -> Files:
    """Return the files of a folder by their names in it, hidden ones left out; none where it is missing."""
    found: dict[str, File] = {}
    for path in folder.rglob("*"):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            found[str(name)] = _file(path)
    return found


def _file(path: Path) -> File:
    content = path.read_bytes()
    kind = KINDS.get(path.suffix.lower(), "application/octet-stream")
    is_text = "text/" in kind or kind in (KINDS[".svg"], KINDS[".json"])
    packed = gzip.compress(content, 6, mtime=0) if is_text and len(content) >= WORTH_PACKING else None
    return File(content, kind, f'"{hashlib.sha256(content).hexdigest()[:32]}"', packed)
