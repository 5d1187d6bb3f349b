"""Cards, accounts, identity numbers and phones in a text that is seen plainly. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sottovoce.guard.privacy import checks
from sottovoce.guard.privacy.digits import Number, arabic, before, numbers, runs
from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.phones import EXTENSION, called, counted, other, phone, said

_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[0-9]\d{14}|5[0678]\d{10,17}|6\d{15,18}|3[47]\d{13}|35\d{14}|3[0689]\d{12}|"
    r"2[2-7]\d{14}|9792\d{12}"
)
_CARD_PARTED = re.compile(
    r"(?<![\d.])\d{4}(?P<sign>[ ]?[,|+:;][ ]?)\d{4}(?P=sign)\d{4}(?P=sign)\d{4}"
    r"(?:(?P=sign)\d{1,3})?(?![\d,.]\d|\d)"
)
_PHONE_PARTED = re.compile(
    r"(?<![\d.])(?:(?P<known>1[3-9]\d)(?P<sign>[ ]?[,、|;:][ ]?)\d{4}(?P=sign)\d{4}"
    r"|[2-9]\d\d(?P<other>[ ]?[,|;:][ ]?)\d{3}(?P=other)\d{4})(?![\d,.]\d|\d)"
)
"""With signs between their groups that else part numbers."""
_CARD_SAID = re.compile(
    r"(?:card(?: number| no\.?)?|visa|mastercard|amex|credit|debit|卡号|银行卡|信用卡|"
    r"储蓄卡|借记卡|卡|(?:kredit)?karten?(?:nummer)?|carte|tarjeta)"
    r"[^\d.!?。]{0,20}\Z",
    re.IGNORECASE,
)
_RESIDENT_SAID = re.compile(
    r"(?:身份证|证件|resident id|id card|id number|公民身份)[^\d.!?。]{0,24}\Z", re.IGNORECASE
)
_SSN_SAID = re.compile(r"(?:ssn|social security|social|itin|tax(?:payer)? id)[^\d.!?]{0,24}\Z", re.IGNORECASE)
_SPELLED = 10
"""Digits, one by one, that are a number which somebody has."""
_SHORT = 10
"""Digits of a phone number that may go on after a line's end."""
_REST = re.compile(r"[-./)]?[ \t]*\n[ \t]*[-./(]?\d{1,6}")
_WORD_FOLLOWS = re.compile(r"[ \t]{0,2}[A-Za-z]|[.:,]\d")
_LETTER_BEFORE = re.compile(r"[A-Za-z_@&]-?\Z")
_X = re.compile(r"[ \t.-]?[Xx×](?![A-Za-z0-9])")

_THREE_MORE = re.compile(r"[ \t]*\n[ \t]*\d{2}[\dXx](?![A-Za-z0-9])")

_CHECKED: tuple[tuple[int, str, Callable[[str], bool]], ...] = (
    (11, r"steuer|idnr|\btin\b|tax", checks.german_tax),
    (15, r"", checks.french),
    (9, r"bsn|burgerservice|sofi", checks.dutch),
    (11, r"pesel", checks.polish),
    (11, r"cpf", checks.brazilian),
    (12, r"aadha?ar|uidai|\buid\b", checks.indian),
    (10, r"nhs|health", checks.british_health),
    (9, r"routing|\baba\b|transit", checks.routing),
    (9, r"\bsin\b|social insurance", checks.luhn),
    (10, r"personnummer|person number|swedish", checks.luhn),
    (13, r"resident registration|\brrn\b|jumin|주민", checks.korean),
)
"""How many digits, what has to be said before (nothing: never mind), and the check."""

_SHAPED: dict[tuple[int, tuple[int, ...]], Callable[[str], bool]] = {
    (12, (4, 4, 4)): checks.indian,
    (11, (3, 3, 3, 2)): checks.brazilian,
    (13, (6, 7)): checks.korean,
    (10, (6, 4)): checks.luhn,
    (15, (1, 2, 2, 2, 3, 3, 2)): checks.french,
}


def numbered(text: str) -> Iterator[Find]:
    """Find what is known by its digits."""
    written, text = text, arabic(text)
    for found in _CARD_PARTED.finditer(text):
        digits = "".join(re.findall(r"\d", found[0]))
        if _CARD.fullmatch(digits) and checks.luhn(digits):
            yield Find(*found.span(), "card", False, digits)
    for found in _PHONE_PARTED.finditer(text):
        if found["known"] or said(before(text, found.start())):
            yield Find(*found.span(), "phone", False, "".join(re.findall(r"\d", found[0])))
    for groups in runs(text):
        at = 0
        while at < len(groups):
            best = _best(written, text, groups, at)
            if best is None:
                at += 1
                continue
            yield best
            while at < len(groups) and groups[at][0] < best.end:
                at += 1


def _best(written: str, text: str, groups: list[tuple[int, int]], at: int) -> Find | None:
    """Return what begins with a group of digits, in a text that was written with numerals of any kind."""
    start = groups[at][0]
    words = before(text, start - (start > 0 and text[start - 1] in "+("))
    if (
        at == 0
        and _LETTER_BEFORE.search(words)
        and not re.search(r"(?:tel|fax|ph|mob|id|no|nr|ssn)-?\Z", words, re.IGNORECASE)
    ):
        return None
    found = list(numbers(text, groups, at))
    for one in found:
        for rule in (_card, _identity):
            find = rule(text, one, words)
            if find:
                return find
    in_words = any(not sign.isascii() for sign in written[start : groups[at][1]])
    asked = said(words) or (in_words and not counted(text[start : groups[at][1]]))
    spare: Find | None = None
    for one in found:
        if other(words, text[one.end : one.end + 12]) and one.raw[0] not in "+(":
            continue
        if _glued(text, one.end):
            continue
        if _is_spelled_out(one):
            return _phone(text, one, phone(one, asked=True) or (True, one.digits))
        known = phone(one, asked=asked)
        if known:
            return _over_a_line(text, found, one, asked=asked) or _phone(text, one, known)
        if asked and spare is None and (known := called(one)):
            spare = _phone(text, one, known)
    return spare


