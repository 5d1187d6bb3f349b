"""The owner's rules of where questions go, and which of them a question meets. Pure.

Knows no files: rules_file.py reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sottovoce.guard import own
from sottovoce.hybrid.routing.choice import Choice

MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From one minute of the day up to, and without, another; past midnight where that is the smaller."""

    start: int
    end: int

    def hold(self, minute: int) -> bool:
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. A question meets it where all that it says is so; `line` is where it begins.

    `shelves` and `people` are names in small letters, of which one is enough; `about` are words to be found
    in the question. `cost_over` and `cost_up_to` are in the currency of the model elsewhere; `battery_below`
    in percent, of a machine that is not plugged in.
    """

    name: str
    line: int
    choice: Choice
    shelves: frozenset[str] = frozenset()
    about: own.Rule | None = None
    people: frozenset[str] = frozenset()
    cost_over: Decimal | None = None
    cost_up_to: Decimal | None = None
    battery_below: int | None = None
    hours: Hours | None = None

    @property
    def is_of_what_is_asked(self) -> bool:
        """Return whether it speaks of the question itself, or of the battery: that is a reason to ask."""
        return bool(self.shelves) or self.about is not None or self.battery_below is not None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, in the order of their file: the first that is met counts. `doubt`: see doubt.py."""

    rules: tuple[Rule, ...] = ()
    doubt: float | None = None


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Situation:
    """A question, and what is so while it is asked.

    `costs` is the most that each model elsewhere may take for it, by name; None where no price is known of
    one outside. `battery` is in percent; None: plugged in, or not known. `minute` is that of the day.
    """

    text: str
    shelves: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    costs: Mapping[str, Decimal | None] = field(default_factory=dict)
    battery: int | None = None
    minute: int = 0
    usual: str = ""
    """The model elsewhere that is meant where a rule names none."""


def first(rules: Rules, situation: Situation) -> Rule | None:
    """Return the first rule that a question meets."""
    return next((rule for rule in rules.rules if meets(rule, situation)), None)


def meets(rule: Rule, situation: Situation) -> bool:
    """Return whether all that a rule says is so."""
    return (
        (not rule.shelves or bool(rule.shelves & situation.shelves))
        and (not rule.people or bool(rule.people & situation.people))
        and (rule.hours is None or rule.hours.hold(situation.minute))
        and _is_low(rule, situation.battery)
        and _costs(rule, situation)
        and (rule.about is None or _is_about(rule.about, situation.text))
    )


def _is_low(rule: Rule, battery: int | None) -> bool:
    return rule.battery_below is None or (battery is not None and battery < rule.battery_below)


def _costs(rule: Rule, situation: Situation) -> bool:
    """Return whether the price is as a rule says. What nobody knows counts as more than any."""
    if rule.cost_over is None and rule.cost_up_to is None:
        return True
    cost = situation.costs.get(rule.choice.to or situation.usual)
    if cost is None:
        return rule.cost_up_to is None
    return (rule.cost_over is None or cost > rule.cost_over) and (
        rule.cost_up_to is None or cost <= rule.cost_up_to
    )


def _is_about(about: own.Rule, text: str) -> bool:
    reading = own.Reading([about])
    return bool(reading.feed(text) or reading.end())
