"""The exact tools: what each takes, and what it answers, in a sentence of the question's language.

A call is a name and arguments that are all text; whoever made it, the same call has the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sottovoce.exact import arithmetic, days, phrasing, telling, units
from sottovoce.exact.arithmetic import BadExpression
from sottovoce.exact.phrasing import Sentence
from sottovoce.exact.powers import NoValue

CALCULATE = "calculate"
CONVERT = "convert"
WEEKDAY = "weekday"
DAYS_BETWEEN = "days_between"
ADD_TO_DATE = "add_to_date"
AGE = "age"
ISO_WEEK = "iso_week"
LEAP_YEAR = "leap_year"
DAYS_IN = "days_in"
CHECK_DATE = "check_date"
CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a tool."""

    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gives: `value` for programs, `sentence` for people."""

    value: str
    sentence: str


class BadCall(ValueError):
    """There is no such tool, or it takes other arguments."""


def computed(call: Call, language: str, today: date) -> Result:
    """Return the result of a call; what has no value says so. `language` is en or zh. Raises BadCall."""
    if call.name not in _TOOLS:
        raise BadCall(call.name)
    try:
        return _TOOLS[call.name](call.arguments, phrasing.of(language, today))
    except (KeyError, ValueError) as problem:
        raise BadCall(f"{call.name}: {problem}") from problem


def _calculate(given: Mapping[str, str], say: Sentence) -> Result:
    """`expression` follows the grammar of arithmetic.py; `as`: percent gives the value in percent.

    `claimed` is a value that it is said to have. `decimal`: comma tells numbers as 1.234,5.
    """
    expression, as_percent = given["expression"], given.get("as") == "percent"
    told = telling.with_decimal_comma if given.get("decimal") == "comma" else str
    shown = told(arithmetic.shown(expression))
    try:
        value = arithmetic.value(expression)
        claimed = arithmetic.value(given["claimed"]) if "claimed" in given else None
    except NoValue as problem:
        return Result(problem.why.replace("_", " "), say.no_value(shown, problem.why))
    if as_percent:
        value = value * 100
    digits, is_whole = telling.written(value)
    sign = "%" if as_percent else ""
    parts = [] if as_percent or is_whole or not isinstance(value, Fraction) else [telling.fraction(value)]
    if parts and (shown == parts[0].replace("/", " ÷ ") or len(parts[0]) > MOST_FRACTION):
        parts = []
    said = [shown, *parts]
    result = f"{' = '.join(said)} {'=' if is_whole else '≈'} {told(telling.grouped(digits))}{sign}"
    if claimed is None:
        return Result(f"{digits}{sign}", result)
    holds = value == claimed
    return Result(f"{'yes' if holds else 'no'}: {digits}", say.claim(result, holds=holds))


MOST_FRACTION = 15
"""Characters of a fraction that is worth telling beside its decimals."""


def _convert(given: Mapping[str, str], say: Sentence) -> Result:
    """`amount` is numbers with units, `to` a unit's name, or ft+in."""
    amounts = units.amounts(given["amount"])
    is_both = units.wants_both(given["to"])
    to = units.named("in" if is_both else given["to"])
    if amounts is None or to is None:
        raise BadExpression(given["amount"])
    if units.is_too_cold(amounts):
        return Result("below absolute zero", say.too_cold(amounts))
    days_of_years = units.years_of_365_days(amounts, to)
    found = units.converted(days_of_years or amounts, to)
    if found is None:
        raise BadExpression(given["to"])
    if is_both:
        feet, inches = divmod(found, 12)
        number, is_whole = telling.written(inches if inches.denominator == 1 else _hundredths(inches))
        is_whole = is_whole and Fraction(number) == inches
        pair = ((str(feet), units.known()["ft"]), (number, units.known()["in"]))
        return Result(f"{feet} ft {number} in", say.same(amounts, pair, is_exact=is_whole))
    digits, is_whole = telling.written(found)
    sentence = say.same(amounts, ((digits, to),), is_exact=is_whole)
    basis = say.years(amounts) if days_of_years else say.steps(amounts, to)
    return Result(f"{digits} {to.symbol}", sentence + basis)


