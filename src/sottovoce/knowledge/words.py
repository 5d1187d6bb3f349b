"""The words of passages in the full text index of a shelf's file. Knows nothing of ranking.

Runs of Chinese, Japanese and Korean are indexed as overlapping pairs, as in the search of chats.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from sottovoce.store.search import index_text

TABLE = """CREATE VIRTUAL TABLE words USING fts5 (
    title, headings, body, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
)"""


@dataclass(frozen=True, slots=True)
class Words:
    """What is found of a passage: the title of its document, the headings it stands under, its text."""

    number: int
    title: str
    headings: str
    body: str

    def columns(self) -> tuple[int, str, str, str]:
        return self.number, index_text(self.title), index_text(self.headings), index_text(self.body)


def create(connection: sqlite3.Connection) -> None:
    connection.execute(TABLE)


def add(connection: sqlite3.Connection, passages: Iterable[Words]) -> None:
    connection.executemany(
        "INSERT INTO words (rowid, title, headings, body) VALUES (?, ?, ?, ?)",
        (one.columns() for one in passages),
    )


def remove(connection: sqlite3.Connection, passages: Iterable[Words]) -> None:
    """Take words out of the index: they must be those that were put in, to the letter."""
    connection.executemany(
        "INSERT INTO words (words, rowid, title, headings, body) VALUES ('delete', ?, ?, ?, ?)",
        (one.columns() for one in passages),
    )


def merge(connection: sqlite3.Connection) -> None:
    """Write the index anew without the words that were taken out, which it keeps until then."""
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")
