"""Questions of measures, "5 km in miles", "how many feet in a mile", 5公里是多少英里, to a call."""

from __future__ import annotations

import re

from sottovoce.exact import numerals, telling, units
from sottovoce.exact.calls import CONVERT, Call

_ENGLISH = (
    re.compile(
        r"^(?:convert |what(?:'s| is| are) |whats |how (?:much|long|far|tall|heavy|big|fast"
        r"|hot|cold|old) (?:is|are) |change |turn )?"
        r"(?P<amount>.+?) (?:in|into|to|as|=|equals|equal to|converted to|expressed in) "
        r"(?:how many )?(?P<to>[^\d=]+?)"
        r"(?: equal)?$"
    ),
    re.compile(
        r"^(?:how many|how much|what number of|number of) (?P<to>[^\d]+?) "
        r"(?:are there in|is there in|are in|is in|in|are|is|do|does|make up|make|equals?|to"
        r"|per) (?P<amount>.+?)"
        r"(?: equal| make| have| contain| hold)?$"
    ),
)
_HAN_LINK = (
    r"(?:换算成|换成|转换成|转换为|换算为|转成|化成|折合成?|相当于|大约是|等于|约等于|合|有|是|为|=|到)"
)
_HAN = re.compile(
    rf"^(?:把|将)?(?P<amount>.+?){_HAN_LINK}(?:多少|几)?个?(?P<to>[^\d多少几]+?)(?:是?多少|是?几)?$"
)
_HAN_SCALE = re.compile(r"(-?)(摄氏|华氏)(-?\d+(?:\.\d+)?)度?")
_HAN_NUMBER_OF_LIANG = re.compile(r"(?<=[\d一二三四五六七八九十半])两")
_BIT_OR_BYTE = re.compile(r"\d ?[KMGT]b(?:ps)?\b|\b[KMGT]b\b")


def read(text: str, question: str) -> Call | None:
    """Return the conversion that a cleaned question asks for; None where it is not wholly one.

    `question` is as it was asked: what is Mb with a small b is a bit to some and a byte to others.
    """
    if _BIT_OR_BYTE.search(question):
        return None
    if re.search(r"[\u3400-\u9fff]", text):
        return _han(text)
    text = numerals.english(text.replace("one and a half", "1.5"))
    for pattern in _ENGLISH:
        for amount, to in _splits(pattern, text):
            found = _call(amount, to)
            if found is not None:
                return found
    return None


def _splits(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """Return the ways in which a text is an amount and a unit: "5 in in cm" has a unit named as the link."""
    match = pattern.match(text)
    if match is None:
        return []
    found = [(match["amount"], match["to"])]
    longer = re.match(r"^(.*\d ?in) in (\D+)$", text)
    if longer is not None and not text.startswith("how many"):
        found.append((re.sub(r"^(?:convert|what is|what's) ", "", longer[1]), longer[2]))
    return found


def _han(text: str) -> Call | None:
    text = _HAN_NUMBER_OF_LIANG.sub("liang", text.replace("零下", "-"))
    text = re.sub(r"^半个?(?=[^\d])", "0.5", text)
    text = re.sub(r"([一二两三四五六七八九十\d]+)个半", lambda match: f"{numerals.han(match[1])}.5", text)
    text = numerals.han(text)
    text = _HAN_SCALE.sub(_scale, re.sub(r"^(?:计算|算)(?:一下)?", "", text))
    match = _HAN.match(text)
    if match is None or not re.search("多少|几|换|转|化|折|=", text):
        return None
    to = match["to"].replace("摄氏", "摄氏度").replace("华氏", "华氏度").replace("度度", "度")
    return _call(match["amount"], to)


def _scale(match: re.Match[str]) -> str:
    return f"{match[1]}{match[3]}{match[2]}度"


def _call(amount: str, to: str) -> Call | None:
    """Return the call, if both are what they should be and one can become the other."""
    amount = re.sub(r"^(?:the )?(?:distance |temperature |weight |length |speed )?(?:of )?", "", amount)
    amount = re.sub(r"^(?:minus|negative) (?=\d)", "-", amount)
    given, wants_both = units.amounts(amount), units.wants_both(to)
    unit = units.named("in" if wants_both else re.sub(r"^(?:the |us (?=pounds|miles))", "", to))
    if given is None or unit is None or all(one.unit == unit for one in given):
        return None
    if units.converted(units.years_of_365_days(given, unit) or given, unit) is None:
        return None
    said = " ".join(f"{telling.written(one.number)[0]} {one.unit.symbol}" for one in given)
    if not all(telling.written(one.number)[1] for one in given):
        return None
    return Call(CONVERT, {"amount": said, "to": units.FEET_AND_INCHES if wants_both else unit.symbol})
