"""Write Server-Sent Events, one at a time. Knows nothing of what they say."""

from __future__ import annotations

import re

LINE_END = re.compile(r"\r\n|\r|\n")


def event(data: str, name: str | None = None, id: str | None = None) -> bytes:  # noqa: A002
    """Return one event. `name` and `id` are ours and have no line ends; `data` may."""
    head = (f"id: {id}\n" if id is not None else "") + (f"event: {name}\n" if name is not None else "")
    # JSON has no line ends, and there is one of these for each token.
    lines = LINE_END.sub("\ndata: ", data) if "\n" in data or "\r" in data else data
    return f"{head}data: {lines}\n\n".encode()


def comment(text: str) -> bytes:
    """Return what readers skip: it only shows that somebody is here."""
    return f": {text}\n\n".encode()
