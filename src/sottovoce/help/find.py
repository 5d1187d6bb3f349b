"""Which entry a question means, and how surely. Pure: the entries and a question in, entries out.

A question is held against every wording: features that both have, weighed by how few entries have them, over
all that either has (Dice), and against all wordings of an entry together, since a question may mix two.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sottovoce.core.tables import Table
from sottovoce.help import shelf
from sottovoce.help.shelf import Entry
from sottovoce.help.words import features, folded, is_soft, is_telling, means_itself, spelling

LONGEST = 300
"""Characters of a question; what is longer tells something, and asks about that."""

LIKELY = 0.5
"""From here on an entry is the answer to somebody who asks the help."""

SURE = 0.66
"""From here on it is one in an ordinary chat, where a model would answer otherwise."""

AHEAD = 0.06
"""By so much it must be ahead of the next there."""

SPELT = 0.38
SPELT_OF_REQUEST = 0.6
SPELT_OF_NOBODY = 0.9
"""And so much it must have in common with a wording as it is spelt: more where it may ask to do something
(“can you write in Chinese?” wants a text), and nearly all where nothing names the assistant."""

REQUEST = re.compile(
    r"\b(can|could|will|would) (you|u)\b|\b(please|again|think)\b|"
    r"[你您](能|可|会|再|怎么看|觉得|认为)|^[请帮]"
)

FOREIGN = 0.4
FOREIGN_IN_CHAT = 0.25
"""So much of a question's weight may be of features that no entry has: where it does not name the
assistant, and in a chat."""

SOFT = 0.3
"""What a feature weighs that stands in questions about anything."""

WORDING = 0.7
"""How much of a score the nearest single wording makes."""

NAMED_ALONE = frozenset(("@chatgpt",))
HERE = re.compile(
    r"\bmy (chats|conversations)\b|\bwhat i (type|write|enter)\b|我的(聊天|对话)|我(输入|写)的内容"
)
"""Speak of what the assistant has to do with, without naming it."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and how well a question fits it, from 0 to 1."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class _Wording:
    """`entry` is its id; `spelling` is written with spaces between."""

    entry: str
    features: frozenset[str]
    spelling: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Index:
    wordings: tuple[_Wording, ...]
    weights: dict[str, float]
    unknown: float
    all: dict[str, frozenset[str]]
    """Of each entry's id, the features of all its wordings."""

    def weigh(self, found: Iterable[str]) -> float:
        # Exactly: a sum in the order of a set is another one in the next process, and a tie falls otherwise.
        return math.fsum(
            self.weights.get(one) or self.unknown * (SOFT if is_soft(one) else 1.0) for one in found
        )


def find(question: str) -> Entry | None:
    """Return the entry that a person means who asks the help, by its question, its id or other words."""
    best = nearest(question, 1)
    if not best or best[0].score < LIKELY:
        return None
    if best[0].score < 1 and not means_itself(question, pronouns=True) and _foreign(question) > FOREIGN:
        return None
    return best[0].entry


def nearest(question: str, limit: int = 3) -> list[Match]:
    """Return the entries that come nearest, best first; none where nothing is shared."""
    ranked = _ranked(question.strip())[:limit]
    return [Match(entry, score) for name, score in ranked if (entry := shelf.by_id(name)) is not None]


def _ranked(asked: str) -> list[tuple[str, float]]:
    """Return the ids of entries with their scores, best first."""
    if len(asked) > LONGEST:
        return []
    index = _index()
    first = _exact().get(_spelt(asked)) or (asked if asked in index.all else "")
    found = _scores(index, features(asked))
    if first:
        found[first] = 1.0
    return sorted(found.items(), key=lambda one: (one[0] != first, -one[1], one[0]))


def about_itself(question: str, *, first: bool) -> Entry | None:
    """Return the entry that an ordinary question is clearly about, with the assistant named in it.

    `first`: nothing was said before that it could be about.
    """
    asked = question.strip()
    if len(asked) > LONGEST or "\n" in asked:
        return None
    said = features(asked)
    least = _least(asked, said, first=first)
    if least is None:
        return None
    spelt_so = _exact().get(_spelt(asked))
    if spelt_so is not None:
        entry = shelf.by_id(spelt_so)
        return entry if entry is not None and entry.in_chat else None
    if not any(is_telling(one) for one in said):
        return None  # nearly every question, at the price of a few look-ups
    if _foreign(asked) > FOREIGN_IN_CHAT:
        return None
    best = _ranked(asked)[:2]
    if not best or best[0][1] < SURE or (len(best) > 1 and best[0][1] - best[1][1] < AHEAD):
        return None
    if _likeness(asked, best[0][0]) < least:
        return None
    entry = shelf.by_id(best[0][0])
    return entry if entry is not None and entry.in_chat else None


