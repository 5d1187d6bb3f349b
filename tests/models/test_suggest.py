from __future__ import annotations

import pytest

from sottovoce.models import catalogue, licences
from sottovoce.models.catalogue import KINDS, Card, CardFile
from sottovoce.models.suggest import Fits, suggested

CARDS = catalogue.cards()
ROOM = 1.25


def by_size(free: int) -> Fits:
    """Return a rule of thumb in place of a measured machine."""
    return lambda card, file: file.size * ROOM <= free


def test_the_largest_of_each_kind_that_fits_is_suggested() -> None:
    found = suggested(CARDS, by_size(4_000_000_000))
    assert [one.card.kind for one in found] == [
        kind for kind in KINDS if kind in {o.card.kind for o in found}
    ]
    for one in found:
        assert one.file.size * ROOM <= 4e9
        others = [
            card for card in CARDS if card.kind == one.card.kind and card.parameters > one.card.parameters
        ]
        assert all(file.size * ROOM > 4e9 for card in others for file in card.models)


@pytest.mark.parametrize(("free", "chats"), [(0, 0), (200_000_000, 1), (1 << 40, 1)])
def test_what_does_not_fit_is_not_suggested(free: int, chats: int) -> None:
    assert len([one for one in suggested(CARDS, by_size(free)) if one.card.kind == "chat"]) == chats


def test_whoever_measured_the_machine_decides() -> None:
    def fits(card: Card, file: CardFile) -> bool:
        return card.name == "smollm2-1.7b"

    assert [one.card.name for one in suggested(CARDS, fits)] == ["smollm2-1.7b"]


def test_for_commercial_use_only_what_clearly_allows_it_is_suggested() -> None:
    only = [card for card in CARDS if card.name == "qwen2.5-vl-3b"]
    assert licences.of(only[0].licence).commercial == "no"
    assert len(suggested(only, by_size(1 << 40))) == 1
    assert suggested(only, by_size(1 << 40), "commercial") == []


def test_a_projector_is_never_suggested() -> None:
    for one in suggested(CARDS, by_size(900_000_000)):
        assert not one.file.is_beside
