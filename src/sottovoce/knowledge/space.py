"""What a shelf is likely to take on the disk, told before anything is read. Pure.

Measured over the HTML, text and PDF of Debian's documentation packages in English and Chinese. Vectors add
some 450 bytes a passage.
"""

from __future__ import annotations

from collections.abc import Iterable

from sottovoce.knowledge.reading.kinds import READABLE, ending_of

TEXT_SHARE = {"html": 0.3, "pdf": 0.4, "mail": 0.6, "mailbox": 0.6, "zip": 0.5, "other": 0.3}
"""Bytes of text in a byte of a file, by its kind; 1 in all others."""

WORDS = 1.3
"""Bytes of texts, passages and words on the disk for a byte of text; 2 where it is Chinese."""


def likely(files: Iterable[tuple[str, int]]) -> int:
    """Return the bytes that files, given by name and size, are likely to take before they have vectors."""
    text = sum(size * TEXT_SHARE.get(READABLE.get(ending_of(name), "text"), 1.0) for name, size in files)
    return round(text * WORDS)
