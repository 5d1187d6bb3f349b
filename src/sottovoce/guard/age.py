"""Whether a question is about a time after all that a model learnt."""

from __future__ import annotations

import re

from sottovoce.guard import times

_CHANGING = (
    "news|headlines?|weather|forecast|prices?|versions?|releases?|exchange rates?|stock|scores?|results?"
    "|events?|updates?|president|prime minister|chancellor|ceo|champions?|record holder|standings"
)
_CHANGING_ZH = "新闻|消息|头条|天气|价格|股价|汇率|版本|型号|进展|比分|总统|主席|总理|首相|冠军|事件"

_NOW = re.compile(
    rf"\b(?:today'?s|latest|newest|most recent|recent|breaking|current)\s+(?:\w+\s+)?(?:{_CHANGING})\b"
    rf"|\b(?:{_CHANGING})\b[^.?!]{{0,30}}\b(?:of today|today|right now|this morning)\b"
    r"|\bwho is the current\b|\bwhat(?:'s| is) happening in\b"
    rf"|(?:今天|今日|最新|最近|近期|目前|当前|现任|现在)的?\w{{0,4}}?(?:{_CHANGING_ZH})",
    re.I,
)
"""Asks how something is on the day of asking that is not the same for long."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def asks_for(text: str, now: float) -> bool:
    """Return whether a question is about any time at all, so that it is worth knowing what a model learnt."""
    return _NOW.search(text) is not None or bool(times.named(text, now))


def later(text: str, until: str, now: float) -> str | None:
    """Return the time a question is about, if that lies after `until`, as 2024-06 or 2024; None otherwise."""
    found = times.later(text, until, now)
    today = times.month_of(now)
    if found is None and _NOW.search(text) and today[: len(until)] > until:
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
