"""What a file that was optimised here says of itself, and where its original is kept.

A model of the shelf is optimised in its place, and its original is moved to a folder beside; of the starter,
whose file is the program's, the optimised one lies in that other folder. Looks at no records.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sottovoce.core.paths import Home
from sottovoce.engine import writer
from sottovoce.engine.header import Header, shown

FROM_SHA256 = "sottovoce.optimised.from_sha256"
FROM_TYPE = "sottovoce.optimised.from_type"
BY = "sottovoce.optimised.by"


def folder(home: Home) -> Path:
    """Return where a file lies until it takes its place, and that of the starter for good."""
    return home.models / "optimised"


def originals(home: Home) -> Path:
    return home.models / "originals"


def original_of(home: Home, path: Path) -> Path:
    """Return where the original of a model of the shelf is kept, whether there is one or not."""
    return originals(home) / path.name


def keys(sha256: str, kind: str, program: str) -> Sequence[bytes]:
    """Return the keys that say what a file was made of, and by what."""
    said = {FROM_SHA256: sha256, FROM_TYPE: kind, BY: program}
    return [writer.text(name, value) for name, value in said.items()]


def made_of(header: Header) -> str:
    """Return the SHA-256 of what a file was made of, by its own word; empty: it was not optimised."""
    return header.text(FROM_SHA256) or ""


def told(header: Header) -> str:
    """Return a phrase for what it is: `optimised (Q8_0 from Q4_1)`; empty where it is not."""
    if not made_of(header):
        return ""
    return f"optimised ({header.file_type} from {shown(header.text(FROM_TYPE) or 'another type')})"
