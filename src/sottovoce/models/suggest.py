"""Which models of the catalogue to try, by what they are for. Pure: what fits is for others to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sottovoce.core.errors import LicenceRefused
from sottovoce.models import licences
from sottovoce.models.catalogue import KINDS, Card, CardFile

Fits = Callable[[Card, CardFile], bool]


@dataclass(frozen=True, slots=True)
class Suggestion:
    card: Card
    file: CardFile


def suggested(cards: Iterable[Card], fits: Fits, use: str = "private") -> list[Suggestion]:
    """Return for each kind the largest model that fits and may be used so, in the order of KINDS."""
    best: dict[str, Suggestion] = {}
    for card in cards:
        if not is_allowed(card.licence, use):
            continue
        for file in card.models:
            before = best.get(card.kind)
            larger = before is None or _weight(card, file) > _weight(before.card, before.file)
            if larger and fits(card, file):
                best[card.kind] = Suggestion(card, file)
    return [best[kind] for kind in KINDS if kind in best]


def _weight(card: Card, file: CardFile) -> tuple[int, int]:
    return (card.parameters, file.size)


def is_allowed(licence: str, use: str) -> bool:
    """May what has this licence be used so? `use` is the setting."""
    try:
        licences.allows(licences.of(licence), use)
    except LicenceRefused:
        return False
    return True
