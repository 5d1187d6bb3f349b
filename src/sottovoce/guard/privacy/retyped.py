"""Addresses as people type them in a hurry: in small letters, and with a line's end in the middle. Pure.

The text is seen again as it would be set, sign for sign, and the rules for addresses are asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.abroad import abroad
from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.placed import placed
from sottovoce.guard.privacy.postal import STATES, UK_CODE, postal
from sottovoce.guard.privacy.postal_zh import postal_zh

LONGEST = 110
"""Signs before a code that are looked at."""

_LETTER = "a-z\u00df-\u00f6\u00f8-\u017f"
_SMALL_CODE = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?-i:{UK_CODE.replace('A-Z', 'a-z')})|(?:{STATES})[ ,]{{1,2}}\d{{5}}"
    rf"|(?-i:[ac-fhknprtv-y]\d[0-9w][ ]?(?=[a-z]{{0,3}}\d)[0-9ac-y]{{4}}"
    rf"|\d{{4}}[ ][a-z]{{2}}(?=[ ][a-z]{{3}})"
    rf"|[a-z]\d[a-z][ ]?\d[a-z]\d|(?:wa|nsw|vic|qld|sa|tas|act|nt)[ ]\d{{4}})"
    rf"|(?<=, )\d{{4,6}}[ ](?-i:[{_LETTER}]{{3,20}})|(?<=[{_LETTER}][ ])\d{{6}})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_WORD = re.compile(rf"(?<![\w'])[{_LETTER}][\w']*")
_KEPT = frozenset((
    "i", "we", "he", "she", "they", "you", "it", "its", "is", "am", "are", "was", "were", "at", "to", "in",
    "from", "my", "our", "his", "her", "their", "a", "an", "live", "lives", "living", "moved", "move",
    "address", "home", "send", "sent", "deliver", "go", "goes", "went", "stay", "stays", "on", "by", "for",
    "and", "or", "with", "near", "here", "that", "this", "not", "no", "of", "der", "den", "dem", "und",
    "du", "des", "de", "la", "le", "les", "das", "dos", "rue", "quai", "avenue", "via", "now", "post",
    "parcel", "me", "him", "them", "us", "please", "upon", "the", "wohnt", "wohne", "ich", "wir", "bei",
    "nach", "aus",
))  # fmt: skip
"""Words that keep their small letter."""
_WRAPPED = re.compile(r"(?<=[\w,.'])[ \t]?\n(?=[\w(])")
_BEHIND = re.compile(rf"[^\n]{{0,60}}?(?:{UK_CODE}|(?<!\d)\d{{3,6}}(?!\d)|[A-Z]\d[A-Z])|\d[A-Z]{{2}}(?!\w)")
"""What may be the code of an address that began on the line before."""
_AHEAD = re.compile(r"\d{4,6}(?:[ ][A-Z]{2})?\Z")
_CODED = re.compile(r"\d")
_CHINESE_CUT = re.compile(r"(?<=[\u3400-\u9fff0-9A-Za-z-])\n(?=[\u3400-\u9fff0-9A-Za-z-])")
_CHINESE = re.compile("[\u3400-\u9fff]")


def retyped(text: str) -> Iterator[Find]:
    """Find addresses with a code in small letters, and those that go over a line's end."""
    for code in _SMALL_CODE.finditer(text):
        begin = max(0, code.start() - LONGEST)
        small = text[begin : code.end()]
        if not small[-len(code[0]) :].isupper():
            written = _WORD.sub(_capital, small[: code.start() - begin]) + _code(code[0])
            yield from _again(written, begin, reaching=code.start() - begin)
    yield from _over_lines(text)


def _capital(found: re.Match[str]) -> str:
    word = found[0]
    return word if word in _KEPT or len(word[0].upper()) > 1 else word[0].upper() + word[1:]


def _code(code: str) -> str:
    """Return a code in capitals, or a town after it with its first."""
    digits, _, town = code.partition(" ")
    return f"{digits} {town[0].upper()}{town[1:]}" if digits.isdigit() and town else code.upper()


def _again(written: str, begin: int, *, reaching: int) -> Iterator[Find]:
    for rule in (postal, placed, abroad):
        for one in rule(written):
            if one.start < reaching < one.end:
                yield Find(begin + one.start, begin + one.end, "address", one.sure, one.value)


def _over_lines(text: str) -> Iterator[Find]:
    until = 0
    for cut in _WRAPPED.finditer(text):
        if cut.end() < until or not (
            _BEHIND.match(text, cut.end()) or _AHEAD.search(text, max(0, cut.start() - 10), cut.start())
        ):
            continue
        begin, until = max(0, cut.start() - LONGEST), cut.end() + LONGEST
        flat = _WRAPPED.sub(lambda one: " " * len(one[0]), text[begin:until])
        for rule in (postal, placed, abroad):
            for one in rule(flat):
                line_end = text.rfind("\n", begin + one.start, begin + one.end)
                if line_end >= 0 and _CODED.search(text, line_end - 7, begin + one.end):
                    yield Find(begin + one.start, begin + one.end, "address", one.sure, one.value)
    if not _CHINESE.search(text) or not _CHINESE_CUT.search(text):
        return
    kept = [at for at, sign in enumerate(text) if sign != "\n" or not _CHINESE_CUT.match(text, at)]
    for one in postal_zh("".join(text[at] for at in kept)):
        start, end = kept[one.start], kept[one.end - 1] + 1
        if end - start > one.end - one.start:
            yield Find(start, end, one.kind, one.sure, one.value)
