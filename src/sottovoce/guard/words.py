"""Tells languages that share a script apart: by the words that hardly any sentence does without, and letters.

Pure but for its own table, common_words.toml, which is read when it is first needed. Knows nothing of
scripts that have one language: script.py does.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sottovoce.core.tables import Table
from sottovoce.guard.spelling import ENDINGS, LETTERS

SMALL = 3.0
LARGE = 2.0
UNMARKED = 0.85
"""What a word weighs that is written without its marks: `fur` for `für`."""

FIRST = 1.6
SECOND = 1.2
"""A question's first words are its own; what it asks about comes later."""

PHRASE = 2.0
PHRASES = {
    "o que": "pt",
    "que es": "es",
    "qué es": "es",
    "o que é": "pt",
    "hoe lang": "nl",
    "wie lange": "de",
}

ENDING = 0.7
FEWER = 0.85
"""Of Catalan, whose small words are mostly those of its larger neighbours."""

ASCII_ENGLISH = 1.0
"""Where nothing else decides, a text without any mark is likelier English."""

_RUN = r"(?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0966-\u0dff])+"  # with marks drawn at them
_WORD = re.compile(rf"{_RUN}(?:['’ʼ]{_RUN})*")
_APOSTROPHE = re.compile("['’ʼ]")
_AFTER = frozenset(("s", "t", "re", "ll", "ve", "m", "d"))
_FRENCH = frozenset(("l", "d", "qu", "c", "j", "n", "s", "m", "t", "jusqu", "lorsqu", "puisqu", "quelqu"))
_ITALIAN = frozenset((
    "l", "d", "un", "dell", "nell", "all", "dall", "sull", "quell", "quest", "com", "cos", "dov", "c",
    "quant", "bell", "sant",
))  # fmt: skip

_BARE = str.maketrans({"ł": "l", "đ": "d", "ı": "i", "ø": "o", "ß": "ss"})
"""Letters whose mark is no sign of its own."""

Weights = Mapping[str, float]


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, each with its apostrophes."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True, slots=True)
class Weighed:
    """How much speaks for each language, and for each word the languages that list it: as a small one?"""

    weights: dict[str, float]
    listed: tuple[dict[str, bool], ...]

    def known(self, language: str) -> int:
        """Return how many of the words a language lists."""
        return sum(language in lists for lists in self.listed)

    def small(self, language: str) -> int:
        return sum(lists.get(language, False) for lists in self.listed)

    def lacking(self, language: str, other: str) -> int:
        """Return how many words the other language lists that this one does not."""
        return sum(other in lists and language not in lists for lists in self.listed)

    @property
    def ranked(self) -> list[tuple[str, float]]:
        return sorted(self.weights.items(), key=lambda pair: -pair[1])


def weighed(text: str, words: Sequence[str]) -> Weighed:
    """Weigh a text by its letters, and by those of its words that count, in their order."""
    weights: dict[str, float] = defaultdict(float)
    for at, word in enumerate(words):
        here = FIRST if at == 0 else SECOND if at == 1 else 1.0
        for language, weight in _of_word(word).items():
            weights[language] += weight * here
    joined = f" {' '.join(words)} "
    for phrase, language in PHRASES.items():
        if f" {phrase} " in joined:
            weights[language] += PHRASE
    lowered = text.lower()
    for letter in set(lowered):
        for language, weight in LETTERS.get(letter, {}).items():
            weights[language] += weight * min(lowered.count(letter), 2)
    if "ca" in weights:
        weights["ca"] *= FEWER
    if weights and text.isascii():
        weights["en"] += ASCII_ENGLISH
    return Weighed(dict(weights), tuple(_listed(word) for word in words))


def small_words(language: str, words: Iterable[str]) -> int:
    """Return how many of these words are small words of a language."""
    known = _small(language)
    return sum(any(part in known for part in _APOSTROPHE.split(word)) for word in words)


@cache
def _small(language: str) -> frozenset[str]:
    return frozenset(_read()["small"].get(language, "").split())


def _of_word(word: str) -> Weights:
    known = _known(word)
    if known:
        return known
    parts = _APOSTROPHE.split(word)
    if len(parts) > 1:
        return _of_parts(parts)
    return {} if len(word) < 4 else _of_ending(word)


def _listed(word: str) -> dict[str, bool]:
    """Return the languages that list a word, or a part of it, and whether as a small one."""
    parts = {word, *(part for part in _APOSTROPHE.split(word) if len(part) > 1)}
    found = {language for part in parts for language in _known(part)}
    return {language: not _small(language).isdisjoint(parts) for language in found}


def _of_parts(parts: list[str]) -> Weights:
    """Return what speaks for each language in a word that has an apostrophe."""
    found: dict[str, float] = defaultdict(float)
    before, after = parts[0], parts[-1]
    if after in _AFTER:
        found["en"] += 2.5 if after != "s" else 1.5
    if before in _FRENCH:
        found["fr"] += 1.5
    if before in _ITALIAN:
        found["it"] += 1.5
    for part in parts:
        if len(part) > 1:
            for language, weight in _of_word(part).items():
                found[language] += weight
    return found


@cache
def _endings() -> dict[str, re.Pattern[str]]:
    return {language: re.compile(pattern) for language, pattern in ENDINGS.items()}


def _of_ending(word: str) -> Weights:
    return {language: ENDING for language, pattern in _endings().items() if pattern.search(word)}


def _known(word: str) -> Weights:
    """Return the languages that list a word and what it weighs there."""
    written = _index().get(word)
    return {} if written is None else _weights(written)


@cache
def _weights(written: str) -> Weights:
    pairs = (pair.split("=") for pair in written.split())
    return {language: float(weight) for language, weight in pairs}


@cache
def _index() -> dict[str, str]:
    """Return for each word what it weighs, as `_weights` reads it."""
    table = _read()
    return dict(zip(table["words"].split(" "), table["weights"].split(","), strict=True))


@cache
def _read() -> dict[str, Any]:
    return TABLE.read()


def _own() -> dict[str, Any]:
    """Return the table of the common words, as they are listed in a file."""
    heard: dict[str, dict[str, float]] = defaultdict(dict)
    table = _table()
    for language, lists in table.items():
        for kind, weight in (("large", LARGE), ("small", SMALL)):
            for word in lists[kind].split():
                heard[word][language] = weight
                if not word.isascii():
                    heard[_bare(word)].setdefault(language, weight * UNMARKED)
    weights = (
        " ".join(f"{language}={weight / len(known)}" for language, weight in known.items())
        for known in heard.values()
    )
    return {
        "words": " ".join(heard),
        "weights": ",".join(weights),
        "small": {language: lists["small"] for language, lists in table.items()},
    }


TABLE = Table("words", ("guard/common_words.toml", "guard/words.py"), _own)


def _bare(word: str) -> str:
    """Return a word without the marks of its letters."""
    apart = unicodedata.normalize("NFD", word.translate(_BARE))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _table() -> dict[str, dict[str, str]]:
    from importlib import resources

    return tomllib.loads(resources.files(__package__).joinpath("common_words.toml").read_text("utf-8"))
