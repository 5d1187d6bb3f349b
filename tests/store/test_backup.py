from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.errors import NotFound, StoreBusy, StoreDamaged
from sottovoce.core.paths import Home
from sottovoce.store import backup, chats
from sottovoce.store.db import Database, open_database


def test_a_copy_is_one_private_sound_file_with_all_chats(database: Database, tell: Any) -> None:
    chat, _, _ = tell(database)
    path = backup.make(database.home)
    assert [p.name for p in database.home.backups.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert len(chats.branch(conn, "me", chat)) == 2
    assert [p.name for p in database.home.backups.iterdir()] == [path.name]


def test_the_newest_three_are_kept(database: Database) -> None:
    made = [backup.make(database.home) for _ in range(5)]
    assert sorted(database.home.backups.iterdir()) == made[2:]
    assert backup.newest(database.home) == made[-1]


def test_a_copy_a_day_is_made_when_the_database_is_opened(home: Home) -> None:
    for _ in range(3):
        open_database(home).close()
    (first,) = home.backups.iterdir()
    made = first.stat().st_mtime
    open_database(home, clock=lambda: made + 86_300).close()
    assert len(list(home.backups.iterdir())) == 1
    open_database(home, clock=lambda: made + 86_500).close()
    assert len(list(home.backups.iterdir())) == 2


def test_a_clock_that_was_wrong_once_does_not_stop_the_copies(home: Home) -> None:
    for _ in range(2):
        open_database(home).close()
    newest = backup.newest(home)
    assert newest is not None
    os.utime(newest, (4_000_000_000, 4_000_000_000))
    open_database(home).close()
    assert backup.newest(home) != newest


def test_what_a_killed_copy_left_behind_is_cleared(database: Database) -> None:
    left = database.home.backups / "sotto-000001.part"
    left.write_bytes(b"half a copy")
    backup.make(database.home)
    assert not left.exists()


def test_a_damaged_database_never_replaces_a_good_copy(home: Home, tell: Any) -> None:
    with closing(open_database(home)) as database:
        tell(database, "question " * 2000, "answer " * 2000)
    good = backup.make(home)
    data = home.database.read_bytes()
    home.database.write_bytes(data[: 9 * 4096] + b"\xff" * 4096 + data[10 * 4096 :])
    with pytest.raises(StoreDamaged):
        backup.make(home)
    assert list(home.backups.iterdir()) == [good]


def break_text(path: Path, text: str) -> None:
    """Overwrite four bytes inside a text, where no check of SQLite's looks."""
    data = path.read_bytes()
    assert text.encode() in data
    path.write_bytes(data.replace(text.encode(), b"\xff\xfe\xff\xff" + text.encode()[4:]))
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_text_that_cannot_be_read_never_pushes_out_the_good_copies(home: Home, tell: Any) -> None:
    with closing(open_database(home)) as database:
        tell(database)
    good = [backup.make(home) for _ in range(3)]
    break_text(home.database, "Why is the sky blue?")
    for _ in range(3):
        with pytest.raises(StoreDamaged):
            backup.make(home)
    assert sorted(home.backups.iterdir()) == good


def test_restoring_passes_over_a_copy_with_a_text_that_cannot_be_read(home: Home, tell: Any) -> None:
    with closing(open_database(home)) as database:
        chat, _, _ = tell(database)
    good, bad = backup.make(home), backup.make(home)
    for path in (bad, home.database):
        break_text(path, "Why is the sky blue?")
    assert backup.restore(home)[0] == good
    with closing(open_database(home)) as database:
        question, _ = database.look(lambda conn: chats.branch(conn, "me", chat))
    assert question.text == "Why is the sky blue?"


@pytest.mark.parametrize("column", ["title", "system", "model"])
def test_every_text_of_a_chat_is_read_for_flaws(database: Database, tell: Any, column: str) -> None:
    tell(database)
    change = f"UPDATE chats SET {column} = CAST(x'fffeffff' AS TEXT)"
    assert database.look(backup.flaw) is None
    database.call(lambda conn: conn.execute(change))
    assert database.look(backup.flaw) == "a text in chats cannot be read"
    assert database.look(lambda conn: conn.execute("SELECT 'read as text after it'").fetchone()) == (
        "read as text after it",
    )


def test_restoring_takes_the_newest_sound_copy_and_keeps_the_damaged_file(home: Home, tell: Any) -> None:
    with closing(open_database(home)) as database:
        chat, _, _ = tell(database)
        good = backup.make(home)
        bad = backup.make(home)
    bad.write_bytes(b"damaged too")
    home.database.write_bytes(b"damaged")
    log = home.database.with_name("sotto.db-wal")
    log.write_bytes(b"a log that belongs to the damaged file")
    source, aside = backup.restore(home)
    assert source == good
    assert aside is not None
    assert aside.read_bytes() == b"damaged"
    assert aside.with_name(f"{aside.name}-wal").read_bytes().startswith(b"a log")
    assert not log.exists()
    with closing(open_database(home)) as database:
        assert len(database.look(lambda conn: chats.branch(conn, "me", chat))) == 2
        mode = database.look(lambda conn: conn.execute("PRAGMA journal_mode").fetchone())
    assert mode == ("wal",)
    for path in home.root.rglob("*"):
        assert not path.is_file() or stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_restoring_twice_keeps_both_damaged_files(home: Home) -> None:
    for _ in range(2):
        open_database(home).close()
    asides = set()
    for damage in (b"one", b"two"):
        home.database.write_bytes(damage)
        asides.add(backup.restore(home)[1])
    assert {path.read_bytes() for path in asides if path} == {b"one", b"two"}


@pytest.mark.parametrize("removed", ["sotto.db.damaged-1.db", "sotto.db.damaged-2.db"])
def test_a_damaged_file_removed_by_hand_endangers_no_other(home: Home, removed: str) -> None:
    for _ in range(2):
        open_database(home).close()
    for damage in (b"one", b"two"):
        home.database.write_bytes(damage)
        home.database.with_name("sotto.db-wal").write_bytes(b"log of " + damage)
        backup.restore(home)
    (home.root / removed).unlink()
    before = {path: path.read_bytes() for path in home.root.glob("sotto.db.damaged-*")}
    home.database.write_bytes(b"three")
    aside = backup.restore(home)[1]
    assert aside is not None
    assert aside.read_bytes() == b"three"
    assert aside not in before
    assert not aside.with_name(f"{aside.name}-wal").exists(), "another file's log stands beside it"
    assert {path: path.read_bytes() for path in before} == before


def test_restoring_without_a_sound_copy_touches_nothing(home: Home) -> None:
    open_database(home).close()
    (home.backups / "sotto-000001.db").write_bytes(b"")
    home.database.write_bytes(b"damaged")
    with pytest.raises(NotFound):
        backup.restore(home)
    assert home.database.read_bytes() == b"damaged"


def test_restoring_waits_until_no_program_has_the_database_open(database: Database) -> None:
    backup.make(database.home)
    with pytest.raises(StoreBusy):
        backup.restore(database.home)
