"""Texts written to find what the rules missed, and odd forms, many to a kind: what was planted is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import privacy
from bench.privacy import Measured

TEXTS = {name: privacy.read(Path(__file__).parent / f"{name}.toml") for name in ("fresh", "odd")}


@pytest.fixture(scope="module", params=TEXTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def found(name: str) -> Measured:
    return privacy.measure(TEXTS[name])


def test_all_structured_items_are_found(found: Measured) -> None:
    structured = [kind for kind in found.kinds if kind != privacy.NAME]
    assert found.recall(structured).share >= 0.98, privacy.missed(found)


def test_names_are_found(found: Measured) -> None:
    assert found.recall([privacy.NAME]).share >= 0.97, privacy.missed(found)


def test_with_the_owners_list_every_name_is_found(name: str) -> None:
    assert privacy.measure(TEXTS[name], listed=True).recall([privacy.NAME]).share == 1.0


def test_little_else_is_hidden(found: Measured) -> None:
    assert found.precision().share >= 0.98, privacy.missed(found)
