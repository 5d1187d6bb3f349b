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
_HAN = "[零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]"
_NUMERAL = rf"(?:{_HAN}|\d)"
_PAUSE = re.compile(rf"(?<={_HAN})[,、](?=[ ]?{_HAN})")
_SPOKEN = re.compile(rf"{_NUMERAL}(?:(?:[ \t]?[-.]?|{_PAUSE.pattern})[ \t]?{_NUMERAL}){{6,}}")
_MISREAD = re.compile(
    r"(?<![A-Za-z\d])(?:(?=[OoIl]{0,9}\d)[\dOoIl]{2,19}(?:[ -](?=[OoIl]{0,9}\d))?){1,5}(?![A-Za-z\d])"
)
"""Letters that are written or scanned for digits."""
_MISREADS = str.maketrans("OoIl", "0011")
_GROUPS = re.compile(
    r"(?<!\d)(?<!\d\.)(?:[+(]{1,2}[ ]?){0,2}\d+(?:(?:\*(?=\d)|[ \t]{0,2}[-./_()~]{1,3}[ \t]{0,2}|[ \t]{1,3}|"
    r"[ \t]{0,2}[-./)]?\n[ \t]{0,4}[-./(]?|[\])>][ \t]?[-(]?[ \t]?|/-|[ \t]?\([ \t]?0[ \t]?\)[ \t]?)\d+)*"
)
_LEAD = re.compile(r"(?:(?<![\w)])(?<![\w)][ ])[+(]{1,2}[ ]|[+(]){1,2}\Z")
_BARE_CUT = re.compile(r"[ \t]*\n[ \t]*")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Number:
    """Groups of digits that may be one number: where it stands, its digits, and how many each group has.

    `closed` are the groups' sizes where those that only a line's end parts are one. `alone`: it is all of its
    run.
    """

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    closed: tuple[int, ...]
    raw: str
    alone: bool

    @property
    def spelled(self) -> bool:
        """Whether its digits stand apart, one by one."""
        return set(self.sizes) == {1}


def arabic(text: str) -> str:
    """Return a text, as long as it was, with seven and more Chinese numerals in a row made digits.

    So are the letters o and l among as many digits.
    """
    text = _MISREAD.sub(_reread, text)
    return _SPOKEN.sub(lambda found: _PAUSE.sub("-", found[0]).translate(_NUMERALS), text)


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
    lead = _LEAD.search(text, max(0, start - 4), start)
    begin = lead.start() if lead else start
    most = MOST if len(groups) <= LONG_RUN else FEW
    found: list[Number] = []
    digits = ""
    sizes: list[int] = []
    closed: list[int] = []
    for at in range(first, min(first + most, len(groups))):
        group_start, end = groups[at]
        size = end - group_start
        if len(digits) + size > MOST:
            break
        digits += text[group_start:end]
        between = text[groups[at - 1][1] : group_start] if at > first else ""
        _add(sizes, size, to_last="\n" in between and sizes[-1] + size <= FOURSOME)
        _add(closed, size, to_last=_BARE_CUT.fullmatch(between) is not None)
        if len(digits) >= LEAST:
            alone = first == 0 and at == len(groups) - 1
            raw = text[begin:end]
            found.append(Number(begin, end, digits, tuple(sizes), tuple(closed), raw, alone))
    yield from reversed([one for one in found if "\n" not in one.raw])
    yield from reversed([one for one in found if "\n" in one.raw])


def _add(sizes: list[int], size: int, *, to_last: bool) -> None:
    """Add a group's size, or make the last group as much longer."""
    if to_last:
        sizes[-1] += size
    else:
        sizes.append(size)


def before(text: str, at: int, length: int = 40) -> str:
    """Return what stands before a place, as far as it may say what comes."""
    return text[max(0, at - length) : at]
