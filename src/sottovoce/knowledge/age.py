"""How old a shelf's knowledge is, and whether a question is about a later time."""

from __future__ import annotations

import re
import sqlite3
import time
from datetime import UTC, datetime
from datetime import time as dawn

from sottovoce.knowledge import mounts

_YEAR = re.compile(r"(?<![\d.,:/-])(?:(19|20|21)(\d\d))(?!\d|[.,]\d)(?:[-/年](\d{1,2})(?!\d))?")

_NUMBERED = re.compile(
    r"(?:\b(?:rooms?|no|number|model|version|part|page|section|office|server|windows|port|line|item|article|code"
    r"|isbn|iso|rfc|pin|extension|form)\.?|[#$€£¥]|[房号第])\s*$",
    re.I,
)
"""Before a number that only looks like a year: room 2031."""

_RELATIVE = {
    0: re.compile(r"\bthis year\b|今年|本年度?"),
    1: re.compile(r"\bnext year\b|明年|来年|下一?年度?"),
    2: re.compile(r"\bthe year after next\b|后年"),
}
_RELATIVE_MONTH = {
    0: re.compile(r"\bthis month\b|本月|这个?月"),
    1: re.compile(r"\bnext month\b|下个?月"),
}
"""Times that are told from the day of asking, in years and in months."""


def newest(connection: sqlite3.Connection) -> float | None:
    """Return when the newest source of a shelf was written; seconds since 1970, UTC. None: nobody says."""
    ((found,),) = connection.execute("SELECT max(written) FROM documents WHERE problem IS NULL").fetchall()
    times = [] if found is None else [float(found)]
    days = [mount.as_of for mount in mounts.listed(connection) if mount.as_of is not None]
    times += [datetime.combine(day, dawn(), UTC).timestamp() for day in days]
    return max(times, default=None)


def later(question: str, written: float | None, now: float) -> str | None:
    """Return the latest time a question names, if that lies after all that was written: 2031-05.

    `written` and `now` are seconds since 1970: "next year" is told from `now`.
    """
    if written is None:
        return None
    end = time.strftime("%Y-%m", time.gmtime(written))
    named = [
        f"{year[1]}{year[2]}" + (f"-{int(year[3]):02}" if year[3] else "")
        for year in _YEAR.finditer(question)
        if not _NUMBERED.search(question[max(0, year.start() - 20) : year.start()])
    ]
    named += _relative(question, now)
    after = [one for one in named if one > end[: len(one)]]
    return max(after, default=None)


def _relative(question: str, now: float) -> list[str]:
    """Return the times that a question tells from the day on which it is asked."""
    today = time.gmtime(now)
    said = question.lower()
    years = [f"{today.tm_year + ahead}" for ahead, words in _RELATIVE.items() if words.search(said)]
    months = [ahead for ahead, words in _RELATIVE_MONTH.items() if words.search(said)]
    return years + [_month(today.tm_year, today.tm_mon + ahead) for ahead in months]


def _month(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"
