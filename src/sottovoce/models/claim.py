"""What KEY.json says of a file under way: how much of it is here, and what was said of it.

It is believed as far as it goes with what is wanted and with what the disk has. Knows no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sottovoce.models import shelf, spans
from sottovoce.models.shelf import KnownFile

if TYPE_CHECKING:
    from sottovoce.models.partial import Wanted

VERSION = 1
_UNBELIEVABLE = (OSError, ValueError, KeyError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Claim:
    """`sessions` is how many answers it came from. `named` is the file as it was when it got its name."""

    size: int | None
    validator: str | None
    sessions: int
    here: list[spans.Span]
    named: KnownFile | None = None


def written(claim: Claim, wanted: Wanted) -> bytes:
    """Return what stands in KEY.json."""
    named = claim.named
    said = {
        "version": VERSION,
        "source": wanted.source,
        "name": wanted.name,
        "size": claim.size,
        "sha256": wanted.sha256,
        "validator": claim.validator,
        "sessions": claim.sessions,
        "here": claim.here,
        "named": None if named is None else [named.size, named.modified_ns, named.inode, named.sha256],
    }
    return json.dumps(said).encode()


def read(path: Path, wanted: Wanted, on_disk: int) -> Claim | None:
    """Return what can be believed of a file of which so many bytes are on the disk."""
    try:
        said = _said(path, wanted)
        size, validator, sessions = said["size"], said["validator"], said["sessions"]
        here: list[spans.Span] = []
        for start, end in said["here"]:
            if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
                return None
            here = spans.joined(here, (start, min(end, on_disk)))
    except _UNBELIEVABLE:
        return None
    if not isinstance(size, int) or wanted.size not in (None, size) or (here and here[-1][1] > size):
        return None
    if not (isinstance(validator, str) or validator is None) or not isinstance(sessions, int):
        return None
    if validator is None and wanted.sha256 is None:
        return None
    return Claim(size, validator, sessions, here)


def was_named(path: Path, wanted: Wanted, file: Path) -> bool:
    """Tell whether a file got this name as what is wanted, and is as it was then.

    Without a digest only where a validator held together what came, as for going on.
    """
    try:
        said = _said(path, wanted)
        known = KnownFile(file, *said["named"])
        return bool(said["validator"] or wanted.sha256) and shelf.is_unchanged(known)
    except _UNBELIEVABLE:
        return False


def _said(path: Path, wanted: Wanted) -> Mapping[str, Any]:
    """Return what is said, where it is of what is wanted. Raises _UNBELIEVABLE."""
    said: Mapping[str, Any] = json.loads(path.read_bytes())
    if (said["version"], said["sha256"]) != (VERSION, wanted.sha256):
        raise ValueError("of something else")
    if wanted.sha256 is None and said["source"] != wanted.source:
        raise ValueError("from elsewhere")
    return said
