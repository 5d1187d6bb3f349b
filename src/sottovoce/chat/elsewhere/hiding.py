"""Hides what is personal in the texts that would leave together. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sottovoce.core.errors import TooLarge
from sottovoce.guard.privacy.asking import Candidate, candidates
from sottovoce.guard.privacy.found import Find, Kind
from sottovoce.guard.privacy.masking import mask
from sottovoce.guard.privacy.masks import FAMILY, GIVEN, LITERAL, PERSON, WORDS, Mask, Masks, free_ending

BETWEEN = "\n\n\n"
"""Stands between two texts while they are looked at as one."""

KINDS: dict[str, Kind] = {
    **{word: kind for kind, word in WORDS.items()},
    PERSON: "name",
    GIVEN: "name",
    FAMILY: "name",
}


@dataclass(frozen=True, slots=True)
class Item:
    """What is hidden: as first written, and in one spelling (`value`, for `never`); `count` times."""

    kind: Kind
    placeholder: str
    original: str
    value: str
    sure: bool
    count: int


@dataclass(frozen=True, slots=True)
class Hiding:
    """The texts as they would leave; what stands for what in the chat then; what a person should look at."""

    texts: tuple[str, ...]
    masks: Masks
    items: tuple[Item, ...]
    candidates: tuple[Candidate, ...]


def hide(texts: Sequence[str], masks: Masks, own: Sequence[str] = (), never: Collection[str] = ()) -> Hiding:
    """Put placeholders into texts, the same ones as before in this chat.

    The texts are looked at as one: who is introduced in the first is known in the last. What was hidden once
    is hidden wherever it stands. `own` are the owner's words, `never` values that are not personal.
    Raises TooLarge.
    """
    from sottovoce.guard.privacy.finding import find  # its rules take long to build; most homes hide nothing

    joined = BETWEEN.join(texts)
    if not masks.ending:
        masks = replace(masks, ending=free_ending([joined]))
    found = find(joined, own, never)
    try:
        known = _masked(texts, found, masks)[1]
        finds = sorted([*found, *_again(joined, found, known, never)], key=lambda one: one.start)
        hidden, known, used = _masked(texts, finds, masks)
    except ValueError as problem:
        raise TooLarge(
            "More is personal in this chat than can be hidden.", hint="Begin a new chat, with less in it"
        ) from problem
    sure = {one.value for one in finds if one.sure}
    return Hiding(tuple(hidden), known, tuple(_items(used, known, sure)), tuple(candidates(joined, found)))


def _masked(texts: Sequence[str], finds: Sequence[Find], masks: Masks) -> tuple[list[str], Masks, list[Mask]]:
    """Return the texts with placeholders, what stands for what, and each as often as it is used."""
    hidden, used, at = list[str](), list[Mask](), 0
    for text in texts:
        masked = mask(text, list(_within(text, finds, at)), masks)
        hidden.append(masked.text)
        masks = masked.masks
        used += masked.used
        at += len(text) + len(BETWEEN)
    return hidden, masks, used


def _within(text: str, finds: Sequence[Find], at: int) -> Iterator[Find]:
    """Yield the finds in the text that stands `at` a place, by their places in it; a part of one is one."""
    for one in finds:
        start, end = max(one.start - at, 0), min(one.end - at, len(text))
        if start >= end:
            continue
        is_whole = end - start == one.end - one.start
        yield replace(one, start=start, end=end, value=one.value if is_whole else text[start:end].lower())


def _again(text: str, found: Sequence[Find], masks: Masks, never: Collection[str]) -> Iterator[Find]:
    """Yield where else what is hidden stands as it was first written."""
    taken = bytearray(len(text))
    for one in found:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    for hidden in sorted(masks.all, key=lambda one: -len(one.original)):
        written = hidden.original
        if hidden.word == LITERAL or hidden.value in never or len(written) < (3 if written.isascii() else 2):
            continue
        for place in _whole(written).finditer(text):
            start, end = place.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                yield Find(start, end, KINDS[hidden.word], True, hidden.value)


def _whole(written: str) -> re.Pattern[str]:
    """Return what finds a text that is no part of a longer word or number."""
    before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", written) else ""
    after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]\Z", written) else ""
    return re.compile(f"{before}{re.escape(written)}{after}")


def _items(used: Sequence[Mask], masks: Masks, sure: Collection[str]) -> Iterator[Item]:
    for one in dict.fromkeys(used):
        if one.word != LITERAL:
            yield Item(
                KINDS[one.word],
                masks.shown(one),
                one.original,
                one.value,
                one.value in sure,
                used.count(one),
            )
