"""Breaks text into lines by columns: Chinese is written without blanks, each character two wide. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

NOT_FIRST = "，。、；：？！）”’》】…·%"
"""Marks that begin no line."""
NOT_LAST = "（“‘《【"
"""Marks that end no line."""

WIDE = "\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
PIECES = re.compile(rf"[{NOT_LAST}]*[{WIDE}][{NOT_FIRST}]*| +|[^{WIDE} ]+[{NOT_FIRST}]*")
"""What is not broken: a character with the marks that belong to it, a word, blanks."""

CHINESE = re.compile(rf"[{WIDE}]")


def is_wide(text: str) -> bool:
    """Return whether the text is written without blanks, so that lines break between characters."""
    return CHINESE.search(text) is not None


def wrap(text: str, width: int, cells: Callable[[str], int]) -> list[str]:
    """Return the lines of a paragraph; none wider than this but where one word is."""
    lines: list[str] = []
    line = ""
    for piece in PIECES.findall(text):
        if line and cells(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines
