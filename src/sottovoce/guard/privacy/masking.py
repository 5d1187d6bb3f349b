"""Puts placeholders where personal things stand; the same thing has the same one in all of a chat. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.masks import (
    FAMILY,
    GIVEN,
    LITERAL,
    MOST_DIGITS,
    PERSON,
    WORDS,
    Mask,
    Masks,
    free_ending,
    like,
)

NONE = Masks()
NAME = WORDS["name"]
_CHINESE = re.compile(r"[\u3400-\u9fff]+\Z")
_TITLED = re.compile(
    r"[\u3400-\u9fff]+(?:先生|女士|小姐|老师|医生|教授|经理|主任|律师|阿姨|叔叔|师傅|同学|"
    r"总监|护士|爷爷|奶奶|[总哥姐叔姨])\Z"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders, and what stands for what now. `used`: those in this text, in its order."""

    text: str
    masks: Masks
    used: tuple[Mask, ...]


def mask(text: str, finds: Sequence[Find], masks: Masks = NONE) -> Masked:
    """Return a text with a placeholder in the place of each find.

    `finds` are in the text's order and do not overlap. What looks like a placeholder in the text already gets
    one too, so that an answer gives it back as it was.
    """
    if not masks.ending:
        masks = replace(masks, ending=free_ending([text]))
    known = _Known(masks)
    spots = _with_literals(text, finds, masks.ending)
    # Whole names first: their parts, wherever they stand, are then known to be theirs.
    for find, literal in sorted(spots, key=lambda spot: len(_parts(spot[0].value)) < 2):
        known.mask_of(find, text[find.start : find.end], literal=literal)
    pieces, used, at = [], [], 0
    for find, literal in spots:
        one = known.mask_of(find, text[find.start : find.end], literal=literal)
        pieces += [text[at : find.start], masks.shown(one)]
        used.append(one)
        at = find.end
    pieces.append(text[at:])
    return Masked("".join(pieces), Masks(masks.ending, tuple(known.all)), tuple(used))


def _with_literals(text: str, finds: Sequence[Find], ending: str) -> list[tuple[Find, bool]]:
    """Return the finds, and where between them something looks like a placeholder."""
    spots = [(find, False) for find in finds]
    at = 0
    for start, end in [*((find.start, find.end) for find in finds), (len(text), len(text))]:
        for found in like(ending).finditer(text, at, start):
            spots.append((Find(found.start(), found.end(), "own", True, ""), True))
        at = end
    return sorted(spots, key=lambda spot: spot[0].start)


class _Known:
    """The placeholders of a chat while a text is masked."""

    def __init__(self, masks: Masks) -> None:
        self.all: list[Mask] = []
        self._by_value: dict[tuple[str, str], Mask] = {}
        self._taken: set[tuple[str, int]] = set()
        self._whose: dict[str, tuple[str, int]] = {}
        self._next = 1
        for one in masks.all:
            self._add(one)

    def mask_of(self, find: Find, raw: str, *, literal: bool) -> Mask:
        """Return what stands for a find, a new one where it is new."""
        word, value = (LITERAL, raw) if literal else (WORDS[find.kind], find.value)
        old = self._by_value.get((word, value))
        if old:
            return old
        number = None
        if word == NAME:
            word, number = self._name(value)
        number = self._next if number is None else number
        if number >= 10**MOST_DIGITS:
            raise ValueError("A chat has too many personal things to hide.")
        return self._add(Mask(word, number, value, raw))

    def _name(self, value: str) -> tuple[str, int | None]:
        """Return the word and number of a name that is new; no number: that is new as well."""
        parts = _parts(value)
        if len(parts) == 1:
            word, number = self._whose.get(value, (NAME, 0))
            return (word, number) if number and (word, number) not in self._taken else (NAME, None)
        for part in parts:
            alone = self._by_value.get((NAME, part))
            if alone and alone.word == NAME and (PERSON, alone.number) not in self._taken:
                return PERSON, alone.number
        return NAME, None

    def _add(self, one: Mask) -> Mask:
        self.all.append(one)
        self._by_value[NAME if one.word in (PERSON, GIVEN, FAMILY) else one.word, one.value] = one
        self._taken.add((one.word, one.number))
        self._next = max(self._next, one.number + 1)
        if one.word in (NAME, PERSON) and len(parts := _parts(one.value)) > 1:
            family = parts[0] if _CHINESE.match(one.value) else parts[-1]
            for part in parts:
                self._whose.setdefault(part, (FAMILY if part == family else GIVEN, one.number))
        return one


def _parts(value: str) -> list[str]:
    """Return the parts of a name by which a person is called alone, or the name itself."""
    if _CHINESE.match(value) and not _TITLED.match(value):
        size = 2 if len(value) == 4 else 1
        return [value[:size], value[size:]] if len(value) > 2 else [value]
    return [part for part in value.split() if len(part) > 1]
