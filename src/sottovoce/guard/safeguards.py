"""What comes with the program to look at a text: the rules, and beside them how like it is to what was asked.

A text that is like harmful ones counts as if it had met a rule. One that is much like harmless ones meets no
rule, but for those of categories where a mistake is worse to the other side. Answers are held against rules
alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sottovoce.guard.folding import fold
from sottovoce.guard.likeness import Likeness, likeness
from sottovoce.guard.policy import ALWAYS, LIKENESS, Category, Hit, Where
from sottovoce.guard.ruleset import Ruleset, built_in

KEPT = ALWAYS | {Category.SELF_HARM}
"""A rule of these counts, whatever speaks against it."""


@dataclass(frozen=True, slots=True)
class Safeguards:
    """Rules and a likeness, which look at the same words."""

    rules: Ruleset
    likeness: Likeness

    def hits(self, text: str, where: Where = "question") -> tuple[Hit, ...]:
        """Return what this text meets: rules, and the likeness where none of its category is."""
        folded = fold(text, self.rules.known)
        met = self.rules.hits_in(folded, where)
        if where != "question":
            return met
        if any(hit.category not in KEPT for hit in met) and self.likeness.is_harmless(folded):
            met = tuple(hit for hit in met if hit.category in KEPT)
        alike = self.likeness.alike(folded)
        if alike is None or any(hit.category is alike.category for hit in met):
            return met
        name = f"{alike.category}{LIKENESS}"
        return (*met, Hit(name, alike.category, where, alike.words, is_sure=alike.is_sure))


@cache
def safeguards() -> Safeguards:
    """Return those of this package, read once."""
    return Safeguards(built_in(), likeness())
