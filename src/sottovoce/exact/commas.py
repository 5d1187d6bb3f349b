"""Commas before decimals, 1,5 + 2, as most of Europe writes them: told from those between thousands."""

from __future__ import annotations

import re

from sottovoce.exact.cleaning import DECIMAL_COMMA

_LISTED = re.compile(
    r"\b(?:sum|total|product|average|mean|gcd|hcf|lcm|common|avg)\b|[和与跟、]|平均|[(,] ?-?\d+ ?, |\w\("
)
_THOUSANDS = 3


def with_points(text: str) -> str | None:
    """Return a cleaned text with points before its decimals, for commas; None where it has no such commas.

    None as well where they may stand between numbers or thousands, or where points stand before decimals too.
    """
    found = DECIMAL_COMMA.findall(text)
    if not found or "." in text or _LISTED.search(text):
        return None
    if any(len(decimals) == _THOUSANDS and int(whole) != 0 for whole, decimals in found):
        return None
    return DECIMAL_COMMA.sub(r"\1.\2", text)
