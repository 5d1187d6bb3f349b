from __future__ import annotations

import pytest

from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.doctor.finding import Grade
from sottovoce.doctor.routing import routing
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where

RULE = '[[rule]]\nname = "contracts"\nroute = "ask"\nto = "cellar"\n'


def write(home: Home, text: str) -> None:
    (home.root / "routing.toml").write_text(text)


def name_cellar(home: Home) -> None:
    upstreams.add(home, Upstream("cellar", "http://127.0.0.1:9", "large", Where.INSIDE))


def test_no_rules_are_no_fault(home: Home) -> None:
    found = routing(home, Settings())
    assert (found.grade, found.sentence) == (Grade.OK, "none of the owner's own")


def test_rules_in_order_are_counted(home: Home) -> None:
    write(home, RULE)
    name_cellar(home)
    found = routing(home, Settings(route_to="cellar"))
    assert (found.grade, found.sentence) == (Grade.OK, "1 of the owner's own")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RULE + 'colour = "red"\n', "Line 5: A rule has no 'colour'"),
        ('[[rule]]\nname = "contracts"\nroute = \n', "Line 3: It is not TOML"),
        ("doubt = 2\n", "Line 1: doubt is a number"),
    ],
)
def test_a_fault_in_the_rules_is_told_with_its_line_and_what_follows(
    home: Home, text: str, said: str
) -> None:
    write(home, text)
    found = routing(home, Settings())
    assert found.grade is Grade.WARN
    assert "routing.toml is not used, so everything stays here." in found.sentence
    assert said in found.sentence
    assert found.step
    assert "routing.toml" in found.step


def test_a_rule_that_names_nobody_known_is_told_with_its_line(home: Home) -> None:
    write(home, "doubt = 0.5\n\n" + RULE)
    found = routing(home, Settings())
    assert found.grade is Grade.WARN
    assert "“contracts” in line 3" in found.sentence
    assert "There is no model elsewhere named 'cellar'." in found.sentence
    assert found.step
    assert "sotto upstreams list" in found.step


def test_a_rule_that_names_one_whose_file_is_wrong_is_told(home: Home) -> None:
    write(home, RULE)
    name_cellar(home)
    (upstreams.folder(home) / "cellar.toml").write_text("url = 5\n")
    found = routing(home, Settings())
    assert found.grade is Grade.WARN
    assert "url takes text in quotes" in found.sentence


def test_a_setting_that_names_nobody_known_is_told(home: Home) -> None:
    found = routing(home, Settings(route_to="cellar"))
    assert (found.grade, found.sentence) == (
        Grade.WARN,
        "The setting route_to: There is no model elsewhere named 'cellar'.",
    )
