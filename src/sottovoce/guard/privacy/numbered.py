"""Cards, accounts, identity numbers and phones in a text that is seen plainly. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sottovoce.guard.privacy import checks
from sottovoce.guard.privacy.digits import Number, arabic, before, numbers, runs
from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.phones import EXTENSION, called, other, phone, said

_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[0-9]\d{14}|5[0678]\d{10,17}|6\d{15,18}|3[47]\d{13}|35\d{14}|3[0689]\d{12}|"
    r"2[2-7]\d{14}|9792\d{12}"
)
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
_LETTER_BEFORE = re.compile(r"[A-Za-z_@&]-?\Z")
_X = re.compile(r"[ \t.-]?[Xx×](?![A-Za-z0-9])")

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
    text = arabic(text)
    for groups in runs(text):
        at = 0
        while at < len(groups):
            best = _best(text, groups, at)
            if best is None:
                at += 1
                continue
            yield best
            while at < len(groups) and groups[at][0] < best.end:
                at += 1


def _best(text: str, groups: list[tuple[int, int]], at: int) -> Find | None:
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
    asked = said(words)
    spare: Find | None = None
    for one in found:
        if other(words, text[one.end : one.end + 12]) and one.raw[0] not in "+(":
            continue
        if _glued(text, one.end):
            continue
        known = phone(one, asked=asked)
        if known:
            return _phone(text, one, known)
        if asked and spare is None and (known := called(one)):
            spare = _phone(text, one, known)
    return spare


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
        foursome = set(one.sizes[:-1]) in ({4}, set()) and len(one.sizes) > 1
        regular = foursome or set(one.sizes) == {1} or one.sizes in ((4, 6, 5), (4, 6, 4), (6, 13))
        whole = (
            len(one.sizes) == 1 and len(one.digits) > 13 and not other(words, text[one.end : one.end + 12])
        )
        if regular or whole or asked or _evenly(one):
            return Find(one.start, one.end, "card", True, one.digits)
    if asked and len(one.digits) >= 15 and "\n" not in one.raw:
        return Find(one.start, one.end, "card", False, one.digits)
    return None


def _evenly(one: Number) -> bool:
    """Return whether one and the same sign, no space, stands between all groups of a number."""
    between = set(re.findall(r"\D+", one.raw.strip("(")))
    return len(between) == 1 and between <= set("_.-/") and len(one.digits) >= 15


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
    if len(value) == 15 and _RESIDENT_SAID.search(words):
        return Find(one.start, end, "id", True, value)
    return None


def _social(one: Number, words: str) -> Find | None:
    if len(one.digits) == 9 and checks.social_security(one.digits):
        asked = bool(_SSN_SAID.search(words))
        separate = re.fullmatch(
            r"\d{3}\s?[-. ]\s?\d\d\s?[-. ]\s?\d{4}|\d{3}-?\n\d\d-\d{4}|\d{3}-\d\d-?\n\d{4}", one.raw
        )
        if asked or (separate and (one.raw.count("-") or one.raw.count(" ") == 2) and not other(words, "")):
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
            if (word and re.search(word, lowered)) or shape is check or (not word and len(one.sizes) == 1):
                return Find(one.start, one.end, "id", True, one.digits)
    return None
