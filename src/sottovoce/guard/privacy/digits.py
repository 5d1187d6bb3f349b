"""Digits that stand together in a text, whatever is between them, and what was said before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 20
LEAST = 7
"""Digits in one number."""

FOURSOME = 4
"""Digits that a group has at most which the end of a line parts."""

LONG_RUN = 60
FEW = 6
"""In a run of more groups than the first, a table, a number has at most so many groups as the second."""

_NUMERALS = str.maketrans("零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖○", "00123456789121234567890")
_NUMERAL = r"[零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖\d]"
_SPOKEN = re.compile(rf"{_NUMERAL}(?:[ \t]?[-.]?[ \t]?{_NUMERAL}){{6,}}")
_MISREAD = re.compile(r"(?<![A-Za-z\d])(?:[\dOoIl]{2,19}(?:[ -](?=[\dOoIl]))?){1,5}(?![A-Za-z\d])")
"""Letters that are written or scanned for digits."""
_MISREADS = str.maketrans("OoIl", "0011")
_GROUPS = re.compile(
    r"(?<!\d)(?<!\d\.)[+(]{0,2}\d+(?:(?:\*(?=\d)|[ \t]{0,2}[-./_()]{1,2}[ \t]{0,2}|[ \t]{1,3}|"
    r"[ \t]{0,2}-?\n[ \t]{0,4}|\)[ \t]?-[ \t]?|/-|[ \t]?\([ \t]?0[ \t]?\)[ \t]?)\d+)*"
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Number:
    """Groups of digits that may be one number: where it stands, its digits, and how many each group has."""

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    raw: str


def arabic(text: str) -> str:
    """Return a text, as long as it was, with seven and more Chinese numerals in a row made digits.

    So are the letters o and l among as many digits.
    """
    text = _MISREAD.sub(_reread, text)
    return _SPOKEN.sub(lambda found: found[0].translate(_NUMERALS), text)


def _reread(found: re.Match[str]) -> str:
    raw = found[0]
    letters = sum(one.isalpha() for one in raw)
    if (
        not 0 < letters <= 4
        or sum(one.isdigit() for one in raw) < LEAST
        or not re.search(r"\d[OoIl]|[OoIl]\d", raw)
    ):
        return raw
    return raw.translate(_MISREADS)


def runs(text: str) -> Iterator[list[tuple[int, int]]]:
    """Return where groups of digits stand that belong together, run by run."""
    for found in _GROUPS.finditer(text):
        groups = [one.span() for one in _DIGITS.finditer(text, *found.span())]
        if groups[-1][1] - groups[0][0] >= 4:
            yield groups


def numbers(text: str, groups: list[tuple[int, int]], first: int) -> Iterator[Number]:
    """Return the numbers that begin with a group, on one line before those that go on, the longest first."""
    start = groups[first][0]
    begin = start
    while begin > 0 and text[begin - 1] in "+(" and start - begin < 2:
        begin -= 1
    most = MOST if len(groups) <= LONG_RUN else FEW
    found: list[Number] = []
    digits = ""
    sizes: list[int] = []
    for at in range(first, min(first + most, len(groups))):
        group_start, end = groups[at]
        if len(digits) + end - group_start > MOST:
            break
        digits += text[group_start:end]
        parted = at > first and "\n" in text[groups[at - 1][1] : group_start]
        if parted and sizes[-1] + end - group_start <= FOURSOME:
            sizes[-1] += end - group_start
        else:
            sizes.append(end - group_start)
        if len(digits) >= LEAST:
            found.append(Number(begin, end, digits, tuple(sizes), text[begin:end]))
    yield from reversed([one for one in found if "\n" not in one.raw])
    yield from reversed([one for one in found if "\n" in one.raw])


def before(text: str, at: int, length: int = 40) -> str:
    """Return what stands before a place, as far as it may say what comes."""
    return text[max(0, at - length) : at]
