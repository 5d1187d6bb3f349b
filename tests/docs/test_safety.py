"""The page on safeguards tells the rates that are measured now, and nobody is promised more."""

from __future__ import annotations

from pathlib import Path

from bench import guarding

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "safety.md").read_text("utf-8")


def test_the_rates_on_the_page_are_those_of_the_rules_as_they_are() -> None:
    assert guarding.placed(PAGE, "rates", guarding.tables()) == PAGE


def test_another_rate_would_be_seen() -> None:
    assert guarding.placed(PAGE, "rates", "| none |") != PAGE
