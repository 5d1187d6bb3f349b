"""What a line's end cuts in the middle of a word: a text seen again around each such cut, closed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.listed import lists

NEAR = 160
"""Signs on either side of a cut that are looked at."""

_PASSPORT = 8
"""Signs that a passport's number has at least: what has fewer goes on after a cut."""

Rule = Callable[[str], Iterable[Find]]

_CUT = re.compile(r"(?<=[A-Za-z0-9_@./=&?%+!-])\n[ \t]{0,4}(?=[A-Za-z0-9_@./=&?%+!-])")
_HEAD = re.compile(r"[^\s,;:()\"'<>\u3000-\u9fff]{1,60}\Z")
_TAIL = re.compile(r"[^\s,;:()\"'<>\u3000-\u9fff]{1,60}")
_LINK = re.compile(r"://\S{1,150}\Z")
_FIELD = re.compile(r"[\w.-]{1,40}[ \t]*(?:[:=](?!\s)|(?P<own>[:=](?=\s)))")
_NUMBER = re.compile(r"\d[\d:.,/-]*")
_WORD_FOLLOWS = re.compile(r"[ \t]*[A-Za-z]|[ \t]*\d")
_KNOWN_END = re.compile(
    r"\.(?:com|net|org|edu|cn|de|uk|fr|es|it|nl|ch|at|pl|jp|hk|tw|au|ca|us|io|eu|example)\Z"
)
_MARK = re.compile(r"[\d_@./=&?%+!]")


def broken(text: str, rules: Mapping[re.Pattern[str], Rule], found: Sequence[Find]) -> Iterator[Find]:
    """Find what goes over a line's end in a word, where `found` has none or a part of it.

    `rules` are asked where their expression stands near the cut.
    """
    starts = {one.start for one in found}
    ends = {one.end for one in found}
    for cut in _CUT.finditer(text):
        if not _parts_a_word(text, cut):
            continue
        begin = max(0, cut.start() - NEAR)
        head, tail = text[begin : cut.start()], text[cut.end() : cut.end() + NEAR]
        left_out = cut.end() - cut.start()
        for hint, rule in rules.items():
            if not hint.search(head + tail):
                continue
            for one in rule(head + tail):
                if not (one.sure and one.start < len(head) < one.end):
                    continue
                whole = replace(one, start=begin + one.start, end=begin + one.end + left_out, sure=False)
                # Two whole things on two lines are two.
                if cut.start() in ends and cut.end() in starts:
                    continue
                if (cut.start() in ends or one.kind == "key") and _is_new_word(text, cut, whole):
                    continue
                yield whole


def _parts_a_word(text: str, cut: re.Match[str]) -> bool:
    """Return whether what stands on both sides is likelier one word than the ends of two lines."""
    head = _HEAD.search(text, max(0, cut.start() - 60), cut.start())
    tail = _TAIL.match(text, cut.end())
    if not head or not tail:
        return False
    field = _FIELD.match(text, cut.end())
    if field and (field["own"] or not _LINK.search(text, max(0, cut.start() - NEAR), cut.start())):
        return False
    line = text.rfind("\n", 0, cut.start()) + 1
    marked = _MARK.search(head[0]) is not None
    if text[head.start() - 1 : head.start()] in (":", "=") and _MARK.search(tail[0]):
        return True
    if not marked and (head.start() == line or head[0][0].isupper() or head[0].lower() in lists().never):
        return False
    return not (head[0].endswith((".", "!", "?")) and tail[0][0].isupper())


def _is_new_word(text: str, cut: re.Match[str], whole: Find) -> bool:
    """Return whether what follows a whole thing is a word, a number or a date of its own."""
    rest = text[cut.end() : whole.end]
    if whole.kind == "email":
        known = _KNOWN_END.search(text, max(0, cut.start() - 12), cut.start()) is not None
        return known and re.fullmatch("[a-z]{1,2}", rest) is None
    if whole.kind == "passport":
        return cut.start() - whole.start >= _PASSPORT
    if _NUMBER.fullmatch(rest):
        return _WORD_FOLLOWS.match(text, whole.end) is not None
    last = text[cut.start() - 1]
    if last in "-_@#&!/+" or (rest.isupper() and (last.isupper() or last.isdigit())):
        return False
    if rest.lower() in lists().never:
        return True
    return len(rest) > 3 and rest.isalpha() and (rest.islower() or rest.istitle())
