"""The sentences that say that an AI answers: in both languages, and the same on the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sottovoce.guard import disclosure
from sottovoce.guard.disclosure import CONTINUOUS, SAID, TALKING

STRINGS = Path(__file__).parents[2] / "web" / "strings"


@pytest.mark.parametrize("sentences", [TALKING, SAID, CONTINUOUS])
def test_every_sentence_says_ai_in_english_and_in_chinese(sentences: dict[str, str]) -> None:
    assert set(sentences) == {"en", "zh"}
    assert all("AI" in text for text in sentences.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_the_same(language: str) -> None:
    strings = json.loads((STRINGS / f"{language}.json").read_text("utf-8"))
    assert strings["disclosure"] == CONTINUOUS[language]


def test_the_header_is_one_that_http_allows() -> None:
    assert disclosure.HEADER.replace("-", "").isalnum()
