"""The owner's own rules, and how they are looked for in a text. Pure.

A rule looks for words, for a topic (some of a list of words together) or for expressions, in questions, in
answers or in both, and says what becomes of a text that has them. Knows no files (guard/own_file.py reads
them), and not how a refusal is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field

from sottovoce.guard.expressions import Expression, Undecided
from sottovoce.guard.policy import Where

REFUSE, ANSWER, NOTE = ACTIONS = ("refuse", "answer", "note")


@dataclass(frozen=True, slots=True)
class Text:
    """A text as rules look at it: in one form of each character, nothing invisible.

    `plain` has small letters only, `spaced` its words with one space around each, `words` each of them once.
    """

    written: str
    plain: str
    spaced: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `line` is where it begins. A text meets it by a word, the topic or an expression.

    `answer`: what is said instead of the usual sentence; or, with `note`, beside the answer.
    """

    name: str
    line: int
    where: str = "question"
    action: str = REFUSE
    answer: str = ""
    words: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    at_least: int = 2
    expressions: tuple[Expression, ...] = ()

    def looks_at(self, where: Where) -> bool:
        return self.where in (where, "both")


@dataclass(frozen=True, slots=True)
class OwnRules:
    """All rules of a file, in its order: the first that is met acts."""

    rules: tuple[Rule, ...] = field(default=())

    def on(self, where: Where) -> tuple[Rule, ...]:
        """Return the rules that look at questions, or at answers."""
        return tuple(rule for rule in self.rules if rule.looks_at(where))

    def met(self, text: str, where: Where) -> tuple[Rule, ...]:
        """Return the notes that a text meets, and behind them the first rule that ends its turn."""
        rules = self.on(where)
        if not rules:
            return ()
        reading = Reading(rules)
        return self.first({rule.name for rule in (*reading.feed(text), *reading.end())})

    def first(self, met: Set[str]) -> tuple[Rule, ...]:
        """Return, of the rules of these names, the notes, and behind them the first that ends a turn."""
        found = [rule for rule in self.rules if rule.name in met]
        ending = next((at for at, rule in enumerate(found) if rule.action != NOTE), len(found))
        return tuple(found[: ending + 1])


NO_RULES = OwnRules()


class Reading:
    """Looks through one text, which may come bit by bit, for what some rules look for.

    Each bit must end where a word ends. What is too costly to tell counts as met.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._left = list(rules)
        self._topics: dict[str, set[str]] = {rule.name: set() for rule in rules}
        self._searches = {rule.name: [one.search() for one in rule.expressions] for rule in rules}
        every = [word for rule in rules for word in (*rule.words, *rule.topic)]
        self._words_back = max((word.count(" ") for word in every), default=0)
        self._wide_back = max((len(word) for word in every if _WIDE.search(word)), default=0)
        self._words: list[str] = []
        self._wide = ""
        self._space = ""

    def feed(self, text: str) -> list[Rule]:
        """Return the rules that are met by now and were not before."""
        text = self._space + text
        core = text.rstrip()
        self._space = text[len(core) :]  # at the very end it counts for nothing
        if not core or not self._left:
            return []
        new = seen_as(core)
        words = [*self._words, *new.spaced.split()]
        seen = Text(new.written, self._wide + new.plain, f" {' '.join(words)} ", new.words)
        self._words = words[len(words) - self._words_back :]
        self._wide = seen.plain[len(seen.plain) - self._wide_back :]
        return self._taken(lambda rule: self._meets(rule, seen))

    def end(self) -> list[Rule]:
        """Return the rules that the text's end meets."""
        return self._taken(lambda rule: any(one.end() for one in self._searches[rule.name]))

    def _taken(self, is_met: Callable[[Rule], bool]) -> list[Rule]:
        met = [rule for rule in self._left if is_met(rule)]
        self._left = [rule for rule in self._left if rule not in met]
        return met

    def _meets(self, rule: Rule, seen: Text) -> bool:
        topic = self._topics[rule.name]
        topic.update(word for word in rule.topic if _has(seen, word))
        searches = self._searches[rule.name]
        try:
            # Every search is to see every bit.
            is_found = sum(one.feed(seen.written) for one in searches) > 0
        except Undecided:
            return True
        has_topic = bool(rule.topic) and len(topic) >= rule.at_least
        return is_found or has_topic or any(_has(seen, word) for word in rule.words)


def longest(rules: Sequence[Rule]) -> int:
    """Return how much of an answer is held back: the characters of the longest words that stand together."""
    every = [word for rule in rules for word in (*rule.words, *rule.topic)]
    return max((len(word) for word in every if " " in word or _WIDE.search(word)), default=0)


def seen_as(text: str) -> Text:
    """Return a text as rules look at it."""
    written = text
    if not text.isascii():
        written = unicodedata.normalize("NFKC", text)
        written = "".join(one for one in written if unicodedata.category(one) != "Cf")
    plain = written.casefold()
    words = _WORD.findall(plain)
    return Text(written, plain, f" {' '.join(words)} ", frozenset(words))


def _has(text: Text, word: str) -> bool:
    if _WIDE.search(word):
        return word.rstrip("*") in text.plain  # no spaces stand between its words
    if word.endswith("*"):
        return f" {word[:-1]}" in text.spaced
    return word in text.words if " " not in word else f" {word} " in text.spaced


def as_word(word: str) -> str:
    """Return a word as it stands in a text that is looked at, its star kept."""
    seen = seen_as(word)
    plain = seen.plain.strip().rstrip("*") if _WIDE.search(seen.plain) else seen.spaced.strip()
    return plain + "*" if plain and word.rstrip().endswith("*") else plain


_WORD = re.compile(r"\w+")
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts that write no spaces between words."""
