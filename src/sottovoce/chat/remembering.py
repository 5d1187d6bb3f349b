"""How a model is told of what is remembered in all chats. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sottovoce.store.memory import Remembered

HEAD = "What the person you talk with wants you to remember:"
HEAD_ZH = "与你对话的人希望你记住："


def instructions(system: str, lines: Sequence[Remembered], *, chinese: bool = False) -> str:
    """Return a chat's instructions with what is remembered behind them."""
    if not lines:
        return system
    told = "\n".join([HEAD_ZH if chinese else HEAD, *(f"- {line.text}" for line in lines)])
    return f"{system}\n\n{told}" if system else told
