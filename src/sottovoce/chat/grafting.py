"""Makes a tree of messages from elsewhere fit to be stored: parents first, no cycles, sane times."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sottovoce.store.rows import StoredMessage

DAY = 86_400.0


@dataclass(slots=True)
class Notes:
    """Counts of what was left out, and of what was mended, by reason."""

    skipped: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)


def ordered(messages: Iterable[StoredMessage], notes: Notes) -> list[StoredMessage]:
    """Return the messages with each parent before its children, otherwise in the order given.

    Of a repeated id the first is kept. A missing parent, or one that closes a circle, is let go.
    """
    known: dict[str, StoredMessage] = {}
    for message in messages:
        if message.id in known:
            notes.skipped["a message that is there twice"] += 1
        else:
            known[message.id] = message
    placed: dict[str, StoredMessage] = {}
    for start in known.values():
        path: dict[str, StoredMessage] = {}
        message = start
        while message.id not in placed:
            path[message.id] = message
            if message.parent is None:
                break
            above = known.get(message.parent)
            if above is None or above.id in path:
                notes.mended["a parent that is missing" if above is None else "a circle of parents"] += 1
                path[message.id] = replace(message, parent=None)
                break
            message = above
        for message in reversed(path.values()):
            placed[message.id] = message
    return list(placed.values())


def moment(value: object, otherwise: float, now: float) -> float:
    """Return a time in seconds since 1970 if it can be one, up to a day ahead of our clock."""
    if isinstance(value, int | float) and math.isfinite(value) and 0 < value <= now + DAY:
        return float(value)
    return otherwise
