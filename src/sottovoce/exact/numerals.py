"""Numbers written in words, as digits: "twenty-five" and 二十五 are 25. English and Chinese."""

from __future__ import annotations

import re
from fractions import Fraction

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: at for at, word in enumerate(_ONES)} | {word: 20 + at * 10 for at, word in enumerate(_TENS)}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_WORD = rf"(?:{'|'.join((*_SMALL, 'hundred', *_LARGE))})"
_ENGLISH = re.compile(
    rf"(?<![\w.,])(?:an? (?=hundred|thousand|million|billion|trillion|dozen)|\d+(?:\.\d+)?[ -]"
    rf"(?=million|billion|trillion|thousand|hundred|dozen))?"
    rf"(?:{_WORD}|dozen)(?:(?: and |[ -])(?:{_WORD}|dozen))*(?![\w])"
)

_HAN_DIGITS = {c: at for at, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000}
_HAN_LARGE = {"万": 10**4, "亿": 10**8}
_HAN = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")
_MIXED = re.compile(r"(\d+(?:\.\d+)?)([十百千万亿]+)")


def english(text: str) -> str:
    """Return a text in lower case with its English numbers as digits; what is no number stays."""
    return _ENGLISH.sub(lambda match: _written(match[0]) or match[0], text)


def han(text: str) -> str:
    """Return a text with its Chinese numbers as digits; what is no number stays."""

    def mixed(match: re.Match[str]) -> str:
        many = Fraction(match[1])
        for unit in match[2]:
            many *= (_HAN_TENS | _HAN_LARGE)[unit]
        return str(many) if many.denominator == 1 else match[0]

    text = _MIXED.sub(mixed, text)
    return _HAN.sub(lambda match: _han_written(match[0]) or match[0], text)


def _written(words: str) -> str | None:
    """Return digits for English words, or None where they are not one number: "two three"."""
    total, part, last = Fraction(0), Fraction(0), Fraction(10**15)
    before = ""
    for word in re.split(r"[ -]+", words):
        if word == "and":
            if before not in ("hundred", *_LARGE):
                return None  # "two and three"
        elif word in ("a", "an"):
            part = Fraction(1)
        elif word[0].isdigit():
            part = Fraction(word)
        elif word in _SMALL:
            number = _SMALL[word]
            is_after_ten = before in _TENS and 0 < number < 10
            if not (before in ("", "and", "hundred", *_LARGE) or is_after_ten):
                return None
            part += number
        elif word in ("hundred", "dozen"):
            if before == "and" or (word == "dozen" and total) or (part >= 100 and word == "hundred"):
                return None
            part = (part or Fraction(1)) * (100 if word == "hundred" else 12)
        else:
            size = _LARGE[word]
            if size >= last or before == "and":
                return None
            total, part, last = total + (part or Fraction(1)) * size, Fraction(0), Fraction(size)
        before = word
    found = total + part
    return str(found) if found.denominator == 1 and before != "and" else None


def _han_written(said: str) -> str | None:
    """Return digits for Chinese ones, or None where they are not one number."""
    whole, _, rest = said.partition("点")
    digits = "".join(str(_HAN_DIGITS[c]) for c in rest)
    found = _han_whole(whole)
    if found is None:
        return None
    return f"{found}.{digits}" if digits else str(found)


def _han_whole(said: str) -> int | None:
    if all(c in _HAN_DIGITS for c in said):
        spelt = "".join(str(_HAN_DIGITS[c]) for c in said)
        return int(spelt) if len(said) == 1 or spelt[0] != "0" else None  # 二〇二四 is spelt digit by digit
    total = section = 0
    digit: int | None = None
    largest, tens, before = 10**16, 10**4, ""
    for c in said:
        if c in _HAN_DIGITS:
            if digit is not None and before != "零":
                return None
            digit = _HAN_DIGITS[c]
        elif c in _HAN_TENS:
            if _HAN_TENS[c] >= tens:
                return None
            tens = _HAN_TENS[c]
            section += (1 if digit is None else digit) * tens
            digit = None
        else:
            size = _HAN_LARGE[c]
            many = section + (digit or 0)
            if size == largest or not (many or total):
                return None
            total = total + many * size if size < largest else (total + many) * size
            section, digit, largest, tens = 0, None, size, 10**4
        before = "零" if c in "零〇" else c
    if digit and before not in ("零",) and len(said) > 1 and said[-2] in "百千万亿":
        return (
            None if said[-2] != "百" else total + section + digit * 10
        )  # 三百五 is 350; 三千五 is left alone
    return total + section + (digit or 0)
