"""What is asked of the clock: the time, and which day it is. To a call, or to nothing."""

from __future__ import annotations

import re
from datetime import datetime

from sottovoce.exact.calls import CLOCK, Call

_TIME = re.compile(
    r"what time (?:is it|it is)"
    r"|(?:(?:what(?:'s| is)|whats) )?(?:the (?:current |local |exact )?|(?:current|local) )time"
    r"|(?:现在|当前|此刻|目前)(?:是|的)?(?:时间)?(?:是)?(?:几点|什么时间|什么时候|几时)(?:几分|多少分)?钟?了?"
    r"|几点钟?了|(?:现在|当前|此刻|目前)的?时间(?:是|为)?(?:多少|几点|什么)?钟?了?"
)
_DATE = re.compile(
    r"(?:what(?:'s| is)|whats)? ?(?:today'?s|the current|current|the) date(?: today| now)?"
    r"|(?:what(?:'s| is)|whats) (?:the day )?today"
    r"|(?:what|which) (?:day|date|weekday|day of the week) (?:is (?:it|today)|it is)(?: today)?"
    r"|(?:what(?:'s| is)|whats) the (?:day|weekday|day of the week)(?: today)?"
    r"|(?:今天|今日|现在)(?:的日期)?(?:是|为)?(?:几月几号|几月几日|几号|什么日期|什么日子"
    r"|哪天|几月几号星期几|几号星期几|星期几|周几|礼拜几|日期)(?:是什么)?了?"
    r"|(?:今天|当前)的?日期(?:是什么|是多少|是|是几号)?"
)
_NOW = re.compile(r" (?:right now|now|at the moment|here|currently)$")


def read(text: str, now: datetime) -> Call | None:
    """Return the call that a cleaned question of now is; `now` has its time zone."""
    text = text if re.search(r"[\u3400-\u9fff]", text) is None else text.replace(" ", "")
    text = _NOW.sub("", _NOW.sub("", text))
    for pattern, tell in ((_TIME, "time"), (_DATE, "date")):
        if pattern.fullmatch(text):
            return Call(CLOCK, {"at": now.isoformat(" ", "minutes"), "tell": tell})
    return None
