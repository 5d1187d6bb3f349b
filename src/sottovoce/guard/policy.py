"""What a profile makes of what rules have found: nothing, a refusal, a crisis card.

Knows neither how rules look at a text nor what a refusal says, and nothing of chats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

Where = Literal["question", "answer"]

LIKENESS = ".likeness"
"""How the name ends under which a likeness stands beside the rules: weapons.likeness."""


class Category(StrEnum):
    """What harm a rule is about."""

    WEAPONS = "weapons"
    MALWARE = "malware"
    FRAUD = "fraud"
    MINORS = "minors"
    SELF_HARM = "self_harm"
    HATE = "hate"
    PRIVATE_DATA = "private_data"


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule that a text met. `category` None: a rule of the owner's own, which always blocks.

    `words` weighed most where it was met by likeness, which may be slight: not `is_sure`.
    """

    rule: str
    category: Category | None
    where: Where = "question"
    words: tuple[str, ...] = ()
    is_sure: bool = True


class Rules(Protocol):
    """What looks at a text: the rules that come with the program, or the owner's."""

    def hits(self, text: str, where: Where = "question") -> Sequence[Hit]: ...


@dataclass(frozen=True, slots=True)
class Profile:
    """Whom the assistant speaks to, and hence which categories it refuses.

    `card_only`: after the crisis card the model is asked all the same. `closed`: where a guard model is
    set and cannot be heard, nothing is answered.
    """

    name: str
    blocks: frozenset[Category]
    card_only: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a text. `rule` and `category` say why, also where only the card is shown.

    `beside`: the card stands beside an answer, whoever gives it: most such texts tell of no crisis.
    """

    blocked: bool = False
    rule: str = ""
    category: Category | None = None
    card: bool = False
    beside: bool = False

    @property
    def by_likeness(self) -> bool:
        """Whether no rule was met but a text is like what was asked harmfully."""
        return self.rule.endswith(LIKENESS)


ALWAYS = frozenset({Category.MINORS})
"""No profile lets these through, and no setting does."""

EVERY = frozenset(Category)

OPEN = Profile("open", ALWAYS, card_only=True)
FAMILY = Profile("family", EVERY, closed=True)
WORKPLACE = Profile("workplace", EVERY - {Category.PRIVATE_DATA}, closed=True)
PUBLIC = Profile("public", EVERY, closed=True)

PROFILES = {profile.name: profile for profile in (OPEN, FAMILY, WORKPLACE, PUBLIC)}

LET_THROUGH = Ruling()


def rule_on(text: str, profile: Profile, rules: Rules, where: Where = "question") -> Ruling:
    """Return what becomes of this text. What may never be said outweighs the card, and that the rest."""
    return ruled(rules.hits(text, where), profile)


def ruled(hits: Sequence[Hit], profile: Profile) -> Ruling:
    """Return what becomes of a text that met these rules."""
    card = any(hit.category is Category.SELF_HARM for hit in hits)
    slight: Hit | None = None
    for hit in sorted(hits, key=_weight):
        if hit.category is Category.SELF_HARM and not hit.is_sure:
            slight = hit
        elif hit.category is Category.SELF_HARM:
            return Ruling(not profile.card_only, hit.rule, hit.category, card)
        elif hit.category is None or hit.category in profile.blocks | ALWAYS:
            return Ruling(True, hit.rule, hit.category, card)
    return LET_THROUGH if slight is None else Ruling(False, slight.rule, slight.category, card, beside=True)


def _weight(hit: Hit) -> int:
    if hit.category in ALWAYS:
        return 0
    return 1 if hit.category is Category.SELF_HARM else 2
