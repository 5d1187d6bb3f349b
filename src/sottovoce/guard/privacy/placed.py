"""Addresses known by the town and code at their end, or by the flat at their beginning. Pure.

Those known by their street are in postal.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.postal import COUNTRY, STATES, SUFFIX, UK_CODE, plain

LONGEST = 120
"""Signs before a code that may be the address's."""

_CAPITAL = r"[A-Z\u00c0-\u00de][\w'\u00c0-\u024f]{0,24}\.?"
_EIRCODE = r"(?:[AC-FHKNPRTV-Y]\d[0-9W]|D6W)[ ]?(?=[A-Z]{0,3}\d)[0-9AC-FHKNPRTV-Y]{4}"
_SMALL = r"(?:of|the|upon|on|de|del|du|la|le|der|dem|den|und|am|an|im|in|zum|zur|van|von|het|y|e|and)(?!\w)"
_WORD = rf"(?:{_CAPITAL}|\d{{1,3}}(?:st|nd|rd|th))"
# Atomic groups, and no possessive repeats of groups: before Python 3.11.5 these do not match as they should.
_WORDS = (
    rf"{_WORD}(?>(?:[ -](?:{_WORD}|{_SMALL}|\d{{1,4}}(?![\w,])|(?<=Sector )\d{{1,3}}|"
    rf"(?<=Phase )\d{{1,2}})){{0,5}})"
)
_COMMA = r"[ \t]?,[ \t]?\n?[ \t]?"
_BETWEEN = rf"(?:{_COMMA}|[ \t]?\n[ \t]?)"
_UNIT = (
    r"(?:flat|apt\.?|apartment|unit|suite|ste\.?|room|rm\.?|lot|plot|villa|house|shop|space|"
    r"h\.?[ ]?no\.?|door|"
    r"penthouse|maisonette|annexe?|block|tower|building|bldg\.?|floor|level|office|studio|site|caravan"
    r"|pitch|berth|house no\.?|flat no\.?)"
)
_HOUSE = (
    r"(?:House|Court|Lodge|Cottages?|Buildings?|Towers?|Mansions|Farm|Farmhouse|Hall|Barn|Mill|Manor|"
    r"Villas?|Rectory|"
    r"Vicarage|Residency|Apartments|Heights|Point|Gardens|Park|Grange|Croft|Bungalow|Chambers|Works|Wharf"
    r"|Forge|"
    r"Abbey|Priory|Convent|Presbytery|Manse|School|Hospital|Hospice|Hostel|Home|Surgery|Clinic|Centre"
    r"|Center|Mills|"
    r"Studios?|Estate|Nest|View|End|Stables|Granary|Smithy|Oast|Gatehouse|Schoolhouse|Post Office|Arms|Inn)"
)
_STREET = (
    rf"(?:(?i:{SUFFIX})|Cottages|Passage|Bridge|Wynd|Brae|Fold|Croft|Approach|"
    r"Causeway|Field|Fields|Meadows?|Orchard|Nagar|Marg|Cross|Layout|Colony|Extension|Enclave|Vihar|Phase|"
    r"Sector[ ]\d{1,3})"
)
_NUMBERED = rf"(?:\d{{1,5}}[ ]?[a-zA-Z]?(?:[-/]\w{{1,4}})?,?[ ](?:{_WORDS}))"
_NAMED = rf"(?:(?:{_WORD}[ ]){{1,4}}{_HOUSE}|(?:{_WORD}[ ]){{1,4}}{_STREET}\b)"
_UNITED = (
    rf"(?:(?i:{_UNIT})[ ]?#?[\w/-]{{1,8}}|[A-Z]{{1,2}}-\d{{1,4}}(?:/\d{{1,3}})?|"
    rf"No\.?[ ]?\d{{1,4}}[A-Za-z]?|The(?:[ ]{_WORD}){{1,2}})"
)
_LEFT = re.compile(
    rf"(?<![\w/-])(?:(?:{_UNITED}|{_NAMED})(?:{_COMMA}|[ ])){{0,3}}(?:{_NUMBERED}|{_NAMED}|{_UNITED})"
    rf"(?:{_BETWEEN}(?:Co\.?[ ])?{_WORDS}){{0,3}}(?:{_BETWEEN}|[ ])\Z"
)
_CODE = re.compile(
    rf"(?<![A-Za-z0-9-])(?:(?P<self>{UK_CODE}|{_EIRCODE})|(?:{STATES})\.?,?[ \n]\d{{5}}(?:-\d{{4}})?|"
    rf"[1-9]\d{{2}}[ ]?\d{{3}})"
    r"(?![A-Za-z0-9-])"
)
_COUNTY = re.compile(rf"(?<![\w-])(?:{_WORDS},[ ]){{1,3}}Co\.?[ ]{_CAPITAL},?[ \n]{{1,2}}\Z")
_TOWN_FOLLOWS = re.compile(
    rf"(?<![\w.-])(?:{_CAPITAL}|(?:An|In|Am|Im)(?=[ ]))(?:[ -](?:{_CAPITAL}|"
    rf"{_SMALL})){{0,4}}[ ]\d{{1,4}}[ ]?[a-zA-Z]?(?:[-/ ][IVX\d]\w{{0,3}})?"
    rf"(?:{_COMMA}|[ \t]?\n)(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?:[ ]?[A-Z]{{2}})?"
    rf"[ ]{_CAPITAL}(?:[ -]{_CAPITAL}){{0,2}}"
)
_UNIT_FIRST = re.compile(
    rf"(?<![\w-])(?i:{_UNIT})[ ]?#?(?:[A-Z]-?)?\d[\w/-]{{0,6}}(?:{_COMMA}[A-Z\d][\w.'/\u00c0-\u024f-]*"
    rf"(?>(?:[ ](?:[A-Z\d][\w.'/\u00c0-\u024f-]*|of|the|de|upon))*)){{2,6}}"
)
_PLACE = re.compile(
    rf"\b(?:{_STREET}|{_HOUSE}|District|Dubai|Abu Dhabi|Dublin|Hong Kong|Market|Village|"
    rf"Estate)\b|\b\d{{5,6}}\b"
)
_COUNTRY_FOLLOWS = re.compile(rf"[ \t]?,?[ \t]?\n?[ \t]?(?:{COUNTRY})(?![A-Za-z])")
_SENTENCE_END = re.compile(r"(?<!\b[Nn]o)\. ")
_TAIL = re.compile(rf"[ \t]?[-,]?[ \t]?\n?(?:{STATES}|\d{{6}})\b")


def placed(text: str) -> Iterator[Find]:
    """Find addresses by what stands around their street."""
    for code in _CODE.finditer(text):
        begin = max(0, code.start() - LONGEST)
        left = _LEFT.search(text[begin : code.start()])
        if left:
            start = begin + left.start()
            country = _COUNTRY_FOLLOWS.match(text, code.end())
            end = country.end() if country else code.end()
            yield Find(start, end, "address", True, plain(text[start:end]))
        elif code["self"]:
            county = _COUNTY.search(text, begin, code.start())
            start = county.start() if county else code.start()
            yield Find(start, code.end(), "address", True, plain(text[start : code.end()]))
    for found in _TOWN_FOLLOWS.finditer(text):
        yield Find(*found.span(), "address", True, plain(found[0]))
    for found in _UNIT_FIRST.finditer(text):
        if _PLACE.search(found[0]):
            whole = _SENTENCE_END.split(found[0])[0]
            end = found.start() + len(whole)
            more = _TAIL.match(text, end)
            yield Find(found.start(), more.end() if more else end, "address", True, plain(whole))
