"""Whether a question is about a time after all that a model learnt."""

from __future__ import annotations

from sottovoce.guard import now as present
from sottovoce.guard import times

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def asks_for(text: str, now: float) -> bool:
    """Return whether a question is about any time at all, so that it is worth knowing what a model learnt."""
    return bool(times.named(text, now)) or present.is_asked(text)


def later(text: str, until: str, now: float) -> str | None:
    """Return the time a question is about, if that lies after `until`, as 2024-06 or 2024; None otherwise."""
    found = times.later(text, until, now)
    today = times.month_of(now)
    if found is None and today[: len(until)] > until and present.is_asked(text):
        return today
    return found


def sentence(asked: str, until: str, *, chinese: bool) -> str:
    """Return what is said of a question about `asked` to a model that learnt `until`."""
    if chinese:
        return f"这个模型所学的内容截止于{_in_chinese(until)}；它不可能知道{_in_chinese(asked)}的事。"
    return f"What this model learnt ends in {_in_english(until)}; of {_in_english(asked)} it knows nothing."


def _in_english(day: str) -> str:
    year, _, month = day.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}" if month and 1 <= int(month) <= len(_MONTHS) else year


def _in_chinese(day: str) -> str:
    year, _, month = day.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年"
