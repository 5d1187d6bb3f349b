"""routing.toml: what its bytes mean, and in which line what is wrong with them."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from sottovoce.core.paths import Home
from sottovoce.core.ruled import Wrong
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.hybrid.routing.rules import Hours, Rules
from sottovoce.hybrid.routing.rules_file import FILE, NOTHING_HELD, held, read

WHOLE = """\
doubt = 0.9

[[rule]]
name = "patients"
route = "here"
shelves = ["Patients"]
words = ["patient*", "诊断"]

[[rule]]
name = "nights"
route = "ask"
to = "cellar"
people = ["Anna"]
cost_over = 0.05
cost_up_to = 1
battery_below = 20
from = "22:00"
until = "06:30"
"""


GUIDE = Path(__file__).parents[3] / "docs/guides/hybrid.md"


def rules(text: str) -> Rules:
    found = read(text.encode())
    assert isinstance(found, Rules), found
    return found


def wrong(text: str | bytes) -> Wrong:
    found = read(text if isinstance(text, bytes) else text.encode())
    assert isinstance(found, Wrong)
    return found


def test_all_that_a_rule_may_say_is_read() -> None:
    found = rules(WHOLE)
    assert found.doubt == 0.9
    patients, nights = found.rules
    assert (patients.line, patients.choice) == (3, Choice(Route.HERE))
    assert patients.shelves == {"patients"}
    assert patients.about is not None
    assert patients.about.words == ("patient*", "诊断")
    assert (nights.line, nights.choice) == (9, Choice(Route.ASK, "cellar"))
    assert nights.people == {"anna"}
    assert (nights.cost_over, nights.cost_up_to) == (Decimal("0.05"), Decimal(1))
    assert nights.battery_below == 20
    assert nights.hours == Hours(22 * 60, 6 * 60 + 30)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("x = 1", 1, "There is no 'x' here"),
        ("doubt = 2", 1, "doubt is a number from 0 to 1"),
        ("doubt = nan", 1, "doubt is a number from 0 to 1"),
        ("\n[rule]\nname = 'a'", 2, "in two brackets"),
        ("[[rule]]\nroute = 'ask'", 1, "needs a name"),
        ("[[rule]]\nname = 'a'", 1, 'route is "here"'),
        ("[[rule]]\nname = 'a'\nroute = 'away'", 3, 'route is "here"'),
        ("[[rule]]\nname = 'a'\nroute = 'here'\nto = 'b'", 4, "goes to nobody"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nto = '../b'", 4, "names a model elsewhere"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nshelf = ['b']", 4, "A rule has no 'shelf'"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nshelves = 'b'", 4, "is a list of texts"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nwords = []", 4, "holds nothing"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nwords = ['*']", 4, "no word"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\ncost_over = '1'", 4, "amount of money"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\ncost_over = -1", 4, "amount of money"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nbattery_below = 0", 4, "from 1 to 100"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nfrom = '22:00'", 1, "in pairs"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\nfrom = '24:00'\nuntil = '06:00'", 4, "in pairs"),
        ("[[rule]]\nname = 'a'\nroute = 'ask'\n" * 2, 5, "another rule named"),
        ("[[rule]]\nname = ", 2, "not TOML"),
        (b"\xff\xfe[", None, "UTF-16"),
        (b"# \xe9", 1, "not UTF-8"),
        (b"#" * 300_000, None, "at most"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str | bytes, line: int | None, says: str) -> None:
    found = wrong(text)
    assert found.line == line
    assert says in found.sentence


def test_without_a_file_there_are_no_rules(home: Home) -> None:
    assert held(home) == NOTHING_HELD
    (home.root / FILE).mkdir()
    found = held(home)
    assert found.rules == Rules()
    assert found.wrong is not None


def test_the_rules_in_the_guide_can_be_used() -> None:
    (shown,) = re.findall(r"^```toml\n(doubt.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert [rule.name for rule in rules(shown).rules] == ["patients", "contracts", "dear", "on the train"]
