from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

from sottovoce.core.errors import StoreBusy, StoreDamaged, StoreProblem
from sottovoce.core.paths import Home
from sottovoce.store import backup, chats, keys
from sottovoce.store.db import open_database
from sottovoce.store.migrate import SCHEMA, packaged

SECOND = "ALTER TABLE chats ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';"
THIRD = "CREATE TABLE rafts (name TEXT) STRICT; INSERT INTO rafts VALUES ('first');"


RELEASED = [
    "ab37a7cceff618412099482919e804addf4cca83a45d5e71b5c7541a1a054360",
    "d50dfa443eb28610025a8efe1480718386d98f180084cd6f7080b5ef5b5d1860",
    "ad8302e2c708541290714d9f80f7910f44ee3f14eaba8a7067e9ad5d6f31952c",
]
"""What each step that people have run reads, as a hash."""


def _version(home: Home) -> int:
    with closing(sqlite3.connect(home.database)) as conn:
        return int(conn.execute("PRAGMA user_version").fetchone()[0])


def _told(conn: sqlite3.Connection) -> None:
    """Store a chat as the first version did: today's functions know columns that were not there."""
    conn.execute("INSERT INTO chats VALUES ('aaaabbbbccccdddd', 'me', 'Sky', '', 'echo', 'answer', 1.0, 2.0)")
    conn.execute(
        """INSERT INTO messages (id, chat, owner, parent, role, state, text, created) VALUES
           ('question', 'aaaabbbbccccdddd', 'me', NULL, 'user', 'complete', 'why?', 1.0),
           ('answer', 'aaaabbbbccccdddd', 'me', 'question', 'assistant', 'complete', 'since', 2.0)"""
    )


def test_the_counted_schema_is_the_number_of_files() -> None:
    assert len(packaged()) == SCHEMA


def test_a_released_step_never_changes() -> None:
    """Homes out there were made by it; what is to be different goes into a new file."""
    assert [hashlib.sha256(step.encode()).hexdigest() for step in packaged()[: len(RELEASED)]] == RELEASED


@pytest.mark.parametrize("released", range(1, len(RELEASED) + 1))
def test_a_home_of_every_released_schema_is_brought_up_with_its_chats(home: Home, released: int) -> None:
    with closing(open_database(home, steps=packaged()[:released])) as database:
        database.call(_told)
    assert _version(home) == released
    with closing(open_database(home)) as database:
        assert len(database.look(lambda conn: chats.branch(conn, "me", "aaaabbbbccccdddd"))) == 2
        (chat,) = database.look(lambda conn: chats.listed(conn, "me"))
        assert (chat.title, chat.pinned, chat.archived, chat.folder) == ("Sky", False, False, "")
        assert database.look(keys.listed) == []
    assert _version(home) == SCHEMA
    assert backup.newest(home) is not None


def test_a_released_home_is_not_changed_while_an_older_program_has_it_open(home: Home) -> None:
    with closing(open_database(home, steps=packaged()[:1])), pytest.raises(StoreBusy, match="older"):
        open_database(home)
    assert _version(home) == 1


def test_a_new_database_is_made_without_a_backup_of_nothing(home: Home) -> None:
    open_database(home).close()
    assert _version(home) == SCHEMA
    assert backup.newest(home) is None


def test_each_later_step_keeps_the_chats_and_has_a_backup_from_before(home: Home, tell: Any) -> None:
    with closing(open_database(home)) as database:
        chat, _, _ = tell(database)
    steps = [*packaged(), SECOND, THIRD]
    with closing(open_database(home, steps=steps)) as database:
        assert len(database.look(lambda conn: chats.branch(conn, "me", chat))) == 2
        assert database.look(lambda conn: conn.execute("SELECT colour FROM chats").fetchone()) == ("blue",)
    assert _version(home) == SCHEMA + 2
    versions = []
    for path in sorted(home.backups.glob("*.db")):
        with closing(sqlite3.connect(path)) as conn:
            versions.append(conn.execute("PRAGMA user_version").fetchone()[0])
    assert versions == [SCHEMA, SCHEMA + 1]


def test_a_step_that_fails_changes_nothing(home: Home, tell: Any) -> None:
    with closing(open_database(home)) as database:
        chat, _, _ = tell(database)
    with pytest.raises(StoreProblem):
        open_database(home, steps=[*packaged(), f"{SECOND} ALTER TABLE nowhere ADD COLUMN x;"])
    assert _version(home) == SCHEMA
    with closing(open_database(home)) as database:
        assert len(database.look(lambda conn: chats.branch(conn, "me", chat))) == 2
        assert "colour" not in database.look(
            lambda conn: [row[1] for row in conn.execute("PRAGMA table_info (chats)")]
        )


def test_an_older_program_that_still_runs_is_not_pulled_from_under(home: Home) -> None:
    with closing(open_database(home)), pytest.raises(StoreBusy, match="older"):
        open_database(home, steps=[*packaged(), SECOND])
    open_database(home, steps=[*packaged(), SECOND]).close()


def test_a_damaged_database_is_not_migrated(home: Home, tell: Any) -> None:
    with closing(open_database(home)) as database:
        tell(database, "question " * 2000, "answer " * 2000)
    data = home.database.read_bytes()
    home.database.write_bytes(data[: 9 * 4096] + b"\xff" * 4096 + data[10 * 4096 :])
    before = home.database.read_bytes()
    with pytest.raises(StoreDamaged):
        open_database(home, steps=[*packaged(), SECOND])
    assert home.database.read_bytes() == before
    assert list(home.backups.iterdir()) == []


MIGRATE = """
import sys
from pathlib import Path
from sottovoce.core.paths import open_home
from sottovoce.store.db import open_database
from sottovoce.store.migrate import packaged
sys.stdin.readline()
open_database(open_home(Path(sys.argv[1])), steps=[*packaged(), *sys.argv[2:]]).close()
"""


@pytest.mark.parametrize("made", [True, False], ids=["an old database", "no database yet"])
def test_two_programs_that_migrate_at_once_do_it_once(home: Home, made: bool) -> None:
    if made:
        open_database(home).close()
    # Doing a step twice would fail: the column is there already.
    argv = [sys.executable, "-c", MIGRATE, str(home.root), SECOND, THIRD]
    programs = [
        subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        _, errors = program.communicate(timeout=60)
        # One that comes while another is already inside with the new schema waits, and finds it done.
        assert program.returncode == 0, errors
    assert _version(home) == SCHEMA + 2
    with closing(sqlite3.connect(home.database)) as conn:
        assert conn.execute("SELECT * FROM rafts").fetchall() == [("first",)]