def _hundredths(number: Fraction) -> Fraction:
    return Fraction(round(number * 100), 100)


def _weekday(given: Mapping[str, str], say: Sentence) -> Result:
    day = _day(given["date"])
    return Result(_ENGLISH_DAYS[day.weekday()], say.weekday(day))


def _days_between(given: Mapping[str, str], say: Sentence) -> Result:
    """`from` and `to` are days; `in` is days or weeks."""
    first, last = _day(given["from"]), _day(given["to"])
    many = (last - first).days
    if given.get("in") == "weeks":
        weeks, rest = divmod(abs(many), 7)
        value = f"{weeks} weeks" + (f" {rest} days" if rest else "")
        return Result(value, say.weeks_between(first, last))
    return Result(f"{many} days", say.days_between(first, last))


def _add_to_date(given: Mapping[str, str], say: Sentence) -> Result:
    """`date`, and one or more of days, weeks, months and years, each a whole number; months come first."""
    day = _day(given["date"])
    parts = {name: int(given[name]) for name in ("years", "months", "weeks", "days") if name in given}
    if not parts:
        raise BadCall("nothing is added")
    moved = days.plus_months(day, parts.get("years", 0) * 12 + parts.get("months", 0))
    if moved is not None:
        moved = days.plus_days(moved, parts.get("weeks", 0) * 7 + parts.get("days", 0))
    if moved is None:
        raise BadCall("outside the calendar")
    return Result(moved.isoformat(), say.moved(day, parts, moved))


def _age(given: Mapping[str, str], say: Sentence) -> Result:
    born, on = _day(given["born"]), _day(given["on"])
    if born > on:
        return Result("not born yet", say.unborn(born, on))
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return Result(f"{years} years", say.age(born, on, years))


def _iso_week(given: Mapping[str, str], say: Sentence) -> Result:
    day = _day(given["date"])
    year, week, _ = day.isocalendar()
    return Result(f"{year}-W{week:02}", say.week(day, year, week))


def _leap_year(given: Mapping[str, str], say: Sentence) -> Result:
    year = _year(given["year"])
    return Result("yes" if days.is_leap(year) else "no", say.leap(year, is_leap=days.is_leap(year)))


def _days_in(given: Mapping[str, str], say: Sentence) -> Result:
    """`period` is a year, 2024, or a month of one, 2024-02."""
    year, _, month = given["period"].partition("-")
    if month:
        many = days.days_in(_year(year), date(_year(year), int(month), 1).month)
        return Result(f"{many} days", say.days_in_month(_year(year), int(month), many))
    many = 366 if days.is_leap(_year(year)) else 365
    return Result(f"{many} days", say.days_in_year(_year(year), many))


def _check_date(given: Mapping[str, str], say: Sentence) -> Result:
    """`date` is written as 2024-02-31, whether there is such a day or not."""
    year, month, day = map(int, given["date"].split("-"))
    if days.made(year, month, day) is not None:
        return Result("a day", say.weekday(date(year, month, day)))
    many = days.days_in(_year(str(year)), month) if 1 <= month <= len(days.MONTHS) else None
    return Result("no such day", say.no_such_day(year, month, day, many))


def _clock(given: Mapping[str, str], say: Sentence) -> Result:
    """`at` is a moment with its time zone, by the clock; `tell` is time or date."""
    now = datetime.fromisoformat(given["at"])
    if given["tell"] == "date":
        return Result(now.date().isoformat(), say.today(now))
    return Result(f"{now:%H:%M}", say.time(now))


def _day(said: str) -> date:
    return date.fromisoformat(said)


def _year(said: str) -> int:
    return date(int(said), 1, 1).year


_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TOOLS: Mapping[str, Callable[[Mapping[str, str], Sentence], Result]] = {
    CALCULATE: _calculate,
    CONVERT: _convert,
    WEEKDAY: _weekday,
    DAYS_BETWEEN: _days_between,
    ADD_TO_DATE: _add_to_date,
    AGE: _age,
    ISO_WEEK: _iso_week,
    LEAP_YEAR: _leap_year,
    DAYS_IN: _days_in,
    CHECK_DATE: _check_date,
    CLOCK: _clock,
}
