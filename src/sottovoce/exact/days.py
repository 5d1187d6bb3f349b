"""Days as people name them: 1 March 2024, March 1st, 2024-03-01, 2024年3月1日, tomorrow, 圣诞节.

Only of the Gregorian calendar, from its first whole year. A day that can be read in two ways, 03/04/2024,
is none.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

FIRST_YEAR = 1583
LAST_YEAR = 9999
_YEARS_WITHOUT_LEAP = 8
"""At most, between two leap years."""

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_SHORT = {name[:3]: at for at, name in enumerate(MONTHS, 1)} | {"sept": 9}
_MONTH = "|".join(sorted((*MONTHS, *_SHORT), key=len, reverse=True))
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(\d{4})"

_ENGLISH = (
    re.compile(rf"(?:the )?{_DAY}(?: of)?[ -]({_MONTH})\.?(?:,? |-){_YEAR}"),
    re.compile(rf"({_MONTH})\.? (?:the )?{_DAY}(?:,? ){_YEAR}"),
)
_WITHOUT_YEAR = (
    re.compile(rf"(?:the )?{_DAY}(?: of)? ({_MONTH})"),
    re.compile(rf"({_MONTH})\.? (?:the )?{_DAY}"),
)
_ISO = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")
_HAN = re.compile(r"(?:(\d{4})年|(今年|明年|去年|后年|前年)的?)?(\d{1,2})月(\d{1,2})(?:日|号)")
_HAN_YEARS = {"今年": 0, "明年": 1, "去年": -1, "后年": 2, "前年": -2}

_NEAR = {
    "today": 0, "tomorrow": 1, "yesterday": -1, "the day after tomorrow": 2, "the day before yesterday": -2,
    "now": 0, "today's date": 0,
    "今天": 0, "今日": 0, "明天": 1, "昨天": -1, "后天": 2, "前天": -2, "大后天": 3, "大前天": -3,
}  # fmt: skip
_FEASTS = {
    "christmas": (12, 25), "christmas day": (12, 25), "xmas": (12, 25), "christmas eve": (12, 24),
    "new year's day": (1, 1), "new years day": (1, 1), "new year's eve": (12, 31), "new years eve": (12, 31),
    "halloween": (10, 31), "valentine's day": (2, 14), "valentines day": (2, 14),
    "圣诞节": (12, 25), "圣诞": (12, 25), "平安夜": (12, 24), "元旦": (1, 1), "国庆节": (10, 1),
    "国庆": (10, 1), "劳动节": (5, 1), "儿童节": (6, 1), "情人节": (2, 14),
}  # fmt: skip
_FEAST = re.compile(
    rf"({'|'.join(sorted(map(re.escape, _FEASTS), key=len, reverse=True))})(?: (?:in )?{_YEAR})?"
)
_HAN_FEAST = re.compile(
    rf"(?:{_YEAR}年|(今年|明年|去年))的?({'|'.join(name for name in _FEASTS if not name.isascii())})"
)


class NoSuchDay(ValueError):
    """It is written as a day, but the calendar has none such: 31 February."""

    def __init__(self, year: int, month: int, day: int) -> None:
        self.written = f"{year}-{month:02}-{day:02}"
        super().__init__(self.written)


def read(text: str, today: date) -> date | None:
    """Return the day that all of a text names, in lower case; None where it names none. Raises NoSuchDay."""
    text = re.sub(r"^on ", "", text.strip(" ,."))
    if text in _NEAR:
        return plus_days(today, _NEAR[text])
    for pattern in (_ISO, *_ENGLISH, _SLASHED):
        match = pattern.fullmatch(text)
        if match is not None:
            return _of_match(pattern, match)
    han = _HAN.fullmatch(text)
    if han is not None and (han[1] or han[2]):
        year = int(han[1]) if han[1] else today.year + _HAN_YEARS[han[2]]
        return named(year, int(han[3]), int(han[4]))
    feast = _FEAST.fullmatch(text)
    if feast is not None and feast[2]:
        return made(int(feast[2]), *_FEASTS[feast[1]])
    of_year = _HAN_FEAST.fullmatch(text)
    if of_year is not None:
        year = int(of_year[1]) if of_year[1] else today.year + _HAN_YEARS[of_year[2]]
        return made(year, *_FEASTS[of_year[3]])
    return None


def next_named(text: str, today: date) -> date | None:
    """Return the next such day, today included, of one that is named without its year: 25 December.

    Raises NoSuchDay.
    """
    found = read(text, today)
    if found is not None:
        return found
    yearly = _yearly(re.sub(r"^(?:on|next) ", "", text.strip(" ,.")))
    if yearly is None:
        return None
    coming = (made(today.year + ahead, *yearly) for ahead in range(_YEARS_WITHOUT_LEAP + 1))
    found = next((day for day in coming if day is not None and day >= today), None)
    return found or named(today.year, *yearly)


def this_year(text: str, today: date) -> date | None:
    """Return such a day of this year, of one that is named without its year. Raises NoSuchDay."""
    found = read(text, today)
    if found is not None:
        return found
    yearly = _yearly(re.sub(r"^on ", "", re.sub(r" this year$", "", text.strip(" ,."))))
    return None if yearly is None else named(today.year, *yearly)


def made(year: int, month: int, day: int) -> date | None:
    """Return this day, if there is one and the calendar had begun."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def named(year: int, month: int, day: int) -> date | None:
    """Return this day; None where the calendar had not begun. Raises NoSuchDay."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    found = made(year, month, day)
    if found is None:
        raise NoSuchDay(year, month, day)
    return found


def plus_days(day: date, days: int) -> date | None:
    try:
        found = day + timedelta(days=days)
    except OverflowError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def plus_months(day: date, months: int) -> date | None:
    """Return the same day of a later month, or its last where it has no such day."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return date(year, month + 1, min(day.day, days_in(year, month + 1)))


def days_in(year: int, month: int) -> int:
    """Return how many days a month has."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month(name: str) -> int | None:
    """Return the number of a month by its English name."""
    name = name.strip(" .")
    return _SHORT.get(name[:3]) if name in (*MONTHS, *_SHORT) else None


def _yearly(text: str) -> tuple[int, int] | None:
    """Return month and day of one that is named without a year."""
    if text in _FEASTS:
        return _FEASTS[text]
    first = _WITHOUT_YEAR[0].fullmatch(text)
    if first is not None:
        return _SHORT[first[2][:3]], int(first[1])
    second = _WITHOUT_YEAR[1].fullmatch(text)
    if second is not None:
        return _SHORT[second[1][:3]], int(second[2])
    han = _HAN.fullmatch(text)
    return None if han is None else (int(han[3]), int(han[4]))


def _of_match(pattern: re.Pattern[str], match: re.Match[str]) -> date | None:
    if pattern is _ISO:
        return named(int(match[1]), int(match[3]), int(match[4]))
    if pattern is _ENGLISH[0]:
        return named(int(match[3]), _SHORT[match[2][:3]], int(match[1]))
    if pattern is _ENGLISH[1]:
        return named(int(match[3]), _SHORT[match[1][:3]], int(match[2]))
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    is_either = first <= 12 and second <= 12 and first != second
    if is_either or (first > 12 and second > 12):
        return None  # it is one day in London and another in New York, or in neither
    return named(year, second, first) if first > 12 else named(year, first, second)