def _least(asked: str, said: frozenset[str], *, first: bool) -> float | None:
    """Return how like a wording a question must be spelt in a chat; None: it is about what was spoken of."""
    text = folded(asked)
    if means_itself(asked, pronouns=False) or NAMED_ALONE & said or HERE.search(text):
        return SPELT_OF_REQUEST if REQUEST.search(text) else SPELT
    return SPELT_OF_NOBODY if first else None


def _likeness(asked: str, entry: str) -> float:
    """Return how much a question is spelt like the wording of an entry, by its id, that comes nearest."""
    said = spelling(asked)
    spelt = (frozenset(one.spelling.split()) for one in _index().wordings if one.entry == entry)
    return max(2 * len(said & wording) / (len(said) + len(wording)) for wording in spelt)


def _foreign(question: str) -> float:
    """Return how much of a question's weight is of features that no entry has."""
    index, asked = _index(), features(question)
    strange = [one for one in asked if one not in index.weights]
    return index.weigh(strange) / index.weigh(asked) if strange else 0.0


def _scores(index: _Index, asked: frozenset[str]) -> dict[str, float]:
    """Return the score of each entry that shares anything with a question."""
    weight = index.weigh(asked)
    if not weight:
        return {}
    nearest: dict[str, float] = {}
    for wording in index.wordings:
        shared = index.weigh(asked & wording.features)
        if shared:
            dice = 2 * shared / (weight + wording.weight)
            nearest[wording.entry] = max(dice, nearest.get(wording.entry, 0.0))
    return {
        name: WORDING * dice + (1 - WORDING) * index.weigh(asked & index.all[name]) / weight
        for name, dice in nearest.items()
    }


@cache
def _exact() -> dict[str, str]:
    """Return every wording as it is spelt, with the id of its entry."""
    exact: dict[str, str] = _read()["exact"]
    return exact


@cache
def _index() -> _Index:
    table = _read()
    wordings = []
    for row in table["wordings"].split(";"):
        entry, said, spelt, weight = row.split("|")
        wordings.append(_Wording(entry, frozenset(said.split()), spelt, float(weight)))
    together = (row.split("|") for row in table["together"].split(";"))
    weights = (one.split("|") for one in table["weights"].split(";"))
    return _Index(
        tuple(wordings),
        {one: float(weight) for one, weight in weights},
        table["unknown"],
        {entry: frozenset(said.split()) for entry, said in together},
    )


@cache
def _read() -> dict[str, Any]:
    return TABLE.read()


def _own() -> dict[str, Any]:
    """Return the table of all wordings: entry, features and spelling; and what each feature weighs.

    But for `exact`, which nearly every question is looked up in, in one text each: most need none of it.
    """
    entries = shelf.entries()
    asked = [
        (entry.id, question) for entry in entries for question in (*entry.en.questions, *entry.zh.questions)
    ]
    together: dict[str, set[str]] = {}
    for name, question in asked:
        together.setdefault(name, set()).update(features(question))
    counts = Counter(one for found in together.values() for one in found)
    most = len(together) + 1
    weights = {
        one: math.log(most / (count + 0.5)) * (SOFT if is_soft(one) else 1.0)
        for one, count in sorted(counts.items())
    }
    return {
        "exact": {_spelt(question): name for name, question in asked},
        "wordings": ";".join(_row(name, question, weights) for name, question in asked),
        "together": ";".join(f"{name}|{' '.join(sorted(found))}" for name, found in together.items()),
        "weights": ";".join(f"{one}|{weight}" for one, weight in weights.items()),
        "unknown": math.log(most / 1.5),
    }


def _row(entry: str, question: str, weights: Mapping[str, float]) -> str:
    said = sorted(features(question))
    weight = sum(weights[one] for one in said)
    return f"{entry}|{' '.join(said)}|{' '.join(sorted(spelling(question)))}|{weight}"


TABLE = Table(
    "help", ("help/entries/", "help/words.toml", "help/shelf.py", "help/words.py", "help/find.py"), _own
)


def _spelt(question: str) -> str:
    return " ".join(folded(question).split())
