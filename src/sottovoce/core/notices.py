"""What the reader of an answer was told beside it, as it is kept with the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sottovoce.core.events import Notice

FACT = "notices"
"""The fact of an answer that holds them: texts by their codes."""

MOST = 16
LONGEST = 2_000


def kept(facts: Mapping[str, Any]) -> tuple[Notice, ...]:
    """Return what an answer's facts say; nothing of what another program wrote there that is none."""
    told = facts.get(FACT)
    if not isinstance(told, dict):
        return ()
    notices = (
        Notice(code, text[:LONGEST])
        for code, text in told.items()
        if isinstance(code, str) and isinstance(text, str) and text.strip()
    )
    return tuple(notices)[:MOST]
