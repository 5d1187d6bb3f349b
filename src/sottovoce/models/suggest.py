"""Which models of the catalogue to try, by what they are for. Pure: what fits is for others to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sottovoce.core.errors import LicenceRefused
from sottovoce.fit.advise import USABLE
from sottovoce.models import licences
from sottovoce.models.catalogue import KINDS, Card, CardFile

Speed = Callable[[Card, CardFile], float | None]
"""Tells how many tokens a second a file writes here; None: it does not run."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    card: Card
    file: CardFile


def suggested(cards: Iterable[Card], speed: Speed, use: str = "private") -> list[Suggestion]:
    """Return a model of each kind that runs and may be used so, in the order of KINDS.

    The largest of those that are USABLE; where none is, the quickest.
    """
    best: dict[str, tuple[tuple[float, ...], Suggestion]] = {}
    for card in cards:
        if not is_allowed(card.licence, use):
            continue
        for file in card.models:
            rate = speed(card, file)
            if rate is None:
                continue
            weight = (min(rate, USABLE), card.parameters, file.size)
            if card.kind not in best or weight > best[card.kind][0]:
                best[card.kind] = weight, Suggestion(card, file)
    return [best[kind][1] for kind in KINDS if kind in best]


def is_allowed(licence: str, use: str) -> bool:
    """May what has this licence be used so? `use` is the setting."""
    try:
        licences.allows(licences.of(licence), use)
    except LicenceRefused:
        return False
    return True
