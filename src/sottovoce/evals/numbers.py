"""The numbers in a text, as 1,234, 一千二百三十四 or "twelve hundred", and which of them answers. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sottovoce.evals.plain import bare, denied, plain

_DIGITS = re.compile(
    r"(?P<sign>(?<![\w.)\]])[-−])?(?<![\d.])(?P<number>\d{1,3}(?:,\d{3})+(?![\d,]*\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s*(?P<scale>万亿|亿|万|千|百万|百|(?:thousand|million|billion)\b))?"
)
_SCALES = {
    "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "亿": 10**8, "万亿": 10**12,
    "thousand": 1000, "million": 10**6, "billion": 10**9,
}  # fmt: skip

_HAN_DIGITS = {each: at for at, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN = re.compile(r"负?[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: at for at, word in enumerate(_UNITS)} | {word: 10 * at for at, word in enumerate(_TENS, 2)}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_WORD = "|".join(sorted((*_SMALL, *_LARGE), key=len, reverse=True))
_WORDS = re.compile(rf"\b(?:minus |negative )?(?:{_WORD})(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}))*\b")

_MARKED = re.compile(
    r"(?:=|≈|等于|答案是|答案为|答案:|结果是|结果为|总共有?|一共有?|共有|总和是|answer is|answer:|result is"
    r"|equals|equal to|total is|sum is|makes)\s*(?:about|约|大约|就是|:)?\s*[$€¥£]?\s*$"
)
_OPENING = re.compile(r"^[\s$€¥£(\"“]*$")
_ENDS = re.compile(r"\s*[%°]?\s*(?:[^\W\d]{1,20})?\s*(?:[.,;:!](?!\d)|[()（。，\n]|$|\bbecause\b|因为)")
_GOES_ON = re.compile(r"^\s*[-+*/×÷x−=]\s*[\d(]|^\s*(?:times|plus|minus|乘以?|加上?|减去?|除以)")
_HEDGE = re.compile(r"^[^.。\n]{0,12}?\s*(?:\bor\b|或者?|还是)\s*[$€¥£]?\s*[-\d零一二三四五六七八九十百千]")


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and where in the text it stands."""

    value: float
    start: int
    end: int


def numbers(text: str) -> list[Number]:
    """Return the numbers in a text of the usual width and in lower case.

    Those in digits; only where there are none, those in Chinese characters, and else in English words.
    """
    digits = [Number(_digits(found), *found.span()) for found in _DIGITS.finditer(text)]
    if digits:
        return digits
    han = [
        Number(value, *found.span()) for found in _HAN.finditer(text) if (value := _han(found[0])) is not None
    ]
    return han or [Number(_words(found[0]), *found.span()) for found in _WORDS.finditer(text)]


def answered(answer: str) -> float | None:
    """Return the number that an answer gives; None where it gives none, denies it, or cannot decide.

    That is the one it begins with, where no more than a unit follows before the sentence ends; else the last
    one behind "=" or "the answer is"; else the last.
    """
    text = unicodedata.normalize("NFKC", bare(answer)).casefold()
    text = re.sub(r"^1[.)]\s+(?=\S)", "", text)
    found = numbers(text)
    if not found:
        return None
    chosen = _chosen(text, found)
    if _HEDGE.match(text[chosen.end :]) or _hedged_before(text, found, chosen):
        return None
    before, after = plain(text[: chosen.start]), plain(text[chosen.end :])
    said = f"{before} # {after}"
    return None if denied(said, len(before) + 1, len(before) + 2) else chosen.value


def _chosen(text: str, found: list[Number]) -> Number:
    first = found[0]
    if _OPENING.match(text[: first.start]) and _ENDS.match(text[first.end :]):
        return first
    marked = [
        one for one in found if _MARKED.search(text[: one.start]) and not _GOES_ON.match(text[one.end :])
    ]
    return marked[-1] if marked else found[-1]


def _hedged_before(text: str, found: list[Number], chosen: Number) -> bool:
    at = found.index(chosen)
    return (
        at > 0
        and re.fullmatch(r"\s*(?:or|或者?|还是)\s*[$€¥£]?", text[found[at - 1].end : chosen.start])
        is not None
    )


def _digits(found: re.Match[str]) -> float:
    value = float(found["number"].replace(",", "")) * _SCALES.get(found["scale"] or "", 1)
    return -value if found["sign"] else value


def _han(text: str) -> float | None:
    """Return the value of 三千零五, 十二, 二〇二四, 一百五 or 三点一四; None where it is none, as 万一 is."""
    sign = -1 if text.startswith("负") else 1
    whole, _, part = text.removeprefix("负").partition("点")
    if not any(each in _HAN_UNITS or each in "万亿" for each in whole):
        value = float("".join(str(_HAN_DIGITS[each]) for each in whole))
    else:
        if whole[0] in "百千万亿":
            return None
        value = float(_han_with_units(whole))
    decimals = float("0." + "".join(str(_HAN_DIGITS[each]) for each in part)) if part else 0.0
    return sign * (value + decimals)


def _han_with_units(text: str) -> int:
    total = section = digit = 0
    unit = 1
    for at, each in enumerate(text):
        if each in _HAN_DIGITS:
            digit, zero = _HAN_DIGITS[each], each in "零〇"
            if at == len(text) - 1 and not zero and unit >= 100 and text[at - 1] not in "零〇":
                digit *= unit // 10  # 一百五 is 150
            unit = 1 if zero else unit
        elif each in _HAN_UNITS:
            unit = _HAN_UNITS[each]
            section += (digit or 1) * unit
            digit = 0
        else:
            unit = 10**4 if each == "万" else 10**8
            total = (total + section + digit) * unit if each == "亿" else total + (section + digit) * unit
            section = digit = 0
    return total + section + digit


def _words(text: str) -> float:
    """Return the value of "one hundred and twenty-five" or "twelve hundred"."""
    total = section = 0
    for word in re.findall(r"[a-z]+", text):
        if word in _SMALL:
            section += _SMALL[word]
        elif word == "hundred":
            section = (section or 1) * 100
        elif word in _LARGE:
            total += (section or 1) * _LARGE[word]
            section = 0
    value = float(total + section)
    return -value if text.startswith(("minus", "negative")) else value
