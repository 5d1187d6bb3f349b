"""The sentences that say that an AI answers: in both languages, and the same on the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sottovoce.guard import disclosure
from sottovoce.guard.disclosure import CONTINUOUS, SAID, TALKING, in_language

STRINGS = Path(__file__).parents[2] / "web" / "strings"


@pytest.mark.parametrize("sentences", [TALKING, SAID, CONTINUOUS])
def test_every_sentence_says_ai_in_english_and_in_chinese(sentences: dict[str, str]) -> None:
    assert set(sentences) == {"en", "zh"}
    assert all("AI" in text for text in sentences.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_the_same(language: str) -> None:
    strings = json.loads((STRINGS / f"{language}.json").read_text("utf-8"))
    assert strings["disclosure"] == CONTINUOUS[language]


@pytest.mark.parametrize(
    ("asked", "given"),
    [("zh", "zh"), ("zh-CN", "zh"), ("zh_TW", "zh"), ("ZH", "zh"), ("en", "en"), ("fr", "en"), ("", "en")],
)
def test_a_language_without_a_sentence_gets_the_english_one(asked: str, given: str) -> None:
    assert in_language(TALKING, asked) == TALKING[given]


def test_the_header_is_one_that_http_allows() -> None:
    assert disclosure.HEADER.replace("-", "").isalnum()
