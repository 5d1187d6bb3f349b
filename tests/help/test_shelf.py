"""What stands on the help shelf is whole, and what it names is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from sottovoce.chat import temporary
from sottovoce.cli.chat.commands import COMMANDS
from sottovoce.core.amounts import amount
from sottovoce.core.settings import Settings
from sottovoce.engine.memory import MOST_SLOTS
from sottovoce.help import shelf
from sottovoce.help.find import LONGEST
from sottovoce.help.phrases import BLANKS
from sottovoce.help.shelf import LANGUAGES, Entry
from sottovoce.models import starter
from sottovoce.server.page import ADDRESSES

ROOT = Path(__file__).parents[2]
ENTRIES = shelf.entries()
CODE = re.compile(r"`([^`]+)`")
NO_FIGURE = re.compile(r"`[^`]*`|\{\w+\}|Apache-2\.0|Apache License 2\.0|^\d\. ", re.MULTILINE)
NO_SETTINGS = {"default", "workplace", "public", "clinic"}
"""Words in backticks that are no setting: the name of whichever model answers, profiles."""


def answers(entry: Entry) -> str:
    return f"{entry.en.answer}\n{entry.zh.answer}"


def code() -> set[str]:
    """Return all that stands in backticks."""
    return {word for entry in ENTRIES for word in CODE.findall(answers(entry))}


def test_there_are_entries_enough_and_each_has_its_own_name() -> None:
    ids = [entry.id for entry in ENTRIES]
    assert len(ids) >= 45
    assert len(set(ids)) == len(ids)


def test_subjects_stand_in_an_order() -> None:
    assert [subject.id for subject in shelf.subjects()][:2] == ["chatgpt", "machine"]
    assert all(subject.title(language) for subject in shelf.subjects() for language in LANGUAGES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_says_the_same_in_both_languages(entry: Entry) -> None:
    assert entry.en.blanks == entry.zh.blanks
    assert entry.en.blanks <= BLANKS
    assert Counter(CODE.findall(entry.en.answer)) == Counter(CODE.findall(entry.zh.answer))
    for language in LANGUAGES:
        words = entry.words(language)
        assert len(words.questions) >= 4
        assert all(len(question) <= LONGEST for question in words.questions)
    assert not re.search(r"[\u3400-\u9fff]", entry.en.answer + "".join(entry.en.questions))


def test_no_question_leads_to_two_answers() -> None:
    asked = [question for entry in ENTRIES for question in (*entry.en.questions, *entry.zh.questions)]
    assert [question for question, count in Counter(asked).items() if count > 1] == []


def test_every_setting_in_backticks_is_one() -> None:
    named = {word for word in code() if re.fullmatch(r"[a-z_]+", word)}
    assert {"context", "slots"} <= named
    assert named - {item.name for item in fields(Settings)} - NO_SETTINGS - {"sotto"} == set()


def test_every_command_of_the_chat_is_one() -> None:
    slash_of_page = re.search(r"COMMANDS = \[(.*)\]", (ROOT / "web/shared/slash.ts").read_text("utf-8"))
    assert slash_of_page is not None
    there = {one.name for one in COMMANDS} | {f"/{name}" for name in re.findall(r'"(\w+)"', slash_of_page[1])}
    there |= set(ADDRESSES)
    named = {word.split()[0] for word in code() if word.startswith("/")}
    assert named
    assert named - there == set()


def test_every_file_named_is_there() -> None:
    page = re.compile(r"docs/[\w/.-]+\.md|[A-Z]+\.md")
    named = {path for entry in ENTRIES for path in page.findall(answers(entry))}
    assert len(named) > 5
    assert [path for path in named if not (ROOT / path).exists()] == []


def readme(words: str) -> Callable[[], bool]:
    return lambda: words in (ROOT / "README.md").read_text("utf-8")


FIGURES: dict[str, Callable[[], bool]] = {
    "235 MB": readme("235 MB"),
    "98 MB": lambda: amount(starter.path().stat().st_size) == "98 MB",
    "3.11": readme("Python 3.11 or later"),
    "macOS 13": readme("macOS 13 or later"),
    "64-bit": lambda: True,
    "64 位": lambda: True,
    "x86-64": readme("x86-64"),
    "AVX2": readme("AVX2"),
    "1.3": lambda: "about 1.3 tokens" in (ROOT / "docs/guides/can-i-run-it.md").read_text("utf-8"),
}
"""Every figure that stands in an answer itself, and whether it is still true."""

IN_WORDS = {
    "at most four": lambda: MOST_SLOTS == 4,
    "four hours": lambda: temporary.UNUSED_SECONDS == 4 * 3600,
}


def test_every_figure_in_an_answer_is_known_here() -> None:
    for entry in ENTRIES:
        text = NO_FIGURE.sub("", answers(entry))
        for figure in FIGURES:
            text = text.replace(figure, "")
        assert re.findall(r"\d[\d.,]*", re.sub(r"docs/\S+|[A-Za-z]+\d\w*", "", text)) == [], entry.id


@pytest.mark.parametrize(("figure", "holds"), [*FIGURES.items(), *IN_WORDS.items()])
def test_a_figure_is_still_true(figure: str, holds: Callable[[], bool]) -> None:
    assert any(figure in answers(entry) for entry in ENTRIES), "no answer says it any more"
    assert holds()
