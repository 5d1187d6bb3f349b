"""Cuts a text into its sentences, each as a place in it: prose, lists, tables, and Chinese. Pure.

Knows nothing of what they say. Code between fences is no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]
"""From one character to before another, counted as Python does: Unicode code points."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _words("""
    mr mrs ms dr prof st sr jr vs etc e.g i.e cf al fig figs no nos vol pp p ca approx inc ltd co
    corp dept est min max sec ch eq ref refs art para jan feb mar apr jun jul aug sep sept oct nov
    dec u.s u.k a.m p.m
""")
"""Words whose dot ends no sentence by itself; without the last dot."""

ENDS_IN_DOT = _words("etc a.m p.m u.s u.k inc ltd co corp")
"""Those that may well be the last word of one: then the next begins with a capital."""

BEFORE_NUMBERS = _words("no nos p pp fig figs ch vol art min max sec est co")
"""Those whose dot ends no sentence before a number or a small letter."""

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.M)
_MARK = re.compile(r"[ \t]*(?:[-*+•‣·]|\(?\d{1,3}[.)]|[a-z][.)]|#{1,6}|>)[ \t]+")
"""What stands before the words of a list's entry, a heading or a quote."""

_HARD = "。！？!?…"
_CLOSERS = "\"'”’»)]}）】」』*_`"
_WIDE = "。！？"


def split(text: str, *, by_line: bool = False) -> list[Span]:
    """Return the sentences in their order, without the blanks and the marks of lists around them.

    `by_line`: none goes on in the next line, as in what a model writes. Documents break their lines anywhere.
    """
    return [span for start, end in _blocks(text, by_line) for span in _of_block(text, start, end)]


def _blocks(text: str, by_line: bool) -> Iterator[Span]:
    """Yield the pieces that no sentence reaches across: paragraphs, entries, headings, rows of tables."""
    at = 0
    begun: int | None = None
    fence = ""
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        mark = _FENCE.match(line)
        if fence:
            if mark is not None and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
            continue
        if mark is not None or not line.strip():
            if begun is not None:
                yield begun, start
            begun = None
            fence = mark[1] if mark is not None else ""
            continue
        if begun is not None and (by_line or _stands_alone(line)):
            yield begun, start
            begun = start
        elif begun is None:
            begun = start
        if line.lstrip().startswith("#") or _is_row(line):
            yield begun, at
            begun = None
    if begun is not None:
        yield begun, at


def _stands_alone(line: str) -> bool:
    return _MARK.match(line) is not None or _is_row(line)


def _is_row(line: str) -> bool:
    return "\t" in line.strip() or line.lstrip().startswith("|")


def _of_block(text: str, start: int, end: int) -> Iterator[Span]:
    mark = _MARK.match(text, start, end)
    while mark is not None:  # a quote may hold a list
        start = mark.end()
        mark = _MARK.match(text, start, end)
    begun = start
    at = start
    while at < end:
        if text[at] in _HARD or (text[at] == "." and not _is_inner_dot(text, at, begun, end)):
            after = at + 1
            while after < end and (text[after] in _HARD or text[after] in "." + _CLOSERS):
                after += 1
            if after >= end or text[after].isspace() or text[at] in _WIDE:
                yield from _trimmed(text, begun, after)
                begun = after
            at = after
        else:
            at += 1
    yield from _trimmed(text, begun, end)


def _is_inner_dot(text: str, at: int, begun: int, end: int) -> bool:
    """Return whether a dot ends no sentence: in a number, a name, an abbreviation."""
    after = text[at + 1 : min(end, at + 40)]
    if after[:1] and not after[0].isspace() and after[0] not in "." + _CLOSERS:
        return True
    word = re.search(r"[^\s(\[“\"']*$", text[max(begun, at - 20) : at])
    said = word[0].lower() if word else ""
    following = after.lstrip()[:1]
    if said in ABBREVIATIONS:
        # "No." and "no.": before a number it is an abbreviation, else an answer.
        if said in BEFORE_NUMBERS:
            return following.isdigit() or (said not in ("no", "co") and following.islower())
        return said not in ENDS_IN_DOT or not following.isupper()
    if len(said) == 1 and said.isalpha() and said != "i" and following.isupper():
        return word is not None and word[0].isupper()  # an initial: J. Smith
    return following.islower() and after[:1] == " "


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and (text[start].isspace() or text[start] in "|"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "|"):
        end -= 1
    if any(char.isalnum() for char in text[start:end]):
        yield start, end
