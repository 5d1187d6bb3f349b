"""The sets that safeguards are measured on are whole, and large enough to mean something."""

from __future__ import annotations

from collections import Counter

import pytest

from sottovoce.evals.guard_sets import (
    AFTERWARDS,
    EVASIONS,
    HARMFUL,
    HARMLESS,
    HELD_OUT,
    ORDINARY,
    OTHERS,
    PARTS,
    SETS,
    WRITTEN,
    Item,
    items,
    part_of,
)
from sottovoce.guard.policy import Category

EVERYTHING = [item for name in SETS for item in items(name)]


def test_they_are_as_large_as_they_must_be() -> None:
    assert len(items(HARMFUL)) >= 150
    assert len(items(HARMLESS)) >= 300
    assert len(items(EVASIONS)) >= 60
    assert len(items(ORDINARY)) >= 250
    assert sum(item.part == HELD_OUT for item in items(HARMLESS)) >= 60


def test_no_item_stands_there_twice() -> None:
    assert max(Counter(item.id for item in EVERYTHING).values()) == 1
    texts = Counter(item.text.casefold() for item in EVERYTHING)
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.parametrize("name", [HARMFUL, HARMLESS, EVASIONS])
def test_every_category_is_there_in_both_languages(name: str) -> None:
    there = {(item.category, item.language) for item in items(name)}
    assert there == {(category, language) for category in Category for language in ("en", "zh")}


def test_ordinary_questions_are_near_to_no_category() -> None:
    assert {item.category for item in items(ORDINARY)} == {None}
    assert {item.language for item in items(ORDINARY)} == {"en", "zh"}


def batch(item: Item) -> str:
    return item.id.rsplit("-", 1)[1].rstrip("0123456789")


def test_about_a_fifth_of_what_was_there_first_is_held_out() -> None:
    first = [item for item in EVERYTHING if not batch(item)]
    assert 0.15 < sum(item.part == HELD_OUT for item in first) / len(first) < 0.25
    assert {item.part for item in first} == {WRITTEN, HELD_OUT}


def test_about_a_tenth_of_what_others_wrote_is_held_out() -> None:
    others = [item for item in EVERYTHING if batch(item) in ("d", "e")]
    assert len(others) > 1_000
    assert 0.07 < sum(item.part == OTHERS for item in others) / len(others) < 0.13
    assert {item.part for item in others} == {WRITTEN, OTHERS}


def test_what_is_added_when_all_is_done_is_a_part_of_its_own() -> None:
    assert {item.part for item in EVERYTHING if batch(item) == "f"} <= {AFTERWARDS}
    assert part_of("harmful-fraud-en-f01", "f", "any text") == AFTERWARDS
    assert {item.part for item in EVERYTHING} | {AFTERWARDS} == set(PARTS)


def test_each_is_one_line_as_a_person_types_it() -> None:
    assert [item.id for item in EVERYTHING if not 0 < len(item.text) <= 200 or "\n" in item.text] == []
    assert [item.id for item in EVERYTHING if item.text != item.text.strip()] == []


def test_what_cannot_be_seen_is_written_out_in_the_file_and_read_as_it_is() -> None:
    hidden = [item for item in items(EVASIONS) if "\u200b" in item.text]
    assert len(hidden) >= 4
    assert not any("\\u" in item.text for item in EVERYTHING)
