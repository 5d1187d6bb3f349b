"""The owner's `routing.toml` in the home folder: bytes in, rules or what is wrong with the first thing.

Rules that cannot be read send nothing anywhere: what they kept here is not known any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sottovoce.core.paths import Home
from sottovoce.core.ruled import Amiss, Lines, Wrong, decoded, table_of
from sottovoce.guard import own
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.hybrid.routing.rules import NO_RULES, Hours, Rule, Rules
from sottovoce.hybrid.upstream import NAME

FILE = "routing.toml"
LARGEST = 256 * 1024
"""Bytes."""

MOST_RULES = 200
MOST_NAMES = 500
LONGEST = 100
"""Characters of a name or a word."""

KEYS = (
    "name", "route", "to", "shelves", "words", "people", "cost_over", "cost_up_to", "battery_below",
    "from", "until",
)  # fmt: skip
HEAD = ("doubt", "rule")
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Held:
    """The rules that hold. `wrong` is what their file has: then there are none, and everything stays here."""

    rules: Rules
    wrong: Wrong | None = None


NOTHING_HELD = Held(NO_RULES)


def held(home: Home) -> Held:
    """Return the rules of a home as they are now. Raises nothing: what is wrong is in it."""
    path = home.root / FILE
    try:
        data = _bytes(path)
    except FileNotFoundError:
        return NOTHING_HELD
    except OSError as problem:
        return Held(NO_RULES, Wrong(f"It cannot be read: {problem.strerror}."))
    found = read(data)
    return Held(NO_RULES, found) if isinstance(found, Wrong) else Held(found)


def read(data: bytes) -> Rules | Wrong:
    """Return the rules in a file's bytes, or what is wrong with the first thing that is."""
    text = decoded(data, LARGEST)
    if isinstance(text, Wrong):
        return text
    table = table_of(text)
    if isinstance(table, Wrong):
        return table
    try:
        return _Reader(text).rules(table)
    except Amiss as problem:
        return problem.wrong


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


class _Reader:
    """Reads the tables of one file."""

    def __init__(self, text: str) -> None:
        self._lines = Lines(text)

    def rules(self, table: Mapping[str, Any]) -> Rules:
        for key in table:
            if key not in HEAD:
                raise Amiss(f"There is no {key!r} here; each rule begins with [[rule]].", self._lines.of(key))
        given = table.get("rule", [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise Amiss("Each rule begins with [[rule]], in two brackets.", self._lines.of("rule"))
        if len(given) > MOST_RULES:
            raise Amiss(f"There are {len(given)} rules; at most {MOST_RULES} can be used.", None)
        self._lines.expect(len(given))
        rules = tuple(self._rule(at, one) for at, one in enumerate(given))
        for at, rule in enumerate(rules):
            if any(rule.name == other.name for other in rules[:at]):
                raise Amiss(f"There is another rule named {rule.name!r}.", self._lines.at(at, "name"))
        return Rules(rules, self._doubt(table))

    def _doubt(self, table: Mapping[str, Any]) -> float | None:
        value = table.get("doubt")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise Amiss("doubt is a number from 0 to 1.", self._lines.of("doubt"))
        return float(value)

    def _rule(self, at: int, given: Mapping[str, Any]) -> Rule:
        for key in given:
            if key not in KEYS:
                raise Amiss(f"A rule has no {key!r}; it has {', '.join(KEYS)}.", self._lines.at(at, key))
        name = self._text(at, given, "name")
        if not name or not name.isprintable():
            raise Amiss("This rule needs a name, one line long.", self._lines.at(at, "name"))
        words = tuple(dict.fromkeys(own.as_word(word) for word in self._list(at, given, "words")))
        if any(not word.rstrip("*") for word in words):
            raise Amiss("words holds what is no word.", self._lines.at(at, "words"))
        line = self._lines.begins[at]
        return Rule(
            name, line, self._choice(at, given),
            self._names(at, given, "shelves"),
            own.Rule(name, line, words=words) if words else None,
            self._names(at, given, "people"),
            self._amount(at, given, "cost_over"),
            self._amount(at, given, "cost_up_to"),
            self._percent(at, given),
            self._hours(at, given),
        )  # fmt: skip

    def _choice(self, at: int, given: Mapping[str, Any]) -> Choice:
        route = given.get("route")
        if not isinstance(route, str) or route not in set(Route):
            raise Amiss('route is "here", "ask" or "there".', self._lines.at(at, "route"))
        to = self._text(at, given, "to")
        if to and not NAME.fullmatch(to):
            raise Amiss(
                f"to names a model elsewhere, as sotto upstreams list shows them, not {to!r}.",
                self._lines.at(at, "to"),
            )
        if to and route == Route.HERE:
            raise Amiss("What stays here goes to nobody; leave to out.", self._lines.at(at, "to"))
        return Choice(Route(route), to)

    def _text(self, at: int, given: Mapping[str, Any], key: str) -> str:
        value = given.get(key, "")
        if not isinstance(value, str):
            raise Amiss(f'{key} is a text, as in {key} = "…".', self._lines.at(at, key))
        if len(value) > LONGEST:
            raise Amiss(
                f"{key} has {len(value):,} characters; at most {LONGEST:,} are taken.",
                self._lines.at(at, key),
            )
        return value.strip()

    def _list(self, at: int, given: Mapping[str, Any], key: str) -> list[str]:
        values = given.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Amiss(f'{key} is a list of texts, as in {key} = ["one", "two"].', self._lines.at(at, key))
        most = MOST_NAMES
        if len(values) > most:
            raise Amiss(
                f"{key} has {len(values)} entries; at most {most} can be used.",
                self._lines.at(at, key),
            )
        if key in given and not values:
            # A list that was emptied must not make a rule of one thing a rule of everything.
            raise Amiss(f"{key} holds nothing; leave it out, or name something.", self._lines.at(at, key))
        return values

    def _names(self, at: int, given: Mapping[str, Any], key: str) -> frozenset[str]:
        return frozenset(name.strip().casefold() for name in self._list(at, given, key))

    def _amount(self, at: int, given: Mapping[str, Any], key: str) -> Decimal | None:
        value = given.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            raise Amiss(f"{key} is an amount of money, without its currency.", self._lines.at(at, key))
        return Decimal(str(value))

    def _percent(self, at: int, given: Mapping[str, Any]) -> int | None:
        value = given.get("battery_below")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
            raise Amiss("battery_below is a whole number from 1 to 100.", self._lines.at(at, "battery_below"))
        return value

    def _hours(self, at: int, given: Mapping[str, Any]) -> Hours | None:
        if "from" not in given and "until" not in given:
            return None
        return Hours(self._minute(at, given, "from"), self._minute(at, given, "until"))

    def _minute(self, at: int, given: Mapping[str, Any], key: str) -> int:
        found = TIME.fullmatch(self._text(at, given, key))
        if found is None:
            raise Amiss(
                'Times stand in pairs, in quotes: from = "22:00" and until = "06:00".',
                self._lines.at(at, key),
            )
        return int(found[1]) * 60 + int(found[2])
