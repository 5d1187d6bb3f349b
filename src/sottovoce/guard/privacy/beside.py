"""Names known by those they stand beside: in a list of names, before or after an "and". Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Set
from functools import cache

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import bare, lists
from sottovoce.guard.privacy.parting import LETTERS

_CAPITAL = rf"[A-Z\u00c0-\u00de][{LETTERS}'-]{{1,24}}"
_LATIN = rf"{_CAPITAL}(?>(?:[ ](?:{_CAPITAL}|[A-Z]\.)){{0,3}})"
_SERIES = re.compile(
    rf"(?<![{LETTERS}-]){_LATIN}(?:(?:[ ]\(\d{{1,3}}\))?(?:,[ ](?:and[ ])?|[ ](?:and|&|und|y|et)[ ]|"
    rf"[ ]?[/;、][ ]?){_LATIN})+"
)
_MEMBER = re.compile(_LATIN)
_CHINESE = re.compile(
    r"[\u3400-\u9fff]{2,4}(?:(?:[、/]|[ ](?=[\u3400-\u9fff]{2,4}(?:[、/ ]|\Z)))[\u3400-\u9fff]{2,4})+"
)
_CHINESE_MEMBER = re.compile(r"[\u3400-\u9fff]{2,4}")
_ROLES = {"coach", "trainer", "prof", "team", "staff", "ombudsman"}
LONGEST = 30
"""Members of a series that are looked at."""


@cache
def _no_names() -> Set[str]:
    known = lists()
    return known.never | known.after | known.place_family | known.titles | known.relations | _ROLES


def beside(text: str, names: Collection[Find]) -> Iterator[Find]:
    """Find what stands in a series of which half or more, and two or one of two, are names already."""
    if not names:
        return
    starts = {one.start for one in names}
    ends = {one.end for one in names}
    no_names = _no_names()
    for series, member in ((_SERIES, _MEMBER), (_CHINESE, _CHINESE_MEMBER)):
        for found in series.finditer(text):
            places = [one.span() for one in member.finditer(text, *found.span())][:LONGEST]
            named = [start in starts or end in ends for start, end in places]
            if sum(named) * 2 < len(places) or sum(named) == len(places):
                continue
            if series is _CHINESE and sum(named) < 2:
                continue
            for (start, end), is_named in zip(places, named, strict=True):
                words = [bare(word) for word in text[start:end].split()]
                if text[start:end].isupper() or not no_names.isdisjoint(words):
                    continue
                if not is_named:
                    yield Find(start, end, "name", False, " ".join(words))
