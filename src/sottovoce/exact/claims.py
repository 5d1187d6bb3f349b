"""Sums with a value that somebody claims for them: "is 17 x 6 = 94?", "2 + 2 is 5, right?", 17乘6等于94吗.

To a call, or to nothing. What only says such a thing, "2 + 2 = 5", asks for nothing.
"""

from __future__ import annotations

import re

from sottovoce.exact import commas, numerals, sums
from sottovoce.exact.calls import CALCULATE, Call

_IS = r" ?(?:=|\b(?:is equal to|equal to|equals?|is|are|makes?|comes? to))"
_SUM = r"(?P<sum>[^=]+?)"
_VALUE = r" (?P<value>[^=]+?)"
_RIGHT = (
    r"(?:,? (?:right|correct|true|yes(?: or no)?|or not|true or false|isn't it|is it|am i right"
    r"|is (?:that|this) (?:right|correct|true)))"
)
_ASKS = (
    re.compile(rf"(?:is|are|does|do|isn't|doesn't) {_SUM}{_IS}{_VALUE}{_RIGHT}?"),
    re.compile(rf"(?:is|isn't) it (?:true|right|correct)(?: that)? {_SUM}{_IS}{_VALUE}{_RIGHT}?"),
    re.compile(rf"true or false[:,]? {_SUM}{_IS}{_VALUE}{_RIGHT}?"),
    re.compile(rf"{_SUM}{_IS}{_VALUE}{_RIGHT}"),
)
_SAYS = re.compile(rf"{_SUM} ={_VALUE}")
_HAN_ASKS = (
    re.compile(
        r"(?P<sum>[^=是]+?)(?:等于|是|=|得)(?P<value>[^=是]+?),?"
        r"(?:吗|么|嘛|对吗|对不对|对么|对吧|是吗|是吧|是不是|没错吧|正确吗|正确吧)"
    ),
    re.compile(r"(?P<sum>[^=是]+?)(?:是不是|是否|等不等于)(?:等于|=)?(?P<value>[^=是]+)"),
)
_VALUES = re.compile(r"-?(?:\d+(?:\.\d+)?%?|\d+/[1-9]\d*)")


def read(text: str, question: str) -> Call | None:
    """Return the calculation that a cleaned question wants compared; None where it is not wholly one."""
    text = re.sub(r" ?= ?", " = ", text)
    is_han = re.search(r"[\u3400-\u9fff]", text) is not None
    if is_han:
        text = text.replace(" ", "")
    is_asked = question.rstrip().endswith(("?", "？", "؟"))
    for pattern in _HAN_ASKS if is_han else (*_ASKS, *((_SAYS,) if is_asked else ())):
        match = pattern.fullmatch(text)
        found = None if match is None else _call(match["sum"].strip(" ,"), match["value"].strip(" ,"))
        if found is not None:
            return found
    return None


def _call(asked: str, value: str) -> Call | None:
    with_points = commas.with_points(f"{asked} = {value}")
    if with_points is not None:
        asked, _, value = with_points.partition(" = ")
    claimed = numerals.english(value) if value.isascii() else numerals.han(value)
    expression = sums.plainly(asked)
    if expression is None or _VALUES.fullmatch(claimed) is None:
        return None
    decimal = {} if with_points is None else {"decimal": "comma"}
    return Call(CALCULATE, {"expression": expression, "claimed": claimed, **decimal})
