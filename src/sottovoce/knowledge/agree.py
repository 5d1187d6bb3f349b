"""Whether a sentence of a document says what a sentence of an answer claims. Pure.

By words alone: most of what is claimed must stand there, and no number, name or denial may differ. Where it
is in doubt it says no: a claim that is held to be unsupported costs a look, the contrary trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sottovoce.knowledge.terms import OPPOSITES, Number, Said, said

ENOUGH = 0.75
"""The share of a claim's words, each by how rare it is, that must stand in a sentence."""

ENOUGH_ITSELF = 0.4
"""The same, without what only the headings and the sentence before it say."""

BY_HEADING = 0.8
BY_BEFORE = 0.6

Weight = Callable[[str], float]

_CLAUSES = re.compile(
    r"[;；：，、]|:(?=\s)|,(?=\s)|\s[-–—]\s|\s(?:but|and|while|whereas|although|though|except|unless|however|or)\s"
    r"|但是?|而且|并且|然而|除非",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, the parts of it, and what it may be understood from."""

    whole: Said
    parts: tuple[Said, ...]
    headings: frozenset[str]
    before: frozenset[str]


def sentence(text: str, headings: frozenset[str], before: frozenset[str]) -> Sentence:
    parts = [part for part in _CLAUSES.split(text) if part and part.strip()]
    return Sentence(said(text), tuple(said(part) for part in parts) or (said(text),), headings, before)


def together(one: Sentence, other: Sentence) -> Sentence:
    """Return two sentences as one, of which the second goes on with the first."""
    first, second = one.whole, other.whole
    whole = Said(
        (*first.order, *second.order),
        first.terms | second.terms,
        first.numbers | second.numbers,
        first.names | second.names,
        first.first,
        first.denies != second.denies,
        first.passive or second.passive,
    )
    return Sentence(whole, (*one.parts, *other.parts), one.headings, one.before)


def coverage(claim: Said, of: Sentence, weight: Weight) -> tuple[float, float]:
    """Return which share of a claim stands in a sentence, and which with all that it is understood from."""
    total = sum(weight(term) for term in claim.terms)
    if not total:
        return (1.0, 1.0) if claim.numbers else (0.0, 0.0)
    itself = helped = 0.0
    for term in claim.terms:
        if term in of.whole.terms:
            itself += weight(term)
            helped += weight(term)
        elif term in of.headings:
            helped += BY_HEADING * weight(term)
        elif term in of.before:
            helped += BY_BEFORE * weight(term)
    return itself / total, helped / total


def agrees(claim: Said, of: Sentence, everywhere: frozenset[str]) -> bool:
    """Return whether nothing that the sentence says is told otherwise.

    `everywhere` are the terms of all passages: a name that stands elsewhere but not here is another's.
    """
    parts = _needed(claim, of.parts)
    return (
        _same_numbers(claim, of, parts)
        and _same_names(claim, of, parts, everywhere)
        and _same_order(claim, of.whole)
        and claim.denies == any(part.denies for part in parts)
        and not _opposite(claim, parts)
    )


def _needed(claim: Said, parts: Sequence[Said]) -> list[Said]:
    """Return the parts of a sentence that a claim takes words from: the fewest that have all these words."""
    left = set(claim.terms) & {term for part in parts for term in part.terms}
    if not left:
        return list(parts)
    found: list[Said] = []
    while left:
        best = max(parts, key=lambda part: len(left & part.terms))
        found.append(best)
        left -= best.terms
    return found


def _same_numbers(claim: Said, of: Sentence, parts: Iterable[Said]) -> bool:
    near = {number for part in parts for number in part.numbers}
    return all(_has(number, near, of.whole.numbers) for number in claim.numbers)


def _has(number: Number, near: set[Number], whole: frozenset[Number]) -> bool:
    if any(_is_same(number, other) for other in near):
        return True
    # Somewhere else in the sentence it counts only if nothing of its kind stands near.
    rivals = [other for other in near if other.unit == number.unit]
    return not rivals and any(_is_same(number, other) for other in whole)


def _is_same(one: Number, other: Number) -> bool:
    return one.value == other.value and (one.unit == other.unit or not one.unit or not other.unit)


def _same_names(claim: Said, of: Sentence, parts: Iterable[Said], everywhere: frozenset[str]) -> bool:
    near = frozenset[str]().union(*(part.terms for part in parts))
    others = frozenset[str]().union(*(part.names | {part.first} for part in parts)) - {""} - claim.terms
    for name in claim.names:
        if name in near:
            continue
        if others & of.whole.names or name not in of.whole.terms | of.headings | of.before:
            return False
    first = claim.first
    return not (first and first not in near and first in everywhere and others and first not in of.headings)


def _same_order(claim: Said, whole: Said) -> bool:
    """Return whether who does something to whom is the same, where both say it alike."""
    if claim.passive != whole.passive:
        return True
    names = {*claim.names, claim.first} & {*whole.names, whole.first} - {""}
    if len(names) < 2:
        return True
    return _first_places(claim.order, names) == _first_places(whole.order, names)


def _first_places(order: Sequence[str], names: set[str]) -> list[str]:
    return list(dict.fromkeys(term for term in order if term in names))


def _opposite(claim: Said, parts: Iterable[Said]) -> bool:
    near = frozenset[str]().union(*(part.terms for part in parts))
    for pair in OPPOSITES:
        mine, theirs = claim.terms & pair, near & pair
        if len(mine) == 1 and len(theirs) == 1 and mine != theirs:
            return True
    return False
