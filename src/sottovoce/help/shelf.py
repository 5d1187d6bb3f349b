"""Reads the entries of the help shelf. Each file is a subject; its order says where that stands.

An entry's first question in a language is the one that is listed; the others are wordings of it. Its answer
has blanks in braces, which phrases.py fills. `chat = false`: never an answer in an ordinary chat.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

ENTRIES = Path(__file__).with_name("entries")

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

BLANK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's side of an entry."""

    questions: tuple[str, ...]
    answer: str

    @property
    def blanks(self) -> frozenset[str]:
        return frozenset(BLANK.findall(self.answer))


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    en: Words
    zh: Words
    in_chat: bool = True

    def words(self, language: Language) -> Words:
        return self.zh if language == "zh" else self.en

    def question(self, language: Language) -> str:
        """Return the question as the list shows it."""
        return self.words(language).questions[0]


@dataclass(frozen=True, slots=True)
class Subject:
    id: str
    en: str
    zh: str
    entries: tuple[Entry, ...]

    def title(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@cache
def subjects() -> tuple[Subject, ...]:
    """Return all entries by subject, in the order of showing."""
    tables = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in ENTRIES.glob("*.toml")}
    ordered = sorted(tables.items(), key=lambda one: int(one[1]["order"]))
    return tuple(
        Subject(name, table["subject"]["en"], table["subject"]["zh"], tuple(map(_entry, table["entry"])))
        for name, table in ordered
    )


@cache
def entries() -> tuple[Entry, ...]:
    return tuple(entry for subject in subjects() for entry in subject.entries)


def by_id(name: str) -> Entry | None:
    """Return the entry of this id."""
    return next((entry for entry in entries() if entry.id == name), None)


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(row["id"], _words(row["en"]), _words(row["zh"]), row.get("chat", True))


def _words(row: dict[str, Any]) -> Words:
    return Words(tuple(row["questions"]), row["answer"].strip())
