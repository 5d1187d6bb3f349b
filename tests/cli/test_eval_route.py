"""`sotto eval --there`: what stays here, what it costs, and that nothing is sent before somebody says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from speaking import Speaker

MINE = """
language = "en"

[[item]]
id = "echoed"
group = "easy"
question = "word"
check = { exact = "word" }

[[item]]
id = "sum"
group = "hard"
question = "What is 1 + 2?"
check = { number = 3 }

[[item]]
id = "named"
group = "hard"
question = "anna.berger@example.org"
check = { exact = "anna.berger@example.org" }
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, "utf-8")
    return path


def test_without_a_model_elsewhere_it_says_how_many_stay(sotto: Any, mine: Path) -> None:
    found = sotto("eval", "starter", "--set", mine, "--route")
    assert found.code == 0, found.err
    assert "kept here" in found.out
    assert "questions (" in found.err
    assert "are answered here." in found.err
    assert "routed" not in found.out


def test_the_share_that_stays_and_what_that_costs_are_told(
    sotto: Any, mine: Path, described: Speaker
) -> None:
    asked = ("eval", "starter", "--set", mine, "--there", "cellar", "--yes-send")
    found = sotto(*asked)
    assert found.code == 0, found.err
    assert "all, there" in found.out
    assert "Against asking cellar everything, +0% of the questions are lost by that" in found.err
    assert len(described.bodies) == 3
    assert not any(b"anna.berger" in body for body in described.bodies)
    again = json.loads(sotto(*asked, "--json").out)
    assert len(described.bodies) == 3, "what was answered there is asked once"
    assert again["routing"]["there"]["passed"] == again["routing"]["here"]["passed"] == 1
    assert again["routing"]["lost"]["value"] == 0
    assert again["items"][0]["signals"]["length"] >= 1
    named = next(one for one in again["there_items"] if one["id"] == "named")
    assert named["answer"] == "anna.berger@example.org"


@pytest.mark.parametrize(("limit", "kept"), [("0", "0 of 3"), ("1", "3 of 3")])
def test_the_owners_limit_is_the_one_that_counts(
    sotto: Any, mine: Path, tmp_path: Path, limit: str, kept: str
) -> None:
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "routing.toml").write_text(f"doubt = {limit}", "utf-8")
    found = sotto("eval", "starter", "--set", mine, "--route")
    assert f"{kept} questions" in found.err


def test_nothing_is_sent_where_nobody_says_so(sotto: Any, mine: Path, described: Speaker) -> None:
    found = sotto("eval", "starter", "--set", mine, "--there", "cellar")
    assert found.code == 3
    assert "nobody has said yes" in found.err
    assert described.connections == 0


def test_a_yes_needs_a_place(sotto: Any) -> None:
    assert sotto("eval", "starter", "--yes-send").code == 2
