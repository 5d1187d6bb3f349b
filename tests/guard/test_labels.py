"""The labels of two places: words that are seen, and the seven keys of GB 45438-2025."""

from __future__ import annotations

from sottovoce.core.settings import LABELS as NAMES
from sottovoce.guard import labels


def test_the_setting_and_the_profiles_have_the_same_names() -> None:
    assert labels.PROFILES == NAMES
    assert [labels.label_of(name) is not None for name in NAMES] == [False, True, True]


def test_each_label_says_ai_in_words() -> None:
    assert labels.LABELS["eu"].line.startswith("AI ")
    assert "人工智能生成" in labels.LABELS["cn"].line
    assert "AI生成" in labels.LABELS["cn"].line


def test_the_metadata_has_the_seven_keys_in_their_order_and_texts_alone() -> None:
    found = labels.metadata("sottovoce 1.2.3", "abcd")
    assert tuple(found) == labels.KEYS
    assert all(isinstance(value, str) for value in found.values())
    assert (found["Label"], found["ContentProducer"], found["ProduceID"]) == ("1", "sottovoce 1.2.3", "abcd")
