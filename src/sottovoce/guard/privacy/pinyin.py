"""Chinese names in Latin letters: a surname and syllables beside it. Pure."""

from __future__ import annotations

from sottovoce.guard.privacy.listed import lists
from sottovoce.guard.privacy.parting import Word, syllables

_DOUBLE = frozenset((
    "chunyu", "dongfang", "duanmu", "dugu", "gongsun", "huangfu", "linghu", "murong", "nangong", "ouyang",
    "shangguan", "shentu", "sima", "situ", "tantai", "weichi", "xiahou", "xuanyuan", "yuwen", "zhangsun",
    "zhuge",
))  # fmt: skip
"""Surnames of two syllables."""


def is_pinyin(words: list[Word]) -> bool:
    """Return whether words are a Chinese name in Latin letters."""
    if len(words) not in (2, 3) or any(word.kind in "Spq" for word in words):
        return False
    known = lists()
    families = [word.low in known.family or word.low in known.word_family for word in words]
    rest = [syllables(word.low) for word in words]
    for at, others in ((0, rest[1:]), (-1, rest[:-1])):
        double = words[at].low in _DOUBLE
        if ((families[at] and rest[at] == 1) or double) and all(others) and 1 <= sum(others) <= 2:
            return (
                double
                or words[at].kind in "FB"
                or sum(others) == 2
                or (words[at].kind in "fb" and len(words[at].low) > 1)
            )
    return False
