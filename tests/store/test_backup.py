from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
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
