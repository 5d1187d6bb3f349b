"""Which times a text names: years and months, also those told from the day on which it is asked."""

from __future__ import annotations

import re
import time

_YEAR = re.compile(r"(?<![A-Za-z_\d.,:/-])(?:(19|20|21)(\d\d))(?!\d|[.,]\d)(?:[-/年](\d{1,2})(?!\d))?")

_NUMBERED = re.compile(
    r"(?:\b(?:rooms?|no|number|model|version|part|page|section|office|server|windows|port|line|item|article|code"
    r"|isbn|iso|rfc|pin|extension|form)\.?|[#$€£¥]|[房号第])\s*$",
    re.I,
)
"""Before a number that only looks like a year: room 2031."""

_YEARS_AHEAD = {
    0: re.compile(r"\bthis year\b|今年|本年度?"),
    1: re.compile(r"\bnext year\b|明年|来年|下一?年度?"),
    2: re.compile(r"\bthe year after next\b|后年"),
}
_MONTHS_AHEAD = {
    0: re.compile(r"\bthis month\b|本月|这个?月"),
    1: re.compile(r"\bnext month\b|下个?月"),
}


def named(text: str, now: float) -> list[str]:
    """Return the times that a text names, as 2031 or 2031-05.

    `now` is in seconds since 1970: "next year" is told from then.
    """
    written = [
        f"{year[1]}{year[2]}" + (f"-{int(year[3]):02}" if year[3] else "")
        for year in _YEAR.finditer(text)
        if not _NUMBERED.search(text[max(0, year.start() - 20) : year.start()])
    ]
    today = time.gmtime(now)
    said = text.lower()
    years = [f"{today.tm_year + ahead}" for ahead, words in _YEARS_AHEAD.items() if words.search(said)]
    months = [ahead for ahead, words in _MONTHS_AHEAD.items() if words.search(said)]
    return [*written, *years, *(_month(today.tm_year, today.tm_mon + ahead) for ahead in months)]


def later(text: str, end: str, now: float) -> str | None:
    """Return the latest time a text names, if that lies after `end`, a year or a month as 2024-05."""
    after = [one for one in named(text, now) if one[: len(end)] > end[: len(one)]]
    return max(after, default=None)


def month_of(seconds: float) -> str:
    """Return the month of a moment in UTC, as 2026-05."""
    return time.strftime("%Y-%m", time.gmtime(seconds))


def _month(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"
