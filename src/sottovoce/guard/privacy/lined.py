"""Names by where they stand: in a column of names, before what somebody wrote in a chat, last. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import bare, lists
from sottovoce.guard.privacy.parting import LETTERS

_HEAD = re.compile(
    r"(?:(?:full|first|last|given|family|middle|maiden|sur|nick|user|customer|client|patient|"
    r"employee|student|guest|"
    r"contact|account|card) ?_?)?(?:names?|holder)|surname|forename|customer|client|patient|employee|student|"
    r"guest|tenant|passenger|contact|owner|attendee|participant|member|vorname|nachname|nom|prénom|nombre|"
    r"姓名|名字|学生|员工|客户|患者|联系人|收件人|收货人|乘客|成员|业主|姓|名",
    re.IGNORECASE,
)
_EMPTY = frozenset({"vacant", "unknown", "none", "total", "empty"})
_PART = re.compile(r"[\t,;|，；]")
_CELL = re.compile(
    rf"[\"']?(?:[{LETTERS}][{LETTERS}.'-]*(?:[ ][{LETTERS}.'-]+){{0,4}}|[\u3400-\u9fff.]{{2,8}})[\"']?"
)
_SPEAKER = re.compile(
    rf"^[\[(<]?(?:\d\d?:\d\d(?::\d\d)?[\])]?[ ]?)?<?(?P<name>[{LETTERS}]{{3,20}})>?(?::|[ ]-)[ ]",
    re.MULTILINE,
)
_LAST = re.compile(rf"[.!?。！？]\s+(?P<name>[A-Z\u00c0-\u00de][{LETTERS}'-]{{2,15}})\s*\Z")
_SIGNED = re.compile(
    rf"(?:[Rr]egards|[Ww]ishes|[Ss]incerely|[Cc]heers|[Tt]hanks|[Ll]ove|[Tt]ruly|[Gg]rüße|[Gg]ruß|"
    rf"[Ss]aludos|[Hh]ugs),[ ]"
    rf"(?P<name>[A-Z\u00c0-\u00de][{LETTERS}'-]{{2,15}})(?=[\"”’']?\s*(?:\Z|\n))"
)
_NICKED = re.compile(
    rf"(?<![{LETTERS}])(?P<first>[A-Z\u00c0-\u00de][{LETTERS}-]+)[ ]"
    rf"[\"'(]+[A-Z\u00c0-\u00de][{LETTERS}]+[\"')]+[ ]"
    rf"[A-Z\u00c0-\u00de][{LETTERS}-]+"
)
_ENGLISH_AND_SURNAME = re.compile(
    r"(?<![A-Za-z])(?P<first>[A-Z][a-z]{2,12})[ ]?(?P<last>[\u3400-\u9fff])(?=[,.;:!?、\s，。；]|\Z)"
)
_SMALL_TITLE = re.compile(
    rf"(?<![{LETTERS}\d])(?<!\d[ ])(?:mr|mrs|dr|prof|herr|"
    rf"herrn)\.?[ ](?P<name>[a-z\u00df-\u024f][{LETTERS}'-]{{2,30}})"
)


def lined(text: str) -> Iterator[Find]:
    """Find names by their place in a table, a chat or a letter."""
    yield from _columns(text)
    known = lists()
    for found in _SPEAKER.finditer(text):
        low = bare(found["name"])
        handle = found["name"].islower() and low[1:] in known.family
        if low in known.given or (handle and len(low) > 3):
            yield _find(found, "name")
    for found in _LAST.finditer(text, max(0, len(text) - 40)):
        if bare(found["name"]) not in known.never and bare(found["name"]) not in known.after:
            yield _find(found, "name")
    for found in _SIGNED.finditer(text):
        if bare(found["name"]) not in known.never | known.after | known.verbs:
            yield _find(found, "name")
    for found in _NICKED.finditer(text):
        if bare(found["first"]) in known.given or bare(found["first"]) in known.word_given:
            yield Find(*found.span(), "name", False, bare(found[0]))
    for found in _ENGLISH_AND_SURNAME.finditer(text):
        if bare(found["first"]) in known.given or bare(found["first"]) in known.word_given:
            yield Find(*found.span(), "name", False, bare(found[0]))
    for found in _SMALL_TITLE.finditer(text):
        if bare(found["name"]) not in known.never and bare(found["name"]) not in known.verbs:
            yield _find(found, "name")


def _find(found: re.Match[str], group: str) -> Find:
    return Find(*found.span(group), "name", False, bare(found[group]))


def _columns(text: str) -> Iterator[Find]:
    """Find what stands under a heading for names, line by line, while the lines have as many parts."""
    at, parts = 0, 0
    wanted: tuple[int, ...] = ()
    for line in text.split("\n"):
        cells = list(_cells(line))
        heads = tuple(place for place, (_, cell) in enumerate(cells) if _HEAD.fullmatch(cell))
        if len(cells) > 1 and heads and (not wanted or len(heads) >= len(wanted)):
            parts, wanted = len(cells), heads
        elif wanted and len(cells) == parts:
            yield from _under(cells, wanted, at)
        elif not line.strip():
            parts, wanted = 0, ()
        at += len(line) + 1


def _cells(line: str) -> Iterator[tuple[int, str]]:
    """Return the parts of a line without the space around them, and where each begins in it."""
    start = 0
    for end in [*(mark.start() for mark in _PART.finditer(line)), len(line)]:
        raw = line[start:end]
        yield start + len(raw) - len(raw.lstrip(" \"'")), raw.strip(" \"'")
        start = end + 1


def _under(cells: Sequence[tuple[int, str]], wanted: Sequence[int], at: int) -> Iterator[Find]:
    never = lists().never
    for place in wanted:
        begin, cell = cells[place]
        if (
            len(cell) > 1
            and _CELL.fullmatch(cell)
            and not any(word in never or word in _EMPTY for word in bare(cell).split())
        ):
            yield Find(at + begin, at + begin + len(cell), "name", False, bare(cell))
