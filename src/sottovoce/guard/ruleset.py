"""The rules that come with the program: data, and how a text is held against them.

A rule names lists of phrases. It is met where one of each list stands close together, and none of the lists
that speak for a harmless sense stands in the same sentence. Phrases that are harmless as a whole ("bath
bomb") are blind spots: nothing in them counts. The time grows with the text, whose length folding.py bounds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from sottovoce.core.tables import Table
from sottovoce.guard.folding import Folded, Vocabulary, fold
from sottovoce.guard.policy import Category, Hit, Where

LANGUAGES = ("en", "zh")
BLIND = "blind"
"""The list whose phrases hide what stands in them."""

MOST_PLACES = 64
"""Of one list in one text that are compared with others."""

VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Rule:
    """`all` are groups of lists: one of each group must be there, within `near` words, in this order if
    `ordered`. `none` are lists of which none may be in the same sentence.
    """

    name: str
    category: Category
    all: tuple[tuple[str, ...], ...]
    none: tuple[str, ...] = ()
    near: int = 12
    ordered: bool = False
    where: tuple[Where, ...] = ("question",)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase stands: its first word, the one behind its last, and its sentence."""

    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules and what they look for: phrases by their first word, as `_phrases` reads them, and list names."""

    rules: tuple[Rule, ...]
    phrases: Mapping[str, str]
    lists: Sequence[str]
    known: Vocabulary = field(repr=False)

    def hits(self, text: str, where: Where = "question") -> tuple[Hit, ...]:
        """Return the rules that this text meets, each once."""
        return self.hits_in(fold(text, self.known), where)

    def hits_in(self, text: Folded, where: Where = "question") -> tuple[Hit, ...]:
        """Return the rules that a text meets, which is folded with the known words."""
        places = self._places(text)
        return tuple(
            Hit(rule.name, rule.category, where)
            for rule in self.rules
            if where in rule.where and _met(rule, places)
        )

    def _places(self, text: Folded) -> dict[str, list[Place]]:
        places: dict[str, list[Place]] = {}
        found = list(self._found(text))
        blind = [(place.start, place.end) for name, place in found if name == BLIND]
        hidden = bytearray(len(text.words))
        for start, end in blind:
            hidden[start:end] = b"\1" * (end - start)
        for name, place in found:
            kept = places.setdefault(name, [])
            if name != BLIND and len(kept) < MOST_PLACES and not any(hidden[place.start : place.end]):
                kept.append(place)
        return places

    def _found(self, text: Folded) -> Iterator[tuple[str, Place]]:
        words = text.words
        for at, word in enumerate(words):
            written = self.phrases.get(word)
            for rest, numbers in _phrases(written) if written is not None else ():
                end = at + 1 + len(rest)
                if words[at + 1 : end] == rest:
                    for number in numbers:
                        yield self.lists[number], Place(at, end, text.sentences[at])


def _met(rule: Rule, places: Mapping[str, list[Place]]) -> bool:
    if not all(any(places.get(name) for name in group) for group in rule.all):
        return False
    groups = [
        sorted((place for name in group for place in places.get(name, ())), key=lambda place: place.start)
        for group in rule.all
    ]
    unless = {place.sentence for name in rule.none for place in places.get(name, ())}
    return any(
        not unless.intersection(range(min(sentences), max(sentences) + 1))
        for sentences in _together(groups, rule)
    )


def _together(groups: Sequence[Sequence[Place]], rule: Rule) -> Iterator[tuple[int, ...]]:
    """Yield the sentences of places, one of each group, that stand close enough together."""
    for anchor in groups[-1]:
        chosen = [_nearest(group, anchor, rule) for group in groups[:-1]]
        stand = [place for place in chosen if place is not None]
        if len(stand) < len(chosen):
            continue
        if rule.ordered and any(one.start > other.start for one, other in pairwise([*stand, anchor])):
            continue
        yield tuple(place.sentence for place in (*stand, anchor))


def _nearest(group: Sequence[Place], anchor: Place, rule: Rule) -> Place | None:
    """Return the place of a group that stands nearest before or, unless `ordered`, after the anchor."""
    best, least = None, rule.near + 1
    for place in group:
        if rule.ordered and place.start > anchor.start:
            break
        gap = max(anchor.start - place.end, place.start - anchor.end, 0)
        if gap < least:
            best, least = place, gap
    return best


@cache
def built_in() -> Ruleset:
    """Return the rules of this package, read once."""
    return _laid_out(TABLE.read())


def _own() -> dict[str, Any]:
    """Return the table of this package's rules."""
    folder = files("sottovoce.guard") / "rules"
    lists: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for name, phrases in tomllib.loads((folder / f"{language}.toml").read_text("utf-8")).items():
            lists.setdefault(name, []).extend(phrase.strip() for phrase in phrases.split(","))
    return _table(tomllib.loads((folder / "rules.toml").read_text("utf-8"))["rule"], lists)


