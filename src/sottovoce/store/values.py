"""Values as the database holds them: ids, and text. Knows nothing of what they belong to."""

from __future__ import annotations

import base64
import os


def new_id() -> str:
    """Return 16 characters that tell nothing, not even when they were drawn."""
    return base64.b32encode(os.urandom(10)).decode().lower()


def derived_id(*parts: str) -> str:
    """Return an id that is always the same for the same parts."""
    import hashlib

    return (
        base64.b32encode(hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()[:10])
        .decode()
        .lower()
    )


def clean(text: str) -> str:
    """Replace halves of surrogate pairs, which no database can hold, by the sign for a lost character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
