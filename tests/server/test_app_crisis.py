"""The crisis card, as the page is told of it: only the one that the program itself wrote."""

from __future__ import annotations

from typing import Any

import pytest

from sottovoce.core.messages import Role, State
from sottovoce.guard import crisis
from sottovoce.server.app_api.nouns_chats import MessageNoun
from sottovoce.store.rows import StoredMessage
from sottovoce.store.shown import Shown

CARD = crisis.card("AT", chinese=False)
NO_CARD = "If you are in danger, call 0900 123 456 now."


@pytest.mark.parametrize(
    ("text", "facts", "card"),
    [
        (CARD, {"reason": "refused"}, CARD),
        (f"{CARD}\n\nI do not answer this.", {"reason": "refused"}, CARD),
        ("I am here.", {"reason": "stop", "notices": {"crisis": CARD}}, CARD),
        (CARD, {"reason": "stop"}, ""),
        (NO_CARD, {"reason": "refused"}, ""),
        ("I am here.", {"reason": "stop", "notices": {"crisis": NO_CARD}}, ""),
        ("I am here.", {"reason": "stop", "notices": {"stale": CARD}}, ""),
    ],
)
def test_only_what_the_program_wrote_is_a_card(text: str, facts: dict[str, Any], card: str) -> None:
    message = StoredMessage(1, "a", "c", "q", Role.ASSISTANT, State.COMPLETE, text, "", "", facts, 0.0)
    assert MessageNoun.of(Shown(message, ("a",))).card == card


def test_a_card_is_known_in_every_region_and_both_languages() -> None:
    assert {crisis.card(region, chinese=True) for region in ("", "XX", "CN", "PT")} < crisis.cards()
    assert {crisis.card(region, chinese=False) for region in ("", "XX", "US", "FI")} < crisis.cards()


@pytest.mark.parametrize(
    ("facts", "replaced"), [({"replaced": True}, True), ({"replaced": "no"}, False), ({}, False)]
)
def test_an_answer_says_whether_no_word_of_it_is_its_models(facts: dict[str, Any], replaced: bool) -> None:
    message = StoredMessage(1, "a", "c", "q", Role.ASSISTANT, State.COMPLETE, "No.", "tiny", "", facts, 0.0)
    assert MessageNoun.of(Shown(message, ("a",))).replaced is replaced
