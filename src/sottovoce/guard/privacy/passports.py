"""Numbers of passports that do not follow the word at once: near it, and by their shape. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find

NEAR = 160
"""Signs after a word for a passport in which its number, or those of several, may stand."""

_SAID = re.compile(
    r"(?<![A-Za-z])(?:passports?|travel document|reisep[aä]ss\w*|passeports?|pasaportes?|"
    r"passaport[oi]|paspoort\w*)"
    r"(?![A-Za-z])|[护護]照|通行[证證]|回[乡鄉][证證]|[台臺]胞[证證]|旅行[证證]|港澳[证證]",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9+/_.@#-])(?:[A-Za-z]{1,3}[ .-]?\d{6,8}|\d{2}[A-Za-z]{2}\d{5}|\d{8,9}|"
    r"\d{3}(?:[ -]\d\d){3}|\d{3}[ -]\d{3}[ -]\d{3}|[A-Za-z][ .-]\d{4}[ .-]\d{4}"
    r"|(?=(?:[A-Z]{0,4}\d){4})[A-Z0-9]{8,10}|(?=(?:[a-z]{0,4}\d){4})[a-z][a-z0-9]{7,9}"
    r"|[A-Z0-9](?:[ .-][A-Z0-9]){7,8})(?![A-Za-z0-9@/_]|[.-]\d)"
)
_SHAPE = re.compile(
    r"(?<![A-Za-z0-9+/_.@#-])(?:E[A-HJ-NP-Z]\d{7}|[EG]\d{8}|\d{2}[A-Z]{2}\d{5}"
    r"|[CFGHJKL](?=[0-9]*[CFGHJ-NPRTV-Z])(?=(?:[A-Z]{0,3}\d){4})[0-9CFGHJ-NPRTV-Z]{7}\d)(?![A-Za-z0-9@/_]|"
    r"[.-]\d)"
)
_OTHER = re.compile(
    r"(?:order|invoice|tracking|ticket|ref(?:erence)?|serial|booking|flight|account|phone|tel|mobile|card|"
    r"part|sku|model|batch|version|订单|单号|编号|电话|手机|账号|卡号|身份证|单据|型号|批号|流水)"
    r"[^\w\n]{0,3}(?:no|number|nr|id|号码?|#)?[.: #是为]{0,3}\Z",
    re.IGNORECASE,
)


def passports(text: str) -> Iterator[Find]:
    """Find numbers of passports near a word for one, and those that have the shape of no other number."""
    until = 0
    for said in _SAID.finditer(text):
        start = max(until, said.end())
        until = said.end() + NEAR
        for found in _NUMBER.finditer(text, start, until):
            yield from _one(text, found, sure=found.start() - said.end() < NEAR // 2)
    for found in _SHAPE.finditer(text):
        yield from _one(text, found, sure=False)


def _one(text: str, found: re.Match[str], *, sure: bool) -> Iterator[Find]:
    value = "".join(sign for sign in found[0] if sign.isalnum())
    if sum(sign.isdigit() for sign in value) >= 4 and not _OTHER.search(
        text[max(0, found.start() - 24) : found.start()]
    ):
        yield Find(*found.span(), "passport", sure, value)
