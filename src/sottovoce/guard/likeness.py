"""How like a text is to what was asked harmfully, or harmlessly, before: a sum of weights of its words.

Beside the rules, which know what they look for, this knows only what stood in the requests it was fitted on
(packing/likeness.py, from the sets in evals/sets/guard). Words, two words in a row, and of Chinese one to
three characters have a weight for each category, in a file that can be read. What is long is looked at at its
beginning and its end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sottovoce.guard.folding import Folded
from sottovoce.guard.policy import Category

FILE = "likeness.tsv"
BIAS, LIMITS, INPUTS = "!bias", "!limit", "!inputs"
"""Rows of the file that are no words: what every text weighs, from where on it is alike, and a digest of what
the weights were fitted on."""

HARMLESS = -30
"""A text all of whose parts weigh less than this is so like harmless ones that no rule counts."""

MOST_WORDS = 48
"""Of a beginning, of an end and of a sentence that are weighed as a whole."""

MOST_SENTENCES = 64
ENDINGS = ("ingly", "edly", "ings", "ing", "ied", "ies", "ers", "er", "ed", "es", "ly", "s")
SHORTEST_STEM = 3
CHINESE = "\u3400"
CATEGORIES = tuple(Category)


SURE = 20
"""By so much more than it takes to be alike, a text is so surely: fewer than one harmless text in 500 is."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A category that a text is like. `words` weighed most for it, heaviest first."""

    category: Category
    weight: int
    words: tuple[str, ...]
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Likeness:
    """The weights, one line for each word in their order: the word, a tab, and a number for each category.

    In UTF-8, whose order is that of the characters: to decode it all costs more than a question's look-ups.
    """

    lines: Sequence[bytes]

    def alike(self, text: Folded) -> Alike | None:
        """Return the category that a text is most like, of those that it is like enough."""
        limits = self._numbers(LIMITS)
        found = []
        for words in _ends(text.words):
            rows = self._rows(words)
            weights = self._sums(rows)
            at = max(range(len(CATEGORIES)), key=weights.__getitem__)
            if weights[at] >= limits[at]:
                is_sure = weights[at] >= limits[at] + SURE
                found.append(Alike(CATEGORIES[at], weights[at], _heaviest(rows, at), is_sure))
        return max(found, key=lambda alike: alike.weight, default=None)

    def is_harmless(self, text: Folded) -> bool:
        """Return whether every part of a text is much like what is harmless."""
        sentences = _sentences(text)
        if len(sentences) > MOST_SENTENCES:
            return False
        parts = [*_ends(text.words), *(words for words in sentences if len(words) <= MOST_WORDS)]
        return all(max(self._sums(self._rows(words))) < HARMLESS for words in parts)

    def _rows(self, words: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
        rows = ((feature, self._numbers(feature)) for feature in sorted(set(features(words))))
        return [(feature, numbers) for feature, numbers in rows if numbers]

    def _sums(self, rows: Iterable[tuple[str, Sequence[int]]]) -> list[int]:
        return [sum(column) for column in zip(self._numbers(BIAS), *(row for _, row in rows), strict=True)]

    def _numbers(self, feature: str) -> tuple[int, ...]:
        wanted = f"{feature}\t".encode()
        at = bisect_left(self.lines, wanted)
        if at == len(self.lines) or not self.lines[at].startswith(wanted):
            return ()
        return tuple(map(int, self.lines[at][len(wanted) :].split(b" ")))


@cache
def likeness() -> Likeness:
    """Return the weights of this package, read once."""
    return Likeness((files("sottovoce.guard") / FILE).read_bytes().splitlines())


def features(words: Sequence[str]) -> Iterator[str]:
    """Yield what is weighed of these folded words."""
    stems = [stem(word) for word in words]
    for at, word in enumerate(stems):
        yield word
        if at + 1 == len(stems):
            continue
        after = stems[at + 1]
        yield word + after if word >= CHINESE or after >= CHINESE else f"{word} {after}"
        if at + 2 < len(stems) and min(word, after, stems[at + 2]) >= CHINESE:
            yield word + after + stems[at + 2]


def stem(word: str) -> str:
    """Return an English word without its ending, roughly: the same for make, makes and making."""
    if len(word) <= SHORTEST_STEM or not word.isascii():
        return word
    ending = next((one for one in ENDINGS if word.endswith(one)), "")
    if len(word) - len(ending) >= SHORTEST_STEM:
        word = word[: len(word) - len(ending)]
    if len(word) > SHORTEST_STEM and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] if len(word) > SHORTEST_STEM and word[-1] in "ey" else word


def _ends(words: Sequence[str]) -> list[Sequence[str]]:
    """Return all the words, or the first and the last of many."""
    return [words] if len(words) <= MOST_WORDS else [words[:MOST_WORDS], words[-MOST_WORDS:]]


def _sentences(text: Folded) -> list[list[str]]:
    sentences: dict[int, list[str]] = {}
    for word, number in zip(text.words, text.sentences, strict=True):
        sentences.setdefault(number, []).append(word)
    return list(sentences.values())


def _heaviest(rows: Sequence[tuple[str, Sequence[int]]], at: int, most: int = 5) -> tuple[str, ...]:
    heavy = sorted(((row[at], word) for word, row in rows if row[at] > 0), reverse=True)
    return tuple(word for _, word in heavy[:most])
