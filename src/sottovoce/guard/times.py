"""Which times a text names: years and months, also those told from the day on which it is asked."""

from __future__ import annotations

import re
import time

_YEAR = re.compile(r"(?<![A-Za-z_\d.,:/-])(?:(19|20|21)(\d\d))(?!\d|[.,]\d)(?:[-/年](\d{1,2})(?!\d))?")

_NUMBERED = re.compile(
    r"(?:\b(?:rooms?|no|number|model|version|part|page|section|office|server|windows|port|line|item|article|code"
    r"|isbn|iso|rfc|pin|extension|form)\.?|[#$€£¥+*×÷=<>]|[房号第]"
    r"|\b(?:plus|minus|times|worth|costs?|pay|paid|earns?|spend|spent))\s*$",
    re.I,
)
"""Before a number that only looks like a year: room 2031."""

_MEASURES = (
    r"euros?|dollars?|cents?|bucks|pounds?|quid|yen|yuan|rupees?|francs?|roubles?|pesos?|eur|usd|gbp"
    r"|cny|rmb|chf|jpy|inr|k?m|k?g|cm|mm|miles?|mi|ft|feet|foot|inch(?:es)?|yards?|acres?|hectares?"
    r"|(?:kilo)?met(?:er|re)s?|(?:kilo)?grams?|kilos?|kgs?|tons?|tonnes?|lbs?|ounces?|oz"
    r"|lit(?:er|re)s?|ml|l|gallons?|cups?|k?cal|(?:kilo)?calories|kj|joules?|[kmg]?w|k?wh|watts?"
    r"|volts?|v|ma?h|amps?|[kmg]?hz|rpm|mph|km/h|degrees?|percent|[kmgt]i?b|bytes?|bits?|pixels?|px"
    r"|dpi|words?|characters?|letters?|tokens?|pages?|lines?|rows?|seconds?|secs?|minutes?|mins?"
    r"|hours?|hrs?|days?|weeks?|months?|years|times|votes|points?|steps|items|pieces|copies|boxes"
    r"|bottles|books|eggs|apples|bricks|tiles|trees|houses|seats|shares|coins|dots|stars|each|per"
)
_PEOPLE = (
    "people|persons?|men|women|children|kids|students?|employees|workers|users?|customers|guests|members"
)
_COUNTED_HAN = (
    "[元块米克吨斤磅升个人次名位只条本张页字词行步瓦伏秒天周颗粒辆台套件倍度兆]|美元|欧元|英镑|日元|公里|千米|公斤"
    "|千克|毫升|小时|分钟|平方|立方|卡路里|像素"
)
_COUNTED = re.compile(
    rf"\s?(?:[%€£¥$°×*+=÷]|/ ?\d|x ?\d|[-\s]?(?:{_MEASURES}|a (?:month|week|day|year))\b|{_COUNTED_HAN})"
    rf"|(?P<people>\s(?:{_PEOPLE})\b)",
    re.IGNORECASE,
)
"""Behind a number that counts something, and is no year: 2050 euros."""

_WHEN = re.compile(r"\b(?:in|by|since|until|till|year|from) $", re.IGNORECASE)
"""Before a year, also where people stand behind it: in 2031 people eat."""

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
        and (year[3] or not _counts(text, year.start(), year.end()))
    ]
    today = time.gmtime(now)
    said = text.lower()
    years = [f"{today.tm_year + ahead}" for ahead, words in _YEARS_AHEAD.items() if words.search(said)]
    months = [ahead for ahead, words in _MONTHS_AHEAD.items() if words.search(said)]
    return [*written, *years, *(_month(today.tm_year, today.tm_mon + ahead) for ahead in months)]


def _counts(text: str, start: int, end: int) -> bool:
    """Tell whether the number at this place counts something, by what stands behind it."""
    found = _COUNTED.match(text, end)
    if found is None:
        return False
    return found["people"] is None or _WHEN.search(text[max(0, start - 8) : start]) is None


def later(text: str, end: str, now: float) -> str | None:
    """Return the latest time a text names, if that lies after `end`, a year or a month as 2024-05."""
    after = [one for one in named(text, now) if one[: len(end)] > end[: len(one)]]
    return max(after, default=None)


def month_of(seconds: float) -> str:
    """Return the month of a moment in UTC, as 2026-05."""
    return time.strftime("%Y-%m", time.gmtime(seconds))


def _month(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"
