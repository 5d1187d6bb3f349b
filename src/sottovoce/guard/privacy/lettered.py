"""Identity numbers that have letters, account numbers, and numbers known by the word before them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from sottovoce.guard.privacy import checks
from sottovoce.guard.privacy.digits import arabic
from sottovoce.guard.privacy.found import Find, Kind

_S = r"[ \t]{0,2}[.\-/_]?[ \t]?(?:\n[ \t]{0,4})?"
_EDGE, _STOP = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_IBAN = re.compile(
    rf"{_EDGE}[A-Za-z][ -]?[A-Za-z]{_S}\d{_S}[\dO](?=(?:[ \t.\-_/,)\n]{{0,6}}[A-Za-z0-9]){{11}})"
)
_IBAN_SIGN = re.compile(r"[ \t]{0,2}[.\-_/,)]?[ \t]?\n?[ \t]{0,4}([A-Za-z0-9])")


def _spaced(pattern: str) -> re.Pattern[str]:
    """Return an expression for these signs, each followed by at most one separator."""
    return re.compile(_EDGE + _S.join(pattern.split()) + _STOP, re.IGNORECASE)


_MISREADS = str.maketrans("OI", "01")
_D = r"\d"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        _spaced(rf"[A-CEGHJ-PRQ-TW-Z] [A-CEGHJ-NPQR-TW-Z] {_D} {_D} {_D} {_D} {_D} {_D} [A-D]"),
        lambda value: value[:2] not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ"),
    ),
    (_spaced(" ".join([_D] * 8) + " [A-HJ-NP-TV-Z]"), checks.spanish),
    (_spaced("[XYZ] " + " ".join([_D] * 7) + " [A-HJ-NP-TV-Z]"), checks.spanish),
    (
        _spaced(" ".join(["[A-Z]"] * 6) + rf" {_D} {_D} [ABCDEHLMPRST] {_D} {_D} [A-Z] {_D} {_D} {_D} [A-Z]"),
        checks.italian,
    ),
    (
        re.compile(rf"{_EDGE}[A-Za-z]{{1,2}}[ ]?\d[ ]?\d[ ]?\d[ ]?\d[ ]?\d[ ]?\d[ ]?\([ ]?[0-9Aa][ ]?\)"),
        checks.hong_kong,
    ),
    (_spaced("[A-Z] [1289] " + " ".join([_D] * 8)), checks.taiwanese),
    (_spaced("[STFG] " + " ".join([_D] * 7) + " [A-Z]"), checks.singaporean),
    (re.compile(rf"{_EDGE}[A-Z]{{3}}[PCHFATBLJG][A-Z][ ]?\d{{4}}[ ]?[A-Z]{_STOP}"), lambda value: True),
    (re.compile(rf"{_EDGE}[a-z]{{3}}[pchfatbljg][a-z]\d{{4}}[a-z]{_STOP}"), lambda value: True),
    (
        re.compile(rf"{_EDGE}(?:[A-Za-z] ){{3}}[PCHFATBLJGpchfatbljg] [A-Za-z](?: \d){{4}} [A-Za-z]{_STOP}"),
        lambda value: True,
    ),
    (_spaced(" ".join([_D] * 7) + " [A-W] [A-IW]?"), checks.irish),
)

_LINK = (
    r"(?:档案)?(?:[ \t]*(?:number|no\.?|nr\.?|id|card|code|nummer|num|#|n°|[号號][码碼]?|[编編][号號]|"
    r"[证證][号號])){0,3}\.?(?:[ \t]*(?:[:=#-]|is|was|ist|lautet|reads|are|是|为|:|\(|\*\*|"
    r"`){1,2}){0,2}\s{0,2}"
)
_CALLED: tuple[tuple[Kind | Literal["plate"], str, str], ...] = (
    (
        "passport",
        r"passport|travel doc(?:ument)?|doc(?:ument)? no|doc|reisepass|passeport|pasaporte|passaporto"
        r"|[护護]照|"
        r"通行[证證]|回[乡鄉][证證]|[台臺]胞[证證]|旅行[证證]",
        r"(?=(?:[ -]?\n?[A-Z]{0,3}[ -]?\d){5})"
        r"[A-Z0-9]{1,12}(?:[ \t-]\n?(?=[A-Z]{0,2}\d)[A-Z0-9]{1,9}){0,9}",
    ),
    (
        "id",
        r"(?:driver'?s?|driving)(?:'s)? licen[cs]e|(?-i:DL)|führerschein\w*|[驾駕]照|[驾駕][驶駛][证證]"
        r"|健保卡|统一社会信用代码"
        r"|税号|"
        r"identity card|id card|national id|"
        r"personalausweis\w*|ausweis\w*|residence permit|green card|社保卡?|医保卡?|"
        r"居住证|军官证|社会保障号?|"
        r"tax(?:payer)?(?: id)?|steuer(?:-?id|nummer|-?identifikationsnummer)?|idnr|tin|"
        r"(?:national |health |social )?insurance|sozialversicherungs\w*|"
        r"versicherten\w*|krankenversicherten\w*|"
        r"medicare|nhs|medical record|mrn|patient|病历|就诊卡|住院号|门诊号|病案号|"
        r"hospital (?:no\.?|number|id)|(?:insurance )?member(?:ship)? (?:id|no\.?|number)|visa (?:no\.?|"
        r"number)|"
        r"alien (?:no\.?|number)|voter id|health card|aadhaar|pan|"
        r"bsn|pesel|cpf|dni|nie|nif|"
        r"personnummer|codice fiscale|visa grant|ssn|social security|national identity|身[份分][证證]|ni"
        r"|nino|"
        r"tfn|tax file|hkid|nric|sin|学籍|licen[cs]e plate|number plate|kennzeichen|车牌",
        r"[A-Z0-9](?:[ ]?[ ./-]?[ ]?[A-Z0-9](?![A-Za-z0-9])){5,17}|(?=(?:[ ./-]?\n?[A-Z]{0,5}[ ./-]?\d){5})"
        r"[A-Z0-9]{1,20}(?:[ \t./-]\n?(?=[A-Z]{0,3}\d)[A-Z0-9]{1,12}){0,6}",
    ),
    (
        "account",
        r"(?:bank |savings |checking |current )?account|acct|a/c|konto\w*|kto|账号|"
        r"帐号|账户|银行账[号户]|sort code|routing|bsb|blz|"
        r"aba|对公账户|帳號|賬號|帳戶",
        r"\d(?:[ \t.-]?\d){5,19}",
    ),
    (
        "id",
        r"车牌|车牌号|车号",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][ .-]?[A-Z0-9]{5,6}",
    ),
    (
        "plate",
        r"(?:licen[cs]e |number )?plates?|kennzeichen|(?:vehicle )?registration|(?<![a-z])reg\.?|"
        r"immatriculation|matrícula|targa",
        r"(?-i:[A-ZÄÖÜ]{1,3}[ -][A-Z]{1,2}[ -]?\d{1,4}[EH]?|[A-Z]{2}\d\d[ ]?[A-Z]{3}|"
        r"[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}"
        r"|\d{4}[ -]?[A-Z]{3}|[A-Z]{3}[ -]?\d{3,4}|\d[A-Z]{3}\d{3}|[A-Z]\d{1,3}[ ]?[A-Z]{3}|"
        r"\d{1,3}-[A-Z]{1,2}-\d{3,5}"
        r"|[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{1,2}[ -]?\d{4}|[A-Z] [A-Z] \d \d [A-Z] [A-Z] [A-Z])"
        r"|[a-z]{2}\d\d ?[a-z]{3}|[a-z]{1,3}-[a-z]{1,2} ?\d{1,4}",
    ),
)
"""The kind, what it is called by, and how it looks."""

_NAMED = tuple(
    (kind, re.compile(rf"(?<![A-Za-z])(?:{words}){_LINK}(?P<value>{value})(?![A-Za-z0-9])", re.IGNORECASE))
    for kind, words, value in _CALLED
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ ]?[A-HJ-Z][ ]?[.-]?[ ]?"
    r"(?=(?:[A-Z][ ]?){0,5}\d)(?:[A-HJ-NP-Z0-9][ -]?){4,5}[A-HJ-NP-Z0-9](?![A-Za-z0-9])",
    re.IGNORECASE,
)


def lettered(text: str) -> Iterator[Find]:
    """Find account and identity numbers with letters, and others that are called by their name."""
    text = arabic(text)
    yield from _ibans(text)
    for pattern, check in _SHAPES:
        for found in pattern.finditer(text):
            value = _bare(found[0])
            if check(value):
                yield Find(*found.span(), "id", True, value)
    for kind, named in _NAMED:
        for found in named.finditer(text):
            value = _bare(found["value"])
            if kind == "plate":
                yield Find(*found.span("value"), "id", True, value)
            elif sum(one.isdigit() for one in value) >= 5:
                yield Find(*found.span("value"), kind, True, value)
    for found in _PLATE.finditer(text):
        yield Find(*found.span(), "id", True, _bare(found[0]))


def _bare(raw: str) -> str:
    return "".join(one for one in raw if one.isalnum()).upper()


def _ibans(text: str) -> Iterator[Find]:
    for found in _IBAN.finditer(text):
        head = _bare(found[0])
        length = checks.iban_length(head[:2])
        if length is None:
            continue
        signs, at = list(head), found.end()
        while len(signs) < length and (more := _IBAN_SIGN.match(text, at)):
            signs.append(more[1].upper())
            at = more.end()
        value = "".join(signs)
        if not checks.iban(value):
            value = value[:2] + value[2:].translate(_MISREADS)
        if checks.iban(value) and not re.match("[A-Za-z0-9]", text[at : at + 1]):
            yield Find(found.start(), at, "iban", True, value)