def _is_spelled_out(one: Number) -> bool:
    """Return whether a number stands alone in its line, digit by digit, and is no count."""
    apart = one.spelled and one.alone and "\n" not in one.raw
    return apart and len(one.digits) >= _SPELLED and not counted(one.digits)


def _over_a_line(text: str, found: list[Number], short: Number, *, asked: bool) -> Find | None:
    """Return a phone number that goes on after a line's end, where what stands before it is a short one."""
    if len(short.digits) > _SHORT:
        return None
    for one in found:
        more = one.raw[len(short.raw) :]
        if one.end <= short.end or not _REST.fullmatch(more) or _WORD_FOLLOWS.match(text, one.end):
            continue
        known = phone(one, asked=asked)
        if known and len(one.digits) > len(short.digits):
            return _phone(text, one, known)
    return None


def _phone(text: str, one: Number, known: tuple[bool, str]) -> Find:
    more = EXTENSION.match(text, one.end)
    return Find(one.start, more.end() if more else one.end, "phone", *known)


def _glued(text: str, end: int) -> bool:
    """Return whether a number goes on in letters, or as a fraction or a time."""
    after = text[end : end + 2]
    return bool(re.match(r"[A-Za-wyzA-WYZ_@]|[.:]\d|,\d{3}(?!\d)", after))


def _card(text: str, one: Number, words: str) -> Find | None:
    if not 13 <= len(one.digits) <= 19 or _glued(text, one.end) or "+" in one.raw:
        return None
    asked = bool(_CARD_SAID.search(words))
    fits = _CARD.fullmatch(one.digits) is not None
    if fits and checks.luhn(one.digits):
        regular = any(_like_a_card(sizes) for sizes in (one.sizes, one.closed))
        whole = (
            len(one.closed) == 1 and len(one.digits) > 13 and not other(words, text[one.end : one.end + 12])
        )
        if regular or whole or asked or _evenly(one):
            return Find(one.start, one.end, "card", True, one.digits)
    if asked and len(one.digits) >= 15 and "\n" not in one.raw:
        return Find(one.start, one.end, "card", False, one.digits)
    return None


def _like_a_card(sizes: tuple[int, ...]) -> bool:
    foursome = set(sizes[:-1]) == {4} and sizes[-1] <= 4
    return foursome or set(sizes) == {1} or sizes in ((4, 6, 5), (4, 6, 4), (6, 13))


def _evenly(one: Number) -> bool:
    """Return whether one and the same sign stands between all groups of a number; a space, if it is alone."""
    between = set(re.findall(r"\D+", one.raw.strip("(")))
    return len(between) == 1 and between <= set("_.-/ " if one.alone else "_.-/") and len(one.digits) >= 15


def _identity(text: str, one: Number, words: str) -> Find | None:
    return _resident(text, one, words) or _social(one, words) or _checked(one, words) or _health(one, words)


def _resident(text: str, one: Number, words: str) -> Find | None:
    value, end = one.digits, one.end
    if len(value) == 17:
        more = _X.match(text, end)
        if not more:
            return None
        value, end = f"{value}X", more.end()
    if len(value) == 18:
        if checks.resident(value):
            return Find(one.start, end, "id", True, value)
        if _RESIDENT_SAID.search(words):
            return Find(one.start, end, "id", False, value)
    if len(value) == 15 and _RESIDENT_SAID.search(words) and not _THREE_MORE.match(text, one.end):
        return Find(one.start, end, "id", True, value)
    return None


def _social(one: Number, words: str) -> Find | None:
    if len(one.digits) == 9 and checks.social_security(one.digits):
        asked = bool(_SSN_SAID.search(words))
        raw = re.sub(r"\s+", "", one.raw) if one.spelled else re.sub(r"[ \t]*\n[ \t]*", "", one.raw)
        separate = re.fullmatch(r"\d{3}\s?[-. ]\s?\d\d\s?[-. ]\s?\d{4}", raw)
        if asked or (separate and (raw.count("-") or raw.count(" ") == 2) and not other(words, "")):
            return Find(one.start, one.end, "id", True, one.digits)
    return None


def _health(one: Number, words: str) -> Find | None:
    """Return a British number of health as it is written in groups, where it can be no phone."""
    if one.sizes == (3, 3, 4) and one.digits[3] in "01" and not other(words, ""):
        return Find(one.start, one.end, "id", True, one.digits) if checks.british_health(one.digits) else None
    return None


def _checked(one: Number, words: str) -> Find | None:
    lowered = words.lower()
    for length, word, check in _CHECKED:
        if length == len(one.digits) and check(one.digits):
            shape = _SHAPED.get((length, one.sizes))
            solid = len(one.closed) == 1 or one.spelled or (check is checks.french and one.alone)
            if (word and re.search(word, lowered)) or shape is check or (not word and solid):
                return Find(one.start, one.end, "id", True, one.digits)
    return None
