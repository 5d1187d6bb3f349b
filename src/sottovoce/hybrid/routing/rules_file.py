"""The owner's `routing.toml` in the home folder: bytes in, rules or what is wrong with the first thing.

Rules that cannot be read send nothing anywhere: what they kept here is not known any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sottovoce.core import ruled
from sottovoce.core.paths import Home
from sottovoce.core.ruled import Amiss, Reader, Table, Wrong
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
    return ruled.read(data, LARGEST, lambda text, table: _Reader(text).rules(table))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


class _Reader(Reader):
    """Reads the tables of one file."""

    def rules(self, table: Table) -> Rules:
        rules: list[Rule] = []
        for at, given in self.each(table, HEAD, KEYS, MOST_RULES):
            rule = self._rule(at, given)
            self.require_new(at, rule.name, [one.name for one in rules])
            rules.append(rule)
        return Rules(tuple(rules), self._doubt(table))

    def _doubt(self, table: Table) -> float | None:
        value = table.get("doubt")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise Amiss("doubt is a number from 0 to 1.", self.lines.of("doubt"))
        return float(value)

    def _rule(self, at: int, given: Table) -> Rule:
        name = self.text(at, given, "name", LONGEST)
        if not name or not name.isprintable():
            raise Amiss("This rule needs a name, one line long.", self.lines.at(at, "name"))
        words = tuple(dict.fromkeys(own.as_word(word) for word in self._list(at, given, "words")))
        if any(not word.rstrip("*") for word in words):
            raise Amiss("words holds what is no word.", self.lines.at(at, "words"))
        line = self.lines.begins[at]
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

    def _choice(self, at: int, given: Table) -> Choice:
        route = given.get("route")
        if not isinstance(route, str) or route not in set(Route):
            raise Amiss('route is "here", "ask" or "there".', self.lines.at(at, "route"))
        to = self.text(at, given, "to", LONGEST)
        if to and not NAME.fullmatch(to):
            raise Amiss(
                f"to names a model elsewhere, as sotto upstreams list shows them, not {to!r}.",
                self.lines.at(at, "to"),
            )
        if to and route == Route.HERE:
            raise Amiss("What stays here goes to nobody; leave to out.", self.lines.at(at, "to"))
        return Choice(Route(route), to)

    def _list(self, at: int, given: Table, key: str) -> list[str]:
        values = self.texts(at, given, key, MOST_NAMES)
        if key in given and not values:
            # A list that was emptied must not make a rule of one thing a rule of everything.
            raise Amiss(f"{key} holds nothing; leave it out, or name something.", self.lines.at(at, key))
        return values

    def _names(self, at: int, given: Table, key: str) -> frozenset[str]:
        return frozenset(name.strip().casefold() for name in self._list(at, given, key))

    def _amount(self, at: int, given: Table, key: str) -> Decimal | None:
        value = given.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            raise Amiss(f"{key} is an amount of money, without its currency.", self.lines.at(at, key))
        return Decimal(str(value))

    def _percent(self, at: int, given: Table) -> int | None:
        value = given.get("battery_below")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100:
            raise Amiss("battery_below is a whole number from 1 to 100.", self.lines.at(at, "battery_below"))
        return value

    def _hours(self, at: int, given: Table) -> Hours | None:
        if "from" not in given and "until" not in given:
            return None
        return Hours(self._minute(at, given, "from"), self._minute(at, given, "until"))

    def _minute(self, at: int, given: Table, key: str) -> int:
        found = TIME.fullmatch(self.text(at, given, key, LONGEST))
        if found is None:
            raise Amiss(
                'Times stand in pairs, in quotes: from = "22:00" and until = "06:00".',
                self.lines.at(at, key),
            )
        return int(found[1]) * 60 + int(found[2])
