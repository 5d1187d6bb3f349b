"""What a message asks of the memory: to keep a line, to forget one or all, to show them. Pure.

Only what is said to be remembered is: nothing is guessed from what a person talks about. What asks for
anything else, or might, is left to a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sottovoce.chat import memory_words as forms
from sottovoce.store.memory import LONGEST, Remembered


class Kind(StrEnum):
    KEEP = "keep"
    FORGET = "forget"
    FORGET_ALL = "forget_all"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Asked:
    """`line` is what is to be kept, or names what is to be forgotten; empty for all of it.

    `has_more`: the message goes on after that, with something that is to be answered.
    """

    kind: Kind
    line: str = ""
    has_more: bool = False


_NEXT = re.compile(r"(?<=[a-z0-9]{3}[.!])(?<!rof\.)\s+(?=[A-Z])|(?<=[。！])\s*(?=.)")
"""Where a sentence ends and another begins: not behind Dr. or Prof."""

_OWN = re.compile(rf"{forms.SPEAKER}\b|[我咱]", re.I)


def asked(text: str) -> Asked | None:
    """Return what a message asks of the memory, None where it asks for something else."""
    said = " ".join(text.split())
    if not said or len(said) > 2 * LONGEST:
        return None
    is_question = said.endswith(("?", "？"))
    said = said.rstrip(" .。!！?？~～…")
    if _is_one(said, (*forms.LIST, *forms.LIST_ZH)):
        return Asked(Kind.LIST)
    if _is_one(said, (*forms.FORGET_ALL, *forms.FORGET_ALL_ZH)):
        return Asked(Kind.FORGET_ALL)
    return (
        _kept(said, is_question=is_question)
        or _kept_in_chinese(said, is_question=is_question)
        or _forgotten(said, is_question=is_question)
    )


def _is_one(said: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    return any(pattern.fullmatch(said) for pattern in patterns)


def _kept(said: str, *, is_question: bool) -> Asked | None:
    for pattern in forms.KEEP:
        found = pattern.fullmatch(said)
        if found is None:
            continue
        line = found["line"].strip()
        if forms.NO_LINE.match(line) or re.search("[?？]", line):
            continue
        if forms.NOTE_THAT.search(said[: found.start("line")]) and not _OWN.match(line):
            continue
        if is_question and re.search(forms.COULD, said, re.I) is None:
            continue
        if (is_question or re.match("(?:my|our)\\b", line, re.I)) and forms.SAYS.search(line) is None:
            continue
        return _keep(line)
    return None


def _kept_in_chinese(said: str, *, is_question: bool) -> Asked | None:
    for pattern in forms.KEEP_ZH:
        found = pattern.fullmatch(said)
        if found is None:
            continue
        asks = re.search("(?:好|可以|行)?吗$", said)
        line = re.sub("(?:(?:好|可以|行)?吗|吧|哦|啊)$", "", found["line"])
        may_ask = re.search(f"{forms.COULD_ZH}|(?:好|可以|行)吗$", said)
        if (is_question or asks) and not may_ask:
            continue
        if not forms.ASKS_ZH.search(line) and forms.SAYS_ZH.match(line):
            return _keep(line)
    return None


def _keep(line: str) -> Asked | None:
    """Return the first sentence as what is to be kept, and those behind it that tell of the same person."""
    sentences = _NEXT.split(line)
    own = 1
    while own < len(sentences) and _OWN.match(sentences[own]):
        own += 1
    kept = " ".join(sentences[:own]).strip(' ,，;；:：.。!！"“”')
    return Asked(Kind.KEEP, kept, own < len(sentences)) if 0 < len(kept) <= LONGEST else None


def _forgotten(said: str, *, is_question: bool) -> Asked | None:
    for pattern in (*forms.FORGET, *forms.FORGET_ZH):
        found = pattern.fullmatch(said)
        if found is None or forms.ASKS_ZH.search(found["line"]) or "?" in found["line"]:
            continue
        if is_question and not re.search(f"{forms.COULD}|{forms.COULD_ZH}", said, re.I):
            continue
        line = _NEXT.split(found["line"].strip())
        return Asked(Kind.FORGET, line[0].rstrip(" .!。！"), len(line) > 1)
    return None


_EMPTY = frozenset((
    "i", "i'm", "i've", "im", "am", "my", "mine", "me", "we", "we're", "our", "is", "are", "was", "were",
    "the", "a", "an", "that", "this", "it", "to", "of", "in", "on", "at", "as", "for", "and", "about", "what",
    "where", "how", "have", "has", "had", "be", "been", "from", "with", "fact", "told", "you",
))  # fmt: skip
_EMPTY_ZH = re.compile("[我你您咱们的了是在和也都有这那件事个,，。！!\\s]")


def meant(line: str, remembered: Sequence[Remembered]) -> list[Remembered]:
    """Return which of the lines a person means: those that have all the words that carry it."""
    same = [one for one in remembered if one.text.casefold() == line.casefold()]
    if same:
        return same
    if re.search("[\u4e00-\u9fff]", line):
        core = _EMPTY_ZH.sub("", line)
        return [one for one in remembered if core and core in _EMPTY_ZH.sub("", one.text)]
    known = _words(line)
    wanted = {word for word in known if word not in _EMPTY} or set(known)
    return [one for one in remembered if wanted and wanted <= set(_words(one.text))]


def _words(line: str) -> list[str]:
    return [re.sub("['’]s$", "", word) for word in re.findall(r"[\w'’]+", line.casefold())]
