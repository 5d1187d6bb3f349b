"""What is found in texts that nobody wrote rules after does not get less than it was."""

from __future__ import annotations

from pathlib import Path

from bench import privacy

TEXTS = [text for text in privacy.read(Path(__file__).parent / "corpus.toml") if text.held_out]
ALL = privacy.measure(TEXTS)
STRUCTURED = [kind for kind in ALL.kinds if kind != privacy.NAME]


def test_structured_items_are_found() -> None:
    assert ALL.recall(STRUCTURED).count >= 749


def test_names_are_found() -> None:
    assert ALL.recall([privacy.NAME]).count >= 346


def test_with_the_owners_list_all_names_are_found() -> None:
    assert privacy.measure(TEXTS, listed=True).recall([privacy.NAME]).share >= 0.99


def test_little_else_is_hidden() -> None:
    assert ALL.precision().share >= 0.95
