"""Odd forms, many to a kind: what was planted stays found, and what only looks so is left alone."""

from __future__ import annotations

from pathlib import Path

from bench import privacy

TEXTS = privacy.read(Path(__file__).parent / "odd.toml")
ALL = privacy.measure(TEXTS)
STRUCTURED = [kind for kind in ALL.kinds if kind != privacy.NAME]


def test_all_structured_items_are_found() -> None:
    assert ALL.recall(STRUCTURED).share >= 0.98, privacy.missed(ALL)


def test_names_are_found() -> None:
    assert ALL.recall([privacy.NAME]).share >= 0.97, privacy.missed(ALL)


def test_with_the_owners_list_every_name_is_found() -> None:
    assert privacy.measure(TEXTS, listed=True).recall([privacy.NAME]).share == 1.0


def test_little_else_is_hidden() -> None:
    assert ALL.precision().share >= 0.98, privacy.missed(ALL)
