"""What a sentence says, as far as words tell: its terms, numbers, names, and whether it denies. Pure.

Stems are rough and only ever compared with each other. Knows no grammar and no language but by its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from sottovoce.knowledge.vocabulary import (
    DENIED,
    DIGITS_CJK,
    LARGE,
    MEASURES_CJK,
    NEGATIONS,
    ORDINALS,
    PAIRS,
    POWERS_CJK,
    SAME,
    SMALL,
    STOP,
    STOP_CJK,
    TENS,
    UNITS,
)

CJK = "\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,]\d+)*)|(?P<cjk>[{CJK}]+)"
    rf"|(?P<word>(?:(?![{CJK}])[^\W\d_])+(?:['’](?:(?![{CJK}])[^\W\d_])+)*)|(?P<sign>[%€$£°])"
)

_FORBIDS_CJK = re.compile("不允许|不准许?|不得|不许|不可以?|不能|禁止|严禁|請勿|请勿")
_ALLOWS_CJK = re.compile("允许|准许|可以")
_DENIES_CJK = re.compile("[不没無无未非勿禁毋]")
_NOT_DENYING_CJK = re.compile("不仅|不但|不同|不断|不过|不久|差不多|非常|无论|未来|除非")

_CJK_NUMBER = re.compile(f"[{''.join(DIGITS_CJK)}{''.join(POWERS_CJK)}]+(?=[{MEASURES_CJK}])")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is compared: without separators and zeros at its end; `unit` "" where none is said."""

    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, or a part of one. `order` has the terms as they come; `names` those with a capital inside.

    `first` is the term that it begins with, where that has a capital: perhaps a name.
    """

    order: tuple[str, ...]
    terms: frozenset[str]
    numbers: frozenset[Number]
    names: frozenset[str]
    first: str
    denies: bool
    passive: bool


def said(text: str) -> Said:
    """Return what a text says."""
    plain = unicodedata.normalize("NFKC", text)
    order: list[str] = []
    numbers: list[Number] = []
    names: set[str] = set()
    first = ""
    denials = 0
    passive = False
    tokens = list(_tokens(plain))
    is_first = True
    for at, (kind, token) in enumerate(tokens):
        if kind == "number":
            numbers.append(Number(_plain(token), _unit_at(tokens, at)))
        elif kind == "cjk":
            numbers.extend(_cjk_numbers(token))
            left = _NOT_DENYING_CJK.sub(" ", _FORBIDS_CJK.sub("不", _CJK_NUMBER.sub(" ", token)))
            denials += len(_DENIES_CJK.findall(left))
            order.extend(_pairs(_DENIES_CJK.sub(" ", _ALLOWS_CJK.sub(" ", left))))
        elif kind == "word":
            low = token.lower().replace("’", "'")
            if low in NEGATIONS or low.endswith("n't"):
                denials += 1
            elif low == "by":
                passive = True
            else:
                counted = _counted(tokens, at)
                if low in ORDINALS and not (at and tokens[at - 1][0] == "number"):
                    numbers.append(Number(str(ORDINALS[low]), "th"))
                elif counted is not None:
                    numbers.append(Number(str(counted), _unit_at(tokens, at)))
                elif (low not in STOP or _is_rather_a_term(tokens, at, low)) and not _is_count(low):
                    term = stem(low)
                    if term in DENIED:
                        denials += 1
                        term = DENIED[term]
                    order.append(term)
                    if token[0].isupper():
                        if is_first:
                            first = term
                        else:
                            names.add(term)
            is_first = False
    return Said(
        tuple(order), frozenset(order), frozenset(numbers), frozenset(names), first, denials % 2 == 1, passive
    )


def stem(word: str) -> str:
    """Return a rough stem: the same for the forms of one word, mostly."""
    found = re.sub(r"'s?$", "", word)
    if found in SAME:
        return SAME[found]
    if len(found) > 3:
        if found.endswith("ies"):
            found = found[:-3] + "y"
        elif re.search(r"(?:ss|x|z|ch|sh)es$", found):
            found = found[:-2]
        elif found.endswith("s") and not found.endswith(("ss", "us", "is")):
            found = found[:-1]
        for ending, least in (("ing", 6), ("ed", 5), ("ly", 5)):
            if found.endswith(ending) and len(found) >= least:
                found = found[: -len(ending)]
                if len(found) > 3 and found[-1] == found[-2] and found[-1] not in "lsz":
                    found = found[:-1]
                break
        if len(found) > 3 and found.endswith("e"):
            found = found[:-1]
        if len(found) > 4 and found.endswith("i"):
            found = found[:-1] + "y"
    return SAME.get(found, found)


OPPOSITES = tuple(frozenset(stem(word) for word in pair.split()) for pair in PAIRS)
_SWITCHES = frozenset(("switch", "turn", "power", "put"))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        yield str(match.lastgroup), match[0]


def _is_rather_a_term(tokens: list[tuple[str, str]], at: int, low: str) -> bool:
    """Return whether a word that says nothing mostly does so here: the month of May, to switch on."""
    if low == "may":
        return at > 0 and tokens[at][1] == "May"
    return low == "on" and any(stem(token.lower()) in _SWITCHES for _, token in tokens[max(0, at - 3) : at])


def _pairs(runs: str) -> Iterator[str]:
    """Yield the overlapping pairs of runs of Chinese, Japanese or Korean, without those of mere particles."""
    for run in runs.split():
        if len(run) == 1 and run not in STOP_CJK and run not in UNITS:
            yield run
        for one, other in pairwise(run):
            if one not in STOP_CJK and other not in STOP_CJK:
                yield one + other


def _plain(number: str) -> str:
    digits = re.sub(r"[.,](?=\d{3}(?:[.,]|$))", "", number) if re.fullmatch(
        r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}", number
    ) else number.replace(",", ".")  # fmt: skip
    try:
        found = Decimal(digits)
    except InvalidOperation:  # 1.2.3 is a number of chapters or versions, and is what it is
        return digits
    return format(found.normalize(), "f")


def _unit_at(tokens: list[tuple[str, str]], at: int) -> str:
    """Return the unit that stands behind a number, with a word between them at most, or a sign before it."""
    if at and tokens[at - 1][0] == "sign" and tokens[at - 1][1] in "€$£":
        return UNITS[tokens[at - 1][1]]
    for kind, token in tokens[at + 1 : at + 4]:
        if kind == "number":
            return ""
        if kind == "cjk":
            return next((UNITS[token[:size]] for size in (2, 1) if token[:size] in UNITS), "")
        found = UNITS.get(token if kind == "sign" else stem(token.lower()))
        if found is not None:
            return found
        if kind == "word" and token.lower() in STOP | NEGATIONS:
            return ""
    return ""


def _is_count(word: str) -> bool:
    return word in SMALL or word in TENS or word in LARGE


def _counted(tokens: list[tuple[str, str]], at: int) -> int | None:
    """Return the number that is written out here, if one begins here."""
    words = [token.lower() for kind, token in tokens[at : at + 4] if kind == "word"]
    if not words or not _is_count(words[0]) or (at and _is_count(tokens[at - 1][1].lower())):
        return None
    total = 0
    for word in words:
        if word in SMALL or word in TENS:
            total += SMALL.get(word) or TENS[word]
        elif word in LARGE:
            total = max(1, total) * LARGE[word]
        elif not (word == "one" and total >= 20):
            break
        else:
            total += 1
    return total


def _cjk_numbers(run: str) -> Iterator[Number]:
    for match in _CJK_NUMBER.finditer(run):
        if match[0] == "一":  # as often an article
            continue
        behind = run[match.end() :]
        unit = next((UNITS[behind[:size]] for size in (2, 1) if behind[:size] in UNITS), "")
        yield Number(str(_cjk_value(match[0])), unit)


def _cjk_value(numeral: str) -> int:
    total, digit = 0, 0
    for char in numeral:
        if char in DIGITS_CJK:
            digit = digit * 10 + DIGITS_CJK[char] if digit and total == 0 else DIGITS_CJK[char]
        elif POWERS_CJK[char] == 10_000:
            total, digit = (total + digit) * 10_000, 0
        else:
            total += max(1, digit) * POWERS_CJK[char]
            digit = 0
    return total + digit
