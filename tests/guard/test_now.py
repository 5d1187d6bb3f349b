"""Questions about now are told from such as only sound like them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sottovoce.guard import age, now

NOW = 1_795_737_600.0
UNTIL = "2024-06"
TABLES = tomllib.loads(Path(__file__).with_name("now.toml").read_text("utf-8"))


@pytest.mark.parametrize("question", TABLES["now_english"] + TABLES["now_chinese"])
def test_a_question_about_now_gets_the_models_age(question: str) -> None:
    assert age.asks_for(question, NOW)
    assert age.later(question, UNTIL, NOW) is not None


@pytest.mark.parametrize("question", TABLES["never_english"] + TABLES["never_chinese"])
def test_any_other_gets_none(question: str) -> None:
    assert age.later(question, UNTIL, NOW) is None


def test_the_tables_are_as_large_as_they_should_be() -> None:
    assert {name: len(set(table)) >= 50 for name, table in TABLES.items()} == dict.fromkeys(TABLES, True)


def test_a_document_is_no_question() -> None:
    assert not now.is_asked("What is the latest news? " + "All was quiet. " * 200)


@pytest.mark.parametrize(
    "part", ["Was there ", "who is the president ", "current ", "today ", "今天", "最新"]
)
def test_whatever_is_asked_ends(part: str) -> None:
    assert now.is_asked(part * 100_000) is False
