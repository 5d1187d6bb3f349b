"""Texts in which there is nothing to see, and such as have no word, number or sign of a sum in them. Pure."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Fillers, which Unicode counts among letters and signs."""

_KEYCAP = re.compile(r"[0-9#*]\ufe0f?\u20e3")
"""A digit in a box, which is an emoji."""


def is_blank(text: str) -> bool:
    """Tell whether nothing of a text can be seen: it is empty, or blanks and characters without a width."""
    return all(c.isspace() or _is_unseen(c) for c in text)


def is_wordless(text: str) -> bool:
    """Tell whether a text that can be seen is but emoji and marks: no letters, digits, money or sums."""
    if is_blank(text):
        return False
    return all(c.isspace() or _is_unseen(c) or _is_mark(c) for c in _KEYCAP.sub("😀", text))


def has_emoji(text: str) -> bool:
    """Tell whether there is a picture among the marks of a text."""
    return any(unicodedata.category(c) == "So" for c in _KEYCAP.sub("😀", text))


def _is_unseen(c: str) -> bool:
    return unicodedata.category(c) in ("Cf", "Cc") or "\ufe00" <= c <= "\ufe0f" or c in _UNSEEN


def _is_mark(c: str) -> bool:
    category = unicodedata.category(c)
    return category[0] == "P" or category in ("So", "Sk")
