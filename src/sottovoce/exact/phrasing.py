"""Results in a sentence: in English, and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sottovoce.exact.telling import grouped, written
from sottovoce.exact.units import Amount, Unit

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_HAN_DAYS = "一二三四五六日"
_BINARY = {"kB": "KiB", "MB": "MiB", "GB": "GiB", "TB": "TiB"}

WIDELY_USED_FROM = 1752
"""Before, Britain and its colonies counted days by another calendar."""


class Sentence:
    """English sentences. `today` decides between is, was and will be."""

    def __init__(self, today: date) -> None:
        self._today = today

    def no_value(self, shown: str, why: str) -> str:
        """Say that an expression has no value that can be told, and why."""
        return {
            "too_large": f"{shown} is too large: its digits would fill pages.",
            "division_by_zero": f"{shown} has no value: nothing can be divided by zero.",
            "not_real": f"{shown} has no value among the real numbers.",
            "not_whole": f"{shown} has no value: this is computed with whole numbers only.",
            "no_factorial": f"{shown} has no value: only whole numbers from 0 up have a factorial.",
        }[why]

    def claim(self, result: str, *, holds: bool) -> str:
        """Say whether an expression comes to what was claimed, with what it comes to."""
        return f"{'Yes' if holds else 'No'}: {result}."

    def too_cold(self, amounts: Sequence[Amount]) -> str:
        """Say that a temperature is below absolute zero."""
        (one,) = amounts
        least = self._amount(written(-one.unit.zero)[0], one.unit)
        return f"There is no {self._amount(written(one.number)[0], one.unit)}: absolute zero is {least}."

    def years(self, amounts: Sequence[Amount]) -> str:
        """Say of how many days years were taken to be."""
        return " (a year of 365 days)" if amounts[0].number == 1 else " (years of 365 days)"

    def same(self, amounts: Sequence[Amount], found: Sequence[tuple[str, Unit]], *, is_exact: bool) -> str:
        """Say that two amounts are the same."""
        given = " ".join(self._amount(written(one.number)[0], one.unit) for one in amounts)
        said = " ".join(self._amount(digits, unit) for digits, unit in found)
        return f"{given} {'=' if is_exact else '≈'} {said}"

    def steps(self, amounts: Sequence[Amount], to: Unit) -> str:
        """Say in which steps these sizes of data are counted, where there are two ways."""
        symbols = [one.unit.symbol for one in amounts] + [to.symbol]
        if not any(symbol in _BINARY for symbol in symbols) or any("i" in symbol for symbol in symbols):
            return ""
        return self._steps(max((symbol for symbol in symbols if symbol in _BINARY), key="kB MB GB TB".index))

    def _steps(self, symbol: str) -> str:
        return f" (in steps of 1,000; {_BINARY[symbol]} counts in steps of 1,024)"

    def _amount(self, digits: str, unit: Unit) -> str:
        return f"{grouped(digits)} {unit.one if digits.lstrip('-') == '1' else unit.many}"

    def weekday(self, day: date) -> str:
        verb = self._verb(day)
        return f"{self.day(day)} {verb} a {_DAYS[day.weekday()]}{self._calendar(day)}."

    def days_between(self, first: date, last: date) -> str:
        return f"From {self.day(first)} to {self.day(last)}: {self._days((last - first).days)}."

    def weeks_between(self, first: date, last: date) -> str:
        weeks, rest = divmod(abs((last - first).days), 7)
        said = f"{weeks:,} {'week' if weeks == 1 else 'weeks'}" + (f" and {self._days(rest)}" if rest else "")
        return f"From {self.day(first)} to {self.day(last)}: {said}."

    def moved(self, day: date, parts: Mapping[str, int], found: date) -> str:
        """Say which day comes so long after, or came before, another."""
        is_before = all(many <= 0 for many in parts.values())
        said = " and ".join(
            f"{abs(many):,} {name[:-1] if abs(many) == 1 else name}" for name, many in parts.items()
        )
        where = "before" if is_before else "after"
        return f"{said} {where} {self.day(day)}: {_DAYS[found.weekday()]}, {self.day(found)}."

    def age(self, born: date, on: date, years: int) -> str:
        verb = self._verb(on)
        old = f"{years} {'year' if years == 1 else 'years'} old"
        return f"Born on {self.day(born)}, one {verb} {old} on {self.day(on)}."

    def unborn(self, born: date, on: date) -> str:
        return f"On {self.day(on)}, somebody born on {self.day(born)} is not born yet."

    def no_such_day(self, year: int, month: int, day: int, many: int | None) -> str:
        """Say that a date is none: its month has only so `many` days, or there is no such month."""
        if many is None:
            return f"There is no {year}-{month:02}-{day:02}: a year has 12 months."
        return f"There is no {day} {_MONTHS[month - 1]} {year}: {self.days_in_month(year, month, many)}"

    def today(self, now: datetime) -> str:
        return f"Today is {self._weekday_of(now)} ({self._clock(now)})."

    def time(self, now: datetime) -> str:
        return f"It is {now:%H:%M} on {self._weekday_of(now)} ({self._clock(now)})."

    def _weekday_of(self, now: datetime) -> str:
        return f"{_DAYS[now.weekday()]}, {self.day(now)}"

    def _clock(self, now: datetime) -> str:
        return f"{_zone(now)}, by the clock of this machine"

    def week(self, day: date, year: int, week: int) -> str:
        return f"{self.day(day)} is in ISO week {week} of {year}."

    def leap(self, year: int, *, is_leap: bool) -> str:
        verb = "is" if year == self._today.year else "was" if year < self._today.year else "will be"
        if not is_leap:
            verb = {"is": "is not", "was": "was not", "will be": "will not be"}[verb]
        return f"{year} {verb} a leap year: it has {366 if is_leap else 365} days."

    def days_in_month(self, year: int, month: int, many: int) -> str:
        return f"{_MONTHS[month - 1]} {year} has {many} days."

    def days_in_year(self, year: int, many: int) -> str:
        return f"{year} has {many} days."

    def day(self, day: date) -> str:
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def _days(self, many: int) -> str:
        return f"{many:,} {'day' if abs(many) == 1 else 'days'}"

    def _verb(self, day: date) -> str:
        return "is" if day == self._today else "was" if day < self._today else "will be"

    def _calendar(self, day: date) -> str:
        return " by the Gregorian calendar" if day.year <= WIDELY_USED_FROM else ""


class Chinese(Sentence):
    """The same in Chinese."""

    def no_value(self, shown: str, why: str) -> str:
        return {
            "too_large": f"{shown} 太大了，写出来要好几页。",
            "division_by_zero": f"{shown} 没有值：不能除以零。",
            "not_real": f"{shown} 在实数范围内没有值。",
            "not_whole": f"{shown} 没有值：这里只能用整数计算。",
            "no_factorial": f"{shown} 没有值：只有非负整数才有阶乘。",
        }[why]

    def claim(self, result: str, *, holds: bool) -> str:
        return f"{'对' if holds else '不对'}：{result}。"

    def too_cold(self, amounts: Sequence[Amount]) -> str:
        (one,) = amounts
        least = self._amount(written(-one.unit.zero)[0], one.unit)
        return f"不存在 {self._amount(written(one.number)[0], one.unit)}：绝对零度是 {least}。"

    def years(self, amounts: Sequence[Amount]) -> str:
        return "（一年按365天计算）"

    def _steps(self, symbol: str) -> str:
        return f"（按 1,000 进位；{_BINARY[symbol]} 按 1,024 进位）"

    def _amount(self, digits: str, unit: Unit) -> str:
        return f"{grouped(digits)} {unit.chinese}"

    def weekday(self, day: date) -> str:
        calendar = "（按公历）" if day.year <= WIDELY_USED_FROM else ""
        return f"{self.day(day)}是星期{_HAN_DAYS[day.weekday()]}{calendar}。"

    def days_between(self, first: date, last: date) -> str:
        return f"从{self.day(first)}到{self.day(last)}：{(last - first).days:,}天。"

    def weeks_between(self, first: date, last: date) -> str:
        weeks, rest = divmod(abs((last - first).days), 7)
        return f"从{self.day(first)}到{self.day(last)}：{weeks:,}周" + (f"零{rest}天。" if rest else "。")

    def moved(self, day: date, parts: Mapping[str, int], found: date) -> str:
        names = {"days": "天", "weeks": "周", "months": "个月", "years": "年"}
        is_before = all(many <= 0 for many in parts.values())
        said = "零".join(f"{abs(many):,}{names[name]}" for name, many in parts.items())
        where = "前" if is_before else "后"
        return f"{self.day(day)}的{said}{where}：{self.day(found)}，星期{_HAN_DAYS[found.weekday()]}。"

    def age(self, born: date, on: date, years: int) -> str:
        return f"{self.day(born)}出生，到{self.day(on)}是{years}周岁。"

    def unborn(self, born: date, on: date) -> str:
        return f"到{self.day(on)}，{self.day(born)}出生的人还没有出生。"

    def no_such_day(self, year: int, month: int, day: int, many: int | None) -> str:
        why = "一年只有12个月。" if many is None else self.days_in_month(year, month, many)
        return f"没有{year}年{month}月{day}日这一天：{why}"

    def today(self, now: datetime) -> str:
        return f"今天是{self._weekday_of(now)}（{self._clock(now)}）。"

    def time(self, now: datetime) -> str:
        return f"现在是{self._weekday_of(now)} {now:%H:%M}（{self._clock(now)}）。"

    def _weekday_of(self, now: datetime) -> str:
        return f"{self.day(now)}，星期{_HAN_DAYS[now.weekday()]}"

    def _clock(self, now: datetime) -> str:
        return f"{_zone(now)}，按本机时钟"

    def week(self, day: date, year: int, week: int) -> str:
        return f"{self.day(day)}在{year}年的 ISO 第{week}周。"

    def leap(self, year: int, *, is_leap: bool) -> str:
        return f"{year}年{'是' if is_leap else '不是'}闰年：有{366 if is_leap else 365}天。"

    def days_in_month(self, year: int, month: int, many: int) -> str:
        return f"{year}年{month}月有{many}天。"

    def days_in_year(self, year: int, many: int) -> str:
        return f"{year}年有{many}天。"

    def day(self, day: date) -> str:
        return f"{day.year}年{day.month}月{day.day}日"


def _zone(now: datetime) -> str:
    """Return a moment's time zone: UTC+01:00."""
    offset = now.isoformat()[-len("+00:00") :]
    return "UTC" if offset == "+00:00" else f"UTC{offset}"


def of(language: str, today: date) -> Sentence:
    return Chinese(today) if language == "zh" else Sentence(today)
