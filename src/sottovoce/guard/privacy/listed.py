"""The lists of names and of words that are none, read when they are first needed.

Pure but for its own tables, names.toml and never.toml.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_BARE = str.maketrans(
    {"ł": "l", "đ": "d", "ı": "i", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


@dataclass(frozen=True, slots=True)
class Lists:
    """Words in small letters without accents; `known` are whole names of those whom everybody speaks of."""

    given: Set[str]
    family: Set[str]
    word_given: Set[str]
    word_family: Set[str]
    place_given: Set[str]
    place_family: Set[str]
    particles: Set[str]
    titles: Set[str]
    relations: Set[str]
    verbs: Set[str]
    never: Set[str]
    after: Set[str]
    before: Set[str]
    known: Set[str]


def bare(word: str) -> str:
    """Return a word in small letters without accents, as it stands in the lists."""
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    apart = unicodedata.normalize("NFD", lowered.translate(_BARE))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


@cache
def lists() -> Lists:
    """Return the lists."""
    names, never = _table("names.toml"), _table("never.toml")
    other = names["other"]
    known = {name.strip() for name in " ".join(never["known"].split()).split("|")}
    no_names = frozenset(bare(one) for one in never["words"].split())
    given, family = _set(*names["given"].values()), _set(*names["family"].values())
    return Lists(
        given=given - no_names,
        family=family - no_names,
        word_given=_set(names["words"]["given"]) | given & no_names,
        word_family=_set(names["words"]["family"]) | family & no_names,
        place_given=_set(names["places"]["given"]),
        place_family=_set(names["places"]["family"]),
        particles=_set(other["particles"]),
        titles=_set(other["titles"]),
        relations=_set(other["relations"]),
        verbs=_set(other["verbs"]),
        never=no_names,
        after=_set(never["after"]),
        before=frozenset(bare(one) for one in never["before"].split()),
        known=frozenset(bare(one).replace(".", "").replace("  ", " ") for one in known if one),
    )


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
