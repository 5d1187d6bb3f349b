from __future__ import annotations

import sqlite3
import subprocess
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
from sottovoce.core.paths import Home
from sottovoce.store.db import open_database
from sottovoce.store.faults import in_words, intact, translated


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


def test_without_a_backup_none_is_promised_and_the_command_given_begins_anew(home: Home) -> None:
    open_database(home).close()
    assert list(home.backups.iterdir()) == []
    home.database.write_bytes(b"damaged" * 1000)
    with pytest.raises(StoreDamaged) as caught:
        open_database(home)
    said, _, command = str(caught.value.hint).rpartition(": ")
    assert "no backup" in said
    assert "--restore" not in said
    subprocess.run(command, shell=True, check=True)
    open_database(home).close()
    assert home.database.with_name("sotto.db.old").read_bytes().startswith(b"damaged")


def test_with_a_backup_the_way_back_is_named(home: Home) -> None:
    for _ in range(2):
        open_database(home).close()
    home.database.write_bytes(b"damaged" * 1000)
    with pytest.raises(StoreDamaged) as caught:
        open_database(home)
    assert "sotto doctor --restore" in str(caught.value.hint)


def test_damage_found_in_a_row_knows_the_way_back_too(home: Home) -> None:
    with pytest.raises(StoreDamaged) as caught, translated(home.database):
        intact((b"",), (str,))
    assert str(home.database) in str(caught.value.hint)
