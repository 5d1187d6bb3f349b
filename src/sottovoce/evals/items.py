"""A set of questions with checkable answers: its nouns, and the order in which they are asked. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sottovoce.evals.checks import Test
from sottovoce.evals.plain import plain, sentences

MAX_TOKENS = 64
"""Of an answer, where an item does not say."""

TOO_MUCH_REPEATED = 2
"""Sentences of the text. One may well be the answer."""

SHORTEST_REPEATED = 6
"""Characters. A shorter sentence of the question may well be the answer."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that an answer is held against."""

    name: str
    test: Test


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `held_out` ones are not looked at while something is made better by the rest."""

    id: str
    group: str
    language: str
    question: str
    checks: tuple[Check, ...]
    text: str = ""
    max_tokens: int = MAX_TOKENS
    held_out: bool = False

    @property
    def asked(self) -> str:
        """Return what the model is asked: the text first, where there is one."""
        return f"{self.text}\n\n{self.question}" if self.text else self.question

    @property
    def digest(self) -> str:
        """Return the hash of what is asked: an answer is good for it whatever it is held against later."""
        return hashlib.sha256(json.dumps([self.asked, self.max_tokens]).encode()).hexdigest()

    def wrong(self, answer: str) -> str:
        """Return what is wrong with an answer; nothing where it passes every check.

        What it repeats of the question is no part of it: "if you do not know, say so" admits nothing.
        """
        if not answer.strip():
            return "is empty"
        if sum(sentence in answer for sentence in sentences(self.text)) >= TOO_MUCH_REPEATED:
            return "repeats the text"
        for sentence in sentences(self.question):
            if len(sentence) >= SHORTEST_REPEATED:
                answer = answer.replace(sentence, "")
        if not plain(answer):
            return "only repeats the question"
        return next((why for check in self.checks if (why := check.test(answer))), "")


@dataclass(frozen=True, slots=True)
class Set:
    """Questions in the order they are asked in: shuffled, the same way each time.

    Whatever was asked when somebody stops is then a fair sample of all groups.
    """

    name: str
    version: int
    items: tuple[Item, ...]

    @property
    def digest(self) -> str:
        """Return the hash of what is asked in it, in whatever order it stands."""
        return hashlib.sha256("".join(sorted(item.digest for item in self.items)).encode()).hexdigest()

    @property
    def groups(self) -> list[str]:
        return sorted({item.group for item in self.items})

    def chosen(self, groups: Iterable[str] = (), limit: int | None = None) -> tuple[Item, ...]:
        """Return the items of these groups, all without any; of them the first `limit`."""
        wanted = set(groups) or set(self.groups)
        return tuple(item for item in self.items if item.group in wanted)[:limit]


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return items such that every beginning has its share of each group and language.

    Within one, they are shuffled by the hash of their ids.
    """
    of: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        of.setdefault((item.group, item.language), []).append(item)
    placed = []
    for key, those in of.items():
        those.sort(key=lambda item: _shuffled(item.id))
        offset = int(_shuffled("/".join(key)), 16) / 16**64  # so that no group always comes first
        placed += [((at + offset) / len(those), item.id, item) for at, item in enumerate(those)]
    return tuple(item for _, _, item in sorted(placed, key=lambda one: one[:2]))


def _shuffled(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
