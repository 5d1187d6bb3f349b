"""Which rule of the owner's a question meets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sottovoce.guard import own
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.hybrid.routing.rules import Hours, Rule, Rules, Situation, first, meets

ASK = Choice(Route.ASK)
NIGHT = Hours(22 * 60, 6 * 60)
USUAL = Situation(
    "Is my rent too high?",
    frozenset({"leases"}),
    frozenset({"me", "anna"}),
    {"cellar": Decimal("0.02"), "far": None},
    battery=15,
    minute=23 * 60,
    usual="cellar",
)


def rule(**says: Any) -> Rule:
    return Rule("r", 1, ASK, **says)


def about(*words: str) -> own.Rule:
    return own.Rule("r", 1, words=words)


@pytest.mark.parametrize(
    ("says", "is_met"),
    [
        ({}, True),
        ({"shelves": frozenset({"leases", "taxes"})}, True),
        ({"shelves": frozenset({"taxes"})}, False),
        ({"about": about("rent")}, True),
        ({"about": about("ren*")}, True),
        ({"about": about("ren")}, False),
        ({"people": frozenset({"anna"})}, True),
        ({"people": frozenset({"ben"})}, False),
        ({"cost_over": Decimal("0.01")}, True),
        ({"cost_over": Decimal("0.02")}, False),
        ({"cost_up_to": Decimal("0.02")}, True),
        ({"cost_up_to": Decimal("0.01")}, False),
        ({"battery_below": 16}, True),
        ({"battery_below": 15}, False),
        ({"hours": NIGHT}, True),
        ({"hours": Hours(6 * 60, 22 * 60)}, False),
        ({"about": about("rent"), "shelves": frozenset({"taxes"})}, False),
    ],
)
def test_a_rule_is_met_where_all_that_it_says_is_so(says: dict[str, Any], is_met: bool) -> None:
    assert meets(rule(**says), USUAL) is is_met


def test_what_nobody_knows_counts_as_more_than_any_price() -> None:
    far = Choice(Route.HERE, "far")
    assert meets(Rule("r", 1, far, cost_over=Decimal(1_000_000)), USUAL)
    assert not meets(Rule("r", 1, far, cost_up_to=Decimal(1_000_000)), USUAL)


def test_a_machine_that_is_plugged_in_has_no_low_battery() -> None:
    assert not meets(rule(battery_below=100), replace(USUAL, battery=None))


@pytest.mark.parametrize(
    ("minute", "holds"), [(22 * 60, True), (0, True), (6 * 60 - 1, True), (6 * 60, False), (21 * 60, False)]
)
def test_hours_go_past_midnight(minute: int, holds: bool) -> None:
    assert NIGHT.hold(minute) is holds


def test_the_first_rule_that_is_met_counts() -> None:
    rules = (rule(about=about("sea")), Rule("second", 4, ASK, about=about("rent")), Rule("third", 8, ASK))
    found = first(Rules(rules), USUAL)
    assert found is not None
    assert found.name == "second"
    assert first(Rules(rules[:1]), USUAL) is None
