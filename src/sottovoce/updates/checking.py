"""Reads all of a bundle, and compares every byte with what was signed."""

from __future__ import annotations

import hashlib

from sottovoce.updates.contents import File
from sottovoce.updates.copying import BLOCK, Told
from sottovoce.updates.folder import reading
from sottovoce.updates.metadata import damaged
from sottovoce.updates.opening import Bundle, lying


def check(bundle: Bundle, told: Told) -> None:
    """Raise BadBundle where a piece is missing or is not what was signed."""
    seen: set[str] = set()
    for item in bundle.items:
        for file in item.files:
            _check_file(bundle, file, seen, told)


def _check_file(bundle: Bundle, file: File, seen: set[str], told: Told) -> None:
    for sha256, size in lying(file):
        path = bundle.folder.blob(sha256)
        if sha256 in seen:
            continue
        seen.add(sha256)
        digest, count = hashlib.sha256(), 0
        with reading(path), path.open("rb", buffering=0) as source:
            while count <= size and (block := source.read(BLOCK)):
                digest.update(block)
                count += len(block)
                told(len(block))
        if count != size or digest.hexdigest() != sha256:
            raise damaged(f"{file.name} is not what was signed")