TABLE = Table("rules", ("guard/rules/", "guard/ruleset.py", "guard/folding.py"), _own)


def ruleset(rules: Sequence[Mapping[str, object]], lists: Mapping[str, Sequence[str]]) -> Ruleset:
    """Return rules and phrases as they can be looked for. Raises KeyError for a list that is not there."""
    return _laid_out(_table(rules, lists))


def _table(rules: Sequence[Mapping[str, object]], lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the rules, the phrases by their first word, and all words of Latin letters."""
    for name in {name for rule in map(_rule, rules) for group in (*rule.all, rule.none) for name in group}:
        lists[name]
    spelled = {
        name: [form for phrase in phrases for form in forms(phrase)] for name, phrases in lists.items()
    }
    nothing = Vocabulary(frozenset())
    by_phrase: dict[tuple[str, ...], set[str]] = {}
    for name, phrases in spelled.items():
        for phrase in phrases:
            by_phrase.setdefault(_words(phrase, nothing), set()).add(name)
    number = {name: str(at) for at, name in enumerate(lists)}
    by_first: dict[str, list[tuple[str, str]]] = {}
    for words, names in by_phrase.items():
        numbers = " ".join(number[name] for name in sorted(names))
        by_first.setdefault(words[0], []).append((numbers, " ".join(words[1:])))
    known = {word for words in by_phrase for word in words if word.isascii()}
    return {
        "rules": rules,
        "lists": list(lists),
        "first": " ".join(by_first),
        "phrases": ";".join(map(_written, by_first.values())),
        "words": " ".join(sorted(known)),
    }


def _written(kept: Sequence[tuple[str, str]]) -> str:
    """Return phrases as `_phrases` reads them: those in a row that are in the same lists stand together."""
    rows = groupby(kept, itemgetter(0))
    return "/".join(",".join((numbers, *(rest for _, rest in row))) for numbers, row in rows)


def _laid_out(table: Mapping[str, Any]) -> Ruleset:
    known = Vocabulary(table["words"].split())
    phrases = dict(zip(table["first"].split(" "), table["phrases"].split(";"), strict=True))
    return Ruleset(tuple(map(_rule, table["rules"])), phrases, table["lists"], known)


@cache
def _phrases(written: str) -> tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]:
    """Return phrases without their first word, each with the numbers of the lists it is in.

    Most first words are never asked for, so that nothing is made of theirs.
    """
    rows = (row.split(",") for row in written.split("/"))
    return tuple(
        (tuple(rest.split()), tuple(map(int, numbers.split()))) for numbers, *row in rows for rest in row
    )


def _words(phrase: str, nothing: Vocabulary) -> tuple[str, ...]:
    """Return the words of a phrase, quickly where nothing in it has to be folded."""
    if phrase.isascii():
        if phrase.replace(" ", "").isalnum():
            return tuple(phrase.split())
    elif min(phrase) >= "\u4e00" and max(phrase) <= "\u9fff":
        return tuple(phrase)
    return fold(phrase, nothing).words


def _rule(table: Mapping[str, object]) -> Rule:
    values: dict[str, Any] = {
        **table,
        "category": Category(str(table["category"])),
        "all": tuple(tuple(str(group).split("|")) for group in _strings(table["all"])),
    }
    for name in ("none", "where"):
        if name in table:
            values[name] = tuple(_strings(table[name]))
    return Rule(**values)  # a key that is no field raises TypeError


def _strings(value: object) -> list[str]:
    assert isinstance(value, list)  # noqa: S101  (the data is the package's own)
    return [str(one) for one in value]


def forms(phrase: str) -> list[str]:
    """Return a phrase in its spellings: a word that ends with + stands for its usual English forms."""
    if "+" not in phrase:
        return [phrase]
    spelled = [""]
    for word in phrase.split(" "):
        ways = _inflected(word[:-1]) if word.endswith("+") else [word]
        spelled = [f"{before} {way}".strip() for before in spelled for way in ways]
    return spelled


def _inflected(word: str) -> list[str]:
    stem = word[:-1] if word.endswith("e") else word
    if word.endswith("y") and word[-2] not in VOWELS:
        return [word, f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing"]
    plural = f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
    ways = [word, plural, f"{stem}ed", f"{stem}ing", f"{stem}er"]
    if len(word) > 2 and word[-1] not in VOWELS + "wxy" and word[-2] in VOWELS and word[-3] not in VOWELS:
        ways += [f"{word}{word[-1]}{end}" for end in ("ed", "ing", "er")]
    return ways
