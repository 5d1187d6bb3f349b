"""What asks something of the memory, and what only sounds like it: a table in English and Chinese."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sottovoce.chat.guarding.memory_told import may_ask
from sottovoce.chat.memory_asked import Asked, Kind, asked, meant
from sottovoce.store.memory import Remembered

TABLE = tomllib.loads((Path(__file__).parent / "memory_asked.toml").read_text("utf-8"))
NAMED = [(text, Asked(Kind(kind), line)) for kind in ("keep", "forget") for text, line in TABLE[kind]]
WHOLE = [(text, Asked(Kind(kind))) for kind in ("forget_all", "list") for text in TABLE[kind]]


def test_the_table_is_large_in_both_languages() -> None:
    positive, negative = [text for text, _ in (*NAMED, *WHOLE)], TABLE["nothing"]
    assert min(len(positive), len(negative)) >= 60
    assert min(sum(not text.isascii() for text in texts) for texts in (positive, negative)) >= 20


@pytest.mark.parametrize(("text", "found"), [*NAMED, *WHOLE])
def test_what_is_asked_of_the_memory_is_heard(text: str, found: Asked) -> None:
    assert asked(text) == found
    assert may_ask(text)


@pytest.mark.parametrize("text", TABLE["nothing"])
def test_what_only_sounds_like_it_goes_to_a_model(text: str) -> None:
    assert asked(text) is None


def test_what_is_to_be_answered_as_well_is_told_apart() -> None:
    said = "Remember that I live in Vienna. Write a poem about it."
    assert asked(said) == Asked(Kind.KEEP, "I live in Vienna", has_more=True)
    assert asked("记住我住在成都。写一首诗。") == Asked(Kind.KEEP, "我住在成都", has_more=True)


def test_a_long_text_asks_for_nothing() -> None:
    assert asked("Remember that " + "x" * 2_000) is None
    assert asked("Remember that I " + "x" * 600) is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("I live in Vienna", ["I live in Vienna"]),
        ("i'm living in vienna", []),
        ("my birthday", ["My birthday is on 3 May"]),
        ("my dog", ["My dog is called Rex", "My dog's vet is Dr. Fox"]),
        ("my cat", []),
        ("我对坚果过敏", ["我对坚果过敏"]),
        ("我的生日", ["我的生日是五月三日"]),
        ("我的车", []),
        ("me", []),
    ],
)
def test_which_line_is_meant(line: str, found: list[str]) -> None:
    texts = [
        "I live in Vienna", "My birthday is on 3 May", "My dog is called Rex", "My dog's vet is Dr. Fox",
        "我对坚果过敏", "我的生日是五月三日",
    ]  # fmt: skip
    lines = [Remembered(text, text, None, None, 1.0) for text in texts]
    assert [one.text for one in meant(line, lines)] == found
