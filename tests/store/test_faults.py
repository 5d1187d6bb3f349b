from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sottovoce.core.errors import (
    DiskFull,
    ReadOnly,
    SottoError,
    StoreBusy,
    StoreDamaged,
    StoreProblem,
)
from sottovoce.store.faults import in_words, translated


def _problem(code: int, text: str = "it failed") -> sqlite3.Error:
    problem = sqlite3.OperationalError(text)
    problem.sqlite_errorcode = code
    problem.sqlite_errorname = "SQLITE_X"
    return problem


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, StoreBusy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
        (sqlite3.SQLITE_LOCKED, StoreBusy),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged),
        (sqlite3.SQLITE_NOTADB, StoreDamaged),
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_READONLY, ReadOnly),
        (sqlite3.SQLITE_READONLY_DBMOVED, ReadOnly),
        (sqlite3.SQLITE_CANTOPEN, ReadOnly),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreProblem),
        (sqlite3.SQLITE_CONSTRAINT, StoreProblem),
        (sqlite3.SQLITE_TOOBIG, StoreProblem),
    ],
)
def test_each_kind_of_failure_has_a_sentence_and_a_next_step(
    tmp_path: Path, code: int, kind: type[SottoError]
) -> None:
    said = in_words(_problem(code), tmp_path / "sotto.db")
    assert type(said) is kind
    assert said.sentence.endswith(".")
    assert said.hint
    assert "it failed" in (said.detail or "")


def test_a_sqlite_without_full_text_search_is_named(tmp_path: Path) -> None:
    create = "CREATE VIRTUAL TABLE words USING fts5_that_is_missing (text)"
    with (
        closing(sqlite3.connect(":memory:")) as conn,
        pytest.raises(StoreProblem, match="FTS5"),
        translated(tmp_path / "sotto.db"),
    ):
        conn.execute(create)


def test_an_error_of_the_system_is_translated_too(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem), translated(tmp_path / "sotto.db"):
        (tmp_path / "missing").read_bytes()
