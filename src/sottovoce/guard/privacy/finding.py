"""All that is personal in a text: every rule asked, and one thing said of each place. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Sequence

from sottovoce.guard.privacy.abroad import abroad
from sottovoce.guard.privacy.beside import beside
from sottovoce.guard.privacy.broken import broken
from sottovoce.guard.privacy.casual import casual
from sottovoce.guard.privacy.contacts import machines, mails
from sottovoce.guard.privacy.found import KINDS, Find
from sottovoce.guard.privacy.handles import handles
from sottovoce.guard.privacy.keys import keys
from sottovoce.guard.privacy.lettered import lettered
from sottovoce.guard.privacy.lined import lined
from sottovoce.guard.privacy.links import links
from sottovoce.guard.privacy.names import names
from sottovoce.guard.privacy.names_zh import names_zh
from sottovoce.guard.privacy.numbered import numbered
from sottovoce.guard.privacy.own import own_words
from sottovoce.guard.privacy.passports import passports
from sottovoce.guard.privacy.passwords import passwords
from sottovoce.guard.privacy.placed import placed
from sottovoce.guard.privacy.postal import postal
from sottovoce.guard.privacy.postal_zh import postal_zh
from sottovoce.guard.privacy.retyped import retyped
from sottovoce.guard.privacy.seeing import see
from sottovoce.guard.privacy.spoken import spoken

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_SIGN = re.compile(r"[^\W_]")
_OVER_LINES = {
    re.compile("@"): mails,
    re.compile("://"): links,
    re.compile(r"(?:sk|pk|gh[a-z]|xox[a-z]|hf|npm|glpat|eyJ)[-_\w]|AKIA|AIza"): keys,
    re.compile(r"(?i)pass|pw|key|token|secret|密|口令|码|kennwort"): passwords,
    re.compile(
        r"(?i)pass|reisep|pasap|paspo|[护護]照|通行[证證]|回[乡鄉][证證]|胞[证證]|旅行[证證]|港澳[证證]"
    ): passports,
    re.compile(r"\d\.\d{1,3}\.\d|[0-9a-fA-F]:[0-9a-fA-F]{0,4}:"): machines,
    re.compile(
        r"(?i)[证證号號牌]|(?<![a-z])(?:id|ni|nino|nhs|ssn|mrn|pan|dni|nif|nie|tin|tfn|bsb|aba|nric|hkid|cpf"
        r"|acct)(?![a-z])"
        r"|licen|führers|ausweis|steuer|plate|kennz|tax|insur|member|account|konto|kto|sort|routing"
        r"|medicare|patient"
        r"|hospital|social|fiscale|visa|permit"
    ): lettered,
}
"""Rules for what has no space in it, and what stands near where they find something."""


def find(text: str, own: Sequence[str] = (), never: Collection[str] = ()) -> list[Find]:
    """Return what is personal in a text, in its order; no two overlap.

    `own` are the owner's words, which are found whatever they are; `never` are values of earlier finds that
    the owner said are not personal.
    """
    seen = see(text)
    plain = seen.text
    rules = (
        mails,
        machines,
        links,
        keys,
        passwords,
        numbered,
        spoken,
        lettered,
        passports,
        postal,
        placed,
        postal_zh,
        abroad,
        retyped,
        names,
        names_zh,
        lined,
        handles,
        casual,
    )
    found = [one for rule in rules for one in rule(plain) if one.value not in never]
    found += [one for one in broken(plain, _OVER_LINES, found) if one.value not in never]
    called = [one for one in found if one.kind == "name"]
    found += [one for one in beside(plain, called) if one.value not in never]
    mine = list(own_words(plain, own))
    taken = _apart(plain, list(_mine(mine, found)), found)
    return [Find(*seen.place(one.start, one.end), one.kind, one.sure, one.value) for one in taken]


def _mine(mine: Iterable[Find], found: Iterable[Find]) -> Iterator[Find]:
    """Return the owner's words; those that are names as well say so."""
    called = {(one.start, one.end) for one in found if one.kind == "name"}
    for one in mine:
        if (one.start, one.end) in called:
            one = Find(one.start, one.end, "name", True, one.value)
        yield one


def _apart(text: str, mine: list[Find], found: list[Find]) -> list[Find]:
    """Return finds of which no two overlap: the owner's win over names, else the longer over the shorter."""
    spans = sorted((one.start, one.end) for one in found if one.kind != "name")
    own = [one for one in mine if not _within(one, spans)]
    rest = sorted(
        found,
        key=lambda one: (one.start - one.end, _RANK[one.kind], not one.sure, one.start),
    )
    taken: list[tuple[int, int]] = []
    kept: list[Find] = []
    for one in [*sorted(own, key=lambda one: (one.start - one.end, not one.sure)), *rest]:
        for start, end in _free(one.start, one.end, taken):
            whole = (start, end) == (one.start, one.end)
            start, end = _trimmed(text, start, end) if not whole else (start, end)
            if end - start < (1 if whole else 2):
                continue
            insort(taken, (start, end))
            value = one.value if whole else " ".join(re.findall(r"\w+", text[start:end])).lower()
            kept.append(Find(start, end, one.kind, one.sure and whole, value))
    return sorted(kept, key=lambda one: one.start)


def _within(one: Find, spans: Sequence[tuple[int, int]]) -> bool:
    at = bisect_left(spans, (one.start + 1, 0))
    return any(
        start <= one.start and one.end <= end and (start, end) != (one.start, one.end)
        for start, end in spans[max(0, at - 8) : at]
    )


def _free(start: int, end: int, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Return what is left of a place where others are taken already."""
    at = max(0, bisect_left(taken, (start, 0)) - 1)
    while at < len(taken) and taken[at][0] < end:
        if taken[at][1] > start:
            if taken[at][0] > start:
                yield start, taken[at][0]
            start = taken[at][1]
        at += 1
    if start < end:
        yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not _SIGN.match(text[start]):
        start += 1
    while start < end and not _SIGN.match(text[end - 1]):
        end -= 1
    return start, end
