"""Whether a question may be one for the exact tools, told before their readers are loaded.

Most questions with a number in them are none: they have words that no reader knows, or ask for nothing that
one computes. It may say yes where a reader says no, and never no where one says yes.
"""

from __future__ import annotations

import re

from sottovoce.exact import cleaning

_HAN = re.compile(r"[\u3400-\u9fff]")
_DAYS = re.compile("day|date|week|month|year|old|age|leap|time")
_HAN_ASKED = re.compile("[几多少换转化折年日天周月时期算求等得=]")
_HAN_SUM = re.compile(r"[加减乘除根方幂倍半积和差余均阶占分公%x+*/^!√-]")

_WORD = re.compile("[a-z]+")
_NUMBER_WORDS = _WORD.findall(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
    "million billion trillion dozen"
)
_AMOUNT = re.compile(
    r"(?:convert |what(?:'s| is| are) |whats |how \w+ (?:is|are) |change |turn )?(?:the )?"
    r"(?:distance |temperature |weight |length |speed )?(?:of )?"
    rf"(?:[-.\d]|(?:half|an?|minus|negative|{'|'.join(_NUMBER_WORDS)})\b)"
)
_LINK = re.compile(r" (?:in|into|to|as|equals?|converted|expressed) |=")
_HOW_MANY = re.compile(r"(?:how many|how much|what number of|number of) ")

_OF_SUMS = frozenset(_NUMBER_WORDS).union(
    _WORD.findall(
        "what whats s is are how much does find give me tell the answer to result of value exactly calculate "
        "compute evaluate work out solve figure do math maths equals equal make makes come square cube sum "
        "product difference average mean remainder factorial greatest least lowest highest gcd lcm hcf half "
        "per cent percent percentage increase increased by decrease reduce decreased reduced off a an tip on "
        "for between and total common divisor factor multiple when divided add with subtract from multiply "
        "divide third quarter double twice triple root sqrt cbrt avg squared cubed raised st nd rd th power "
        "times multiplied plus added minus take away modulo mod negative as x e true false right correct yes "
        "no or not it isn t doesn this that am i comes"
    )
)

_COUNTS = re.compile(
    r"\bhow (?:many|much|far|long|fast|old)\b|\btotal\b|\baltogether\b|\bleft over\b|\bon average\b"
    r"|\bwhat does .* cost\b"
    r"|多少|几[个只本人元块天米]|一共|总共|还剩|平均"
)


def may_be_read(question: str) -> bool:
    """Tell whether a reader may read all of a question: a day, a measure or a sum."""
    text = cleaning.cleaned(question)
    if text is None:
        return False
    if _HAN.search(text):
        return _HAN_ASKED.search(text) is not None or _HAN_SUM.search(text) is not None
    if _DAYS.search(text) or _HOW_MANY.match(text):
        return True
    if _LINK.search(text) and _AMOUNT.match(text):
        return True
    return _OF_SUMS.issuperset(_WORD.findall(text))


def may_count(question: str) -> bool:
    """Tell whether a question counts something, so that a model may find a sum in it."""
    return _COUNTS.search(question.lower()) is not None
