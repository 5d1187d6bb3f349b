"""Numbers that are said in words: oh seven seven double oh, null eins fünf. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy import checks
from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.phones import counted

LEAST, MOST = 7, 19
"""Digits in a number that is said."""

_DIGITS = {
    word: str(digit)
    for digit, words in enumerate((
        "zero oh o nought null zéro cero", "one eins un uno", "two zwei zwo deux dos",
        "three drei trois tres",
        "four vier quatre cuatro", "five fünf fuenf cinq cinco", "six sechs seis", "seven sieben sept siete",
        "eight acht huit ocho", "nine neun neuf nueve",
    ))
    for word in words.split()
}  # fmt: skip
_TIMES = {"double": 2, "doppel": 2, "triple": 3, "treble": 3}
_ONE = rf"(?:(?:{'|'.join(_TIMES)})[ -])?(?:{'|'.join(sorted(_DIGITS, key=len, reverse=True))}|\d{{1,6}})"
_RUN = re.compile(
    rf"(?<![A-Za-z0-9-])\+?[(]?{_ONE}(?:(?:[)]?[ ,.-]{{1,3}}[(]?\n?|"
    rf"\n){_ONE})+(?![A-Za-z0-9-])",
    re.IGNORECASE,
)
_PART = re.compile(r"\d+|[a-zéü]+", re.IGNORECASE)
_ENOUGH = 3
"""Words among a number's digits; fewer are a count, or a number that is written in digits."""


def spoken(text: str) -> Iterator[Find]:
    """Find numbers of phones and cards that are said digit by digit."""
    for found in _RUN.finditer(text):
        digits, words = _read(found[0])
        if words >= _ENOUGH and LEAST <= len(digits) <= MOST and (len(digits) > 10 or not counted(digits)):
            is_card = len(digits) >= 13 and checks.luhn(digits)
            yield Find(*found.span(), "card" if is_card else "phone", True, digits)


def _read(said: str) -> tuple[str, int]:
    """Return the digits that are said, and how many of them in words."""
    digits, words, times = "", 0, 1
    for part in _PART.findall(said.lower()):
        if part in _TIMES:
            times = _TIMES[part]
            continue
        words += not part.isdigit()
        digits += _DIGITS.get(part, part) * times
        times = 1
    return digits, words
