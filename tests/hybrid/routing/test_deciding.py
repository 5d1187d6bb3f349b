"""Where a question goes, of what was chosen for it, its chat and all, and of the rules."""

from __future__ import annotations

import itertools

import pytest

from sottovoce.core.ruled import Wrong
from sottovoce.hybrid.routing.choice import HERE, Choice, Route
from sottovoce.hybrid.routing.deciding import By, settled
from sottovoce.hybrid.routing.rules import NO_RULES, Rule, Rules, Situation
from sottovoce.hybrid.routing.rules_file import NOTHING_HELD, Held

NOTHING = Situation("")
ASK, THERE = Choice(Route.ASK, "cellar"), Choice(Route.THERE, "cellar")


def ruled(choice: Choice) -> Held:
    return Held(Rules((Rule("ours", 1, choice),)))


@pytest.mark.parametrize(
    ("said", "chat", "usual", "held", "choice", "by"),
    [
        (None, None, HERE, NOTHING_HELD, HERE, By.SETTING),
        (None, None, ASK, NOTHING_HELD, ASK, By.SETTING),
        (None, THERE, ASK, NOTHING_HELD, THERE, By.CHAT),
        (None, HERE, THERE, NOTHING_HELD, HERE, By.CHAT),
        (THERE, HERE, HERE, ruled(HERE), THERE, By.ANSWER),
        (HERE, THERE, THERE, ruled(THERE), HERE, By.ANSWER),
        (None, None, HERE, ruled(THERE), THERE, By.RULE),
        (None, None, THERE, ruled(HERE), HERE, By.RULE),
        (None, THERE, HERE, ruled(HERE), HERE, By.RULE),
        (None, THERE, HERE, ruled(ASK), ASK, By.RULE),
        (None, ASK, HERE, ruled(THERE), ASK, By.CHAT),
        (None, HERE, HERE, ruled(THERE), HERE, By.CHAT),
        (None, None, THERE, ruled(Choice(Route.ASK)), ASK, By.RULE),
    ],
)
def test_the_narrower_of_a_chat_and_a_rule_counts(
    said: Choice | None, chat: Choice | None, usual: Choice, held: Held, choice: Choice, by: By
) -> None:
    found = settled(said, chat, usual, held, NOTHING)
    assert (found.choice, found.by) == (choice, by)


@pytest.mark.parametrize("chat", [None, HERE, ASK, THERE])
@pytest.mark.parametrize("usual", [HERE, ASK, THERE])
def test_rules_that_cannot_be_read_keep_everything_here(chat: Choice | None, usual: Choice) -> None:
    found = settled(None, chat, usual, Held(NO_RULES, Wrong("It is not TOML.")), NOTHING)
    assert found.choice.route is Route.HERE
    assert found.wrong is not None


def test_no_rule_sends_farther_than_its_chat_does() -> None:
    for chat, rule in itertools.product((HERE, ASK, THERE), repeat=2):
        found = settled(None, chat, HERE, ruled(rule), NOTHING).choice
        assert found.route.reach == min(chat.route.reach, rule.route.reach)
