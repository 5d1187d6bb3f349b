"""What is remembered in all chats: how it is asked for, and how a model is told. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sottovoce.store.memory import LONGEST, Remembered

_ASKED = re.compile(
    r"(?:please\s+|can you\s+|could you\s+|and\s+)?(?:remember|keep in mind|don't forget|do not forget)"
    r"(?:\s+that\b|\s*[:,]|(?=\s+(?:i|i'm|i've|my|we|we're|our)\b))\s*(?P<line>.+)"
    r"|(?:请|麻烦)?(?:你)?(?:记住|记一下|记得|别忘了)[:：,，]?\s*(?P<said>(?=.*我).+)",
    re.I | re.S,
)
"""Only what is said to be remembered is: nothing is guessed from what a person talks about."""

_QUESTION = ("?", "？", "吗", "呢")

HEAD = "What the person you talk with wants you to remember:"
HEAD_ZH = "与你对话的人希望你记住："


def asked(text: str) -> str | None:
    """Return what a message asks to be remembered, None where it asks for something else."""
    said = text.strip()
    found = _ASKED.fullmatch(said) if len(said) <= 2 * LONGEST else None
    if found is None or said.endswith(_QUESTION):
        return None
    line = " ".join((found["line"] or found["said"]).split()).rstrip(".。!！")
    return line if line and len(line) <= LONGEST else None


def instructions(system: str, lines: Sequence[Remembered], *, chinese: bool = False) -> str:
    """Return a chat's instructions with what is remembered behind them."""
    if not lines:
        return system
    told = "\n".join([HEAD_ZH if chinese else HEAD, *(f"- {line.text}" for line in lines)])
    return f"{system}\n\n{told}" if system else told
