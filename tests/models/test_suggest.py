from __future__ import annotations

import math

import pytest

from sottovoce.fit.advise import USABLE
from sottovoce.models import catalogue, licences
from sottovoce.models.catalogue import KINDS, Card, CardFile
from sottovoce.models.suggest import Speed, suggested

CARDS = catalogue.cards()
ROOM = 1.25


def by_size(free: int) -> Speed:
    """Return a rule of thumb in place of a measured machine: what fits is quick."""
    return lambda card, file: math.inf if file.size * ROOM <= free else None


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
    def speed(card: Card, file: CardFile) -> float | None:
        return 10.0 if card.name == "smollm2-1.7b" else None

    assert [one.card.name for one in suggested(CARDS, speed)] == ["smollm2-1.7b"]


@pytest.mark.parametrize(
    ("rates", "named"),
    [
        ({"qwen3-0.6b": 30.0, "qwen3-4b": USABLE, "qwen3-8b": USABLE - 0.1}, "qwen3-4b"),
        ({"qwen3-4b": 2.0, "qwen3-8b": 1.0}, "qwen3-4b"),
        ({"qwen3-8b": 1.0}, "qwen3-8b"),
    ],
)
def test_a_larger_model_is_no_gain_where_nobody_can_wait_for_it(rates: dict[str, float], named: str) -> None:
    found = suggested(CARDS, lambda card, file: rates.get(card.name))
    assert [one.card.name for one in found if one.card.name in rates] == [named]


def test_for_commercial_use_only_what_clearly_allows_it_is_suggested() -> None:
    only = [card for card in CARDS if card.name == "qwen2.5-vl-3b"]
    assert licences.of(only[0].licence).commercial == "no"
    assert len(suggested(only, by_size(1 << 40))) == 1
    assert suggested(only, by_size(1 << 40), "commercial") == []


def test_a_projector_is_never_suggested() -> None:
    for one in suggested(CARDS, by_size(900_000_000)):
        assert not one.file.is_beside
