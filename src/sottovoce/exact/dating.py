"""Questions of days: "what day was 1 March 2024", 2024年3月1日是星期几. To a call, or to nothing.

`today` is put into the call as a day, so that a call means the same tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from sottovoce.exact import days, numerals
from sottovoce.exact.calls import (
    ADD_TO_DATE,
    AGE,
    CHECK_DATE,
    DAYS_BETWEEN,
    DAYS_IN,
    ISO_WEEK,
    LEAP_YEAR,
    WEEKDAY,
    Call,
)

_WHAT_DAY = r"(?:what|which) (?:day of the week|weekday|day)"
_HAN_WHICH = (
    r"(?:是|会是|为)?(?:哪天|哪一天|几号|几月几号|几月几日|什么日期|什么日子|什么时候|星期几|周几|礼拜几)"
)
_UNITS = {
    "天": "days",
    "日": "days",
    "周": "weeks",
    "星期": "weeks",
    "礼拜": "weeks",
    "月": "months",
    "年": "years",
}

Rule = tuple[str, Callable[[re.Match[str], date], Call | None]]


def read(text: str, today: date) -> Call | None:
    """Return the question of a day that a cleaned question is; None where it is not wholly one."""
    is_han = re.search(r"[\u3400-\u9fff]", text) is not None
    text = _han_digits(text) if is_han else numerals.english(text)
    for pattern, made in _HAN if is_han else _ENGLISH:
        match = re.fullmatch(pattern, text)
        try:
            found = made(match, today) if match is not None else None
        except days.NoSuchDay as problem:
            return Call(CHECK_DATE, {"date": problem.written})
        if found is not None:
            return found
    return None


def _han_digits(text: str) -> str:
    """Return a text with its numbers as digits, but not those that name days of a week."""
    return numerals.han(re.sub(r"[ ,]", "", text))


def _weekday(match: re.Match[str], today: date) -> Call | None:
    day = days.this_year(match["day"], today)
    return None if day is None else Call(WEEKDAY, {"date": day.isoformat()})


def _between(match: re.Match[str], today: date) -> Call | None:
    first, last = days.read(match["from"], today), days.read(match["to"], today)
    return _span(first, last, match.groupdict().get("unit"))


def _until(match: re.Match[str], today: date) -> Call | None:
    last = days.next_named(match["day"], today)
    return None if last is None or last < today else _span(today, last, match.groupdict().get("unit"))


def _since(match: re.Match[str], today: date) -> Call | None:
    first = days.read(match["day"], today)
    return None if first is None or first > today else _span(first, today, match.groupdict().get("unit"))


def _span(first: date | None, last: date | None, unit: str | None) -> Call | None:
    if first is None or last is None:
        return None
    asked = {"in": "weeks"} if unit in ("week", "周", "星期", "礼拜") else {}
    return Call(DAYS_BETWEEN, {"from": first.isoformat(), "to": last.isoformat(), **asked})


def _moved(match: re.Match[str], today: date) -> Call | None:
    """Count on from a day, or back: the groups are many, unit, way, and day where it is not today."""
    day = days.read(match.groupdict().get("day") or "today", today)
    way = match["way"]
    many = 1 if match["many"] in ("a", "an") else int(match["many"])
    if day is None or many > 10**6:
        return None
    is_back = way.startswith(("before", "ago", "minus", "-", "subtract")) or "前" in way or "减" in way
    unit = match["unit"] + "s" if match["unit"].isascii() else _UNITS[match["unit"]]
    months = many * {"months": 1, "years": 12}.get(unit, 0)
    given = many * {"days": 1, "weeks": 7}.get(unit, 0)
    sign = -1 if is_back else 1
    moved = days.plus_days(day, sign * given) if given else days.plus_months(day, sign * months)
    return None if moved is None else Call(ADD_TO_DATE, {"date": day.isoformat(), unit: str(sign * many)})


def _age(match: re.Match[str], today: date) -> Call | None:
    born = days.read(match["day"], today)
    on = days.read(match.groupdict().get("on") or "today", today)
    if born is None or on is None:
        return None
    return Call(AGE, {"born": born.isoformat(), "on": on.isoformat()})


def _week(match: re.Match[str], today: date) -> Call | None:
    day = days.read(match.groupdict().get("day") or "today", today)
    return None if day is None else Call(ISO_WEEK, {"date": day.isoformat()})


def _leap(match: re.Match[str], today: date) -> Call | None:
    said = match.groupdict().get("year")
    year = (
        int(said)
        if said
        else today.year + {"明年": 1, "去年": -1}.get(match.groupdict().get("near") or "", 0)
    )
    return Call(LEAP_YEAR, {"year": str(year)}) if year >= days.FIRST_YEAR else None


def _month(match: re.Match[str], today: date) -> Call | None:
    name, said = match["month"], match.groupdict().get("year")
    month = int(name) if name.isdigit() else days.month(name)
    if month is None or not 1 <= month <= 12 or (month == 2 and not said):
        return None
    year = int(said) if said else today.year
    return Call(DAYS_IN, {"period": f"{year}-{month:02}"}) if year >= days.FIRST_YEAR else None


def _year(match: re.Match[str], _: date) -> Call | None:
    return Call(DAYS_IN, {"period": match["year"]}) if int(match["year"]) >= days.FIRST_YEAR else None


_MANY = r"(?P<many>\d+|an?) (?P<unit>day|week|month|year)s?"
_ENGLISH: tuple[Rule, ...] = (
    (rf"(?:on )?{_WHAT_DAY} (?:is|was|will|does|did|would)(?: it be)? (?:on )?(?P<day>.+?)(?:"
     r" be)?(?: (?:fall|land|fall on|land on|on))?", _weekday),
    (rf"(?P<day>.+?),?(?: (?:is|was|will be|falls on|fell on))? {_WHAT_DAY}", _weekday),
    (r"(?:what(?:'s| is| was) )?(?:the )?(?:day of the week|weekday) (?:of|for|on) (?P<day>.+)", _weekday),
    (r"(?:how many|number of|what is the number of) (?P<unit>day|week)s (?:are |is |were |was"
     r" |have passed |passed )?"
     r"(?:there )?(?:between|from) (?P<from>.+?) (?:and|to|until|till) (?P<to>.+)", _between),
    (r"(?P<unit>day|week)s (?:between|from) (?P<from>.+?) (?:and|to|until|till) (?P<to>.+)", _between),
    (r"how many (?P<unit>day|week)s (?:is it |are there |are left |left |do we have )?"
     r"(?:until|till|to|before) (?P<day>.+?)(?: from (?:today|now))?", _until),
    (r"(?P<unit>day|week)s (?:until|till|left until) (?P<day>.+)", _until),
    (r"how many (?P<unit>day|week)s (?:has it been |have passed |is it |ago was |passed |are"
     r" there )?(?:since )?(?P<day>.+)", _since),
    (r"(?:what|which) (?:is the date|date is|date was|date will it be|date will be|day is|day"
     r" was|day will it be|day will be|date comes|date falls|is) (?:it )?(?:in )?"
     rf"{_MANY} (?P<way>from|after|before|ago)(?: (?P<day>.+))?", _moved),
    (rf"(?:what(?:'s| is) )?(?:the )?date (?:in )?{_MANY} (?P<way>from|after|before|ago)(?: "
     r"(?P<day>.+))?", _moved),
    (r"what (?:date|day|day of the week|weekday) (?:is it|will it be|will be|is) (?P<way>in)"
     rf" {_MANY}(?: time)?", _moved),
    (rf"what will (?:the date|today's date) be (?P<way>in) {_MANY}", _moved),
    (rf"when is {_MANY} (?P<way>from|after|before) (?P<day>.+)", _moved),
    (rf"(?:what is |calculate )?(?P<day>.+?) (?P<way>plus|minus|\+|-) {_MANY}", _moved),
    (rf"(?P<way>add) {_MANY} to (?P<day>.+)", _moved),
    (rf"(?P<way>subtract) {_MANY} from (?P<day>.+)", _moved),
    (rf"{_MANY} (?P<way>after|before|from) (?P<day>.*\d{{4}}.*)", _moved),
    (r"(?:how old (?:is|would|are|am) (?:someone|somebody|a person|he|she|i|you|a child|a"
     r" baby)(?: be)?|age of (?:someone|somebody|a person)|what is the age of (?:someone|a"
     r" person)) "
     r"(?:who (?:is|was) |if (?:i|he|she|they) (?:was|were) |if )?(?:born )(?:on |in )?"
     r"(?P<day>.+?)(?: (?:today|now|right now))?", _age),
    (r"how old (?:is|was|will|would) (?:someone|somebody|a person)(?: be)?(?: who (?:is"
     r"|was))? born (?:on |in )?(?P<day>.+?) (?:be )?(?:on|at) (?P<on>.+)", _age),
    (r"(?:i|he|she|my \w+) (?:was|were|is|am) born (?:on |in )?(?P<day>.+?)[,.;:]? (?:so"
     r" )?how old (?:am|is|are) (?:i|he|she|they)(?: now| today)?", _age),
    (r"(?:what|which) (?:iso |calendar )?week(?: number)?(?: of the year)? (?:is|was|will) "
     r"(?:it (?:on )?)?(?:it|now|today|(?P<day>.+?))(?: in)?(?: be)?", _week),
    (r"(?:what(?:'s| is) )?(?:the )?(?:iso )?(?:calendar )?week(?: number)? (?:of|for|on) "
     r"(?P<day>.+)", _week),
    (r"(?:is|was|will) (?P<year>\d{4}) (?:be )?(?:a )?leap(?: year)?", _leap),
    (r"is (?:it|this)(?: year)? a leap year", _leap),
    (r"(?:how many|number of) days (?:are |is |were |does |did )?(?:there )?(?:in |has )?"
     r"(?:the month of )?(?P<month>[a-z]+)(?:,? (?:of |in |have in |had in )?"
     r"(?P<year>\d{4}))?(?: have| had)?", _month),
    (r"(?:how many|number of) days (?:are |is |were |does |did )?(?:there )?(?:in )?(?:the"
     r" year )?(?P<year>\d{4})(?: have| had)?", _year),
)  # fmt: skip
_D = r"(?P<day>.+?)"
_HAN_MANY = r"(?P<many>\d+)个?(?P<unit>天|日|周|星期|礼拜|月|年)"
_HAN: tuple[Rule, ...] = (
    (rf"{_D}(?:那天|这天|那一天|当天)?(?:是|会是)?(?:星期几|周几|礼拜几|几月几号|几号)", _weekday),
    (rf"{_D}(?:那天|这天|那一天|当天)?是(?:一周|一星期)?(?:中)?的?(?:哪一天|星期几)", _weekday),
    (r"从?(?P<from>.+?)(?:到|至|和|与|跟)(?P<to>.+?)(?:之间|中间)?(?:一共|总共)?(?:有|相差"
     r"|相隔|间隔|隔了?|差了?|是|过了|已经过了|经过了?)?(?:多少|几)(?:个)?(?P<unit>天|周|星期"
     r"|礼拜)(?:了)?", _between),
    (rf"(?:距离?|离|到){_D}(?:还)?(?:有|剩|差)?(?:多少|几)(?:个)?(?P<unit>天|周|星期|礼拜)", _until),
    (rf"{_D}(?:距今|到现在|至今)(?:已经|已)?(?:有|过了|是)?(?:多少|几)(?:个)?(?P<unit>天|周"
     r"|星期|礼拜)(?:了)?", _since),
    (rf"(?:从)?{_D}(?:再)?(?P<way>加上?|\+|减去?|-|过){_HAN_MANY}(?:之?后|之?前)?{_HAN_WHICH}", _moved),
    (rf"(?:再)?(?P<back>过)?{_HAN_MANY}(?P<way>之?后|以?后|之前|以前|前){_HAN_WHICH}", _moved),
    (rf"(?:再)?(?P<way>过){_HAN_MANY}{_HAN_WHICH}", _moved),
    (rf"{_D}(?:的|往|再过|过|之)?{_HAN_MANY}(?P<way>之?后|以?后|之前|以前|前){_HAN_WHICH}", _moved),
    (rf"(?:我|他|她|某人|一个人|一个)?(?:是|在|于)?{_D}(?:出生|生)(?:的)?(?:人|孩子)?(?:我|他"
     r"|她)?(?:今年|现在|今天)?(?:是)?(?:多大|几岁|多少岁|几周岁)(?:了)?", _age),
    (rf"{_D}是?(?:在)?(?:今年|这一年|当年|一年|iso)?(?:中|里)?的?(?:iso)?第几(?:周|个?星期)", _week),
    (r"(?:今天|现在|本周|这周)是(?:今年|一年)?(?:中|里)?的?(?:iso)?第几(?:周|个?星期)", _week),
    (r"(?:(?P<year>\d{4})年?|(?P<near>今年|明年|去年))(?:是|是不是|是否是?|会是)?(?:闰年)"
     r"(?:吗|么|嘛)?", _leap),
    (r"(?:(?P<year>\d{4})年的?)?(?P<month>\d{1,2})月份?(?:一共|总共)?(?:有|是)?(?:多少|几)天", _month),
    (r"(?P<year>\d{4})年(?:全年|一年)?(?:一共|总共)?(?:有|是)?(?:多少|几)天", _year),
)  # fmt: skip
