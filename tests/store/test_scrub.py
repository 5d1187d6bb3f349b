"""Deleted is deleted: every byte of every file in the home is looked at."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from sottovoce.core.messages import State
from sottovoce.core.paths import Home
from sottovoce.store import backup, chats, pruning, search
from sottovoce.store.db import Database, open_database, open_in_memory
from sottovoce.store.scrub import owed

CANARY = "zqcanary"
STEM = b"zqcanar"
"""What is looked for: the index keeps words in lower case and without their endings."""


def _traces(home: Home) -> list[str]:
    """Return the names of the files that hold the canary."""
    files = [path for path in home.root.rglob("*") if path.is_file()]
    assert home.database in files
    return [path.name for path in files if STEM in path.read_bytes().lower()]


def _lived_in(home: Home, tell: Any) -> tuple[Database, str]:
    """Fill a home as months of use would: two chats growing side by side, one of them with the canary."""
    database = open_database(home)
    secret, _, _ = tell(database, f"my {CANARY} question", "an answer")
    other, _, _ = tell(database, "harmless", "an answer")
    for months in range(3):
        database.call(lambda conn, months=months: _grow(conn, secret, other, random.Random(months)))  # type: ignore[misc]
        _empty_the_log(database)
        backup.make(home)
    tell(database, f"one more {CANARY}", "an answer", chat=secret)
    database.call(lambda conn: chats.rename(conn, "me", secret, f"about {CANARY}"))
    return database, secret


def _grow(conn: sqlite3.Connection, secret: str, other: str, chance: random.Random) -> None:
    """Write six answers at a time: growing rows are moved from page to page, and leave copies behind."""
    texts: dict[str, str] = {}
    words: dict[str, str] = {}
    for _ in range(2000):
        if len(texts) < 6 or chance.random() < 0.2:
            chat, word = chance.choice(((secret, f" {CANARY}"), (other, " harmless")))
            _, answer = chats.ask(conn, "me", chat, parent=None, text=word, model="", writer="", now=1)
            texts[answer], words[answer] = "", word
        if len(texts) > 6:
            _finish(conn, first := next(iter(texts)), texts.pop(first))
        answer = chance.choice(list(texts))
        texts[answer] += words[answer] * chance.randint(1, 20)
        chats.write(conn, answer, texts[answer])
    for answer, text in texts.items():
        _finish(conn, answer, text)


def _finish(conn: sqlite3.Connection, answer: str, text: str) -> None:
    chats.finish(conn, answer, text=text, state=State.COMPLETE, digest="", facts={}, now=1)


def test_a_deleted_chat_leaves_no_byte_in_any_file(home: Home, tell: Any) -> None:
    database, secret = _lived_in(home, tell)
    (home.root / "sotto.db.damaged-1.db").write_text(f"kept aside with {CANARY}")
    (home.root / "sotto.db.part").write_text(f"left by a killed restore: {CANARY}")
    (home.backups / "sotto-000099.part").write_text(f"left by a killed backup: {CANARY}")
    assert {"sotto.db", "sotto.db-wal", "sotto-000003.db"} <= set(_traces(home))
    database.call(lambda conn: chats.delete(conn, "me", secret))
    kept = database.look(_left)
    database.scrub()
    assert _traces(home) == []
    # What was not deleted is all there, in the database and in its one fresh backup.
    (copy,) = home.backups.iterdir()
    with closing(sqlite3.connect(copy)) as conn:
        assert _left(conn) == database.look(_left) == kept
    assert database.look(owed) == []
    database.close()
    assert _traces(home) == []


def _left(conn: sqlite3.Connection) -> tuple[int, int]:
    found = search.find(conn, "me", "harmless", 10_000)
    return len(found), *conn.execute("SELECT count(*) FROM messages").fetchone()


def _delete_only(database: Database, secret: str) -> None:
    database.call(lambda conn: chats.delete(conn, "me", secret))


def _without_vacuum(database: Database, secret: str) -> None:
    _delete_only(database, secret)
    database.call(_merge_the_index)
    _empty_the_log(database)
    backup.renew(database.home)


def _merge_the_index(conn: sqlite3.Connection) -> None:
    conn.execute("INSERT INTO message_words (message_words) VALUES ('optimize')")


def _without_new_backups(database: Database, secret: str) -> None:
    _delete_only(database, secret)
    kept = {path: path.read_bytes() for path in database.home.backups.iterdir()}
    database.scrub()
    for path, data in kept.items():
        path.write_bytes(data)


def _empty_the_log(database: Database) -> None:
    with closing(sqlite3.connect(database.home.database)) as other:
        other.execute("PRAGMA wal_checkpoint (TRUNCATE)")


@pytest.mark.parametrize(
    "careless",
    [_delete_only, _without_vacuum, _without_new_backups],
)
def test_without_any_one_safeguard_the_search_for_traces_finds_some(
    home: Home, tell: Any, careless: Callable[[Database, str], None]
) -> None:
    database, secret = _lived_in(home, tell)
    careless(database, secret)
    assert _traces(home)
    database.close()


def test_without_merging_the_index_it_keeps_the_words(home: Home, tell: Any) -> None:
    database = open_database(home)
    secret, _, _ = tell(database, f"my {CANARY} question")
    tell(database, "another")
    _delete_only(database, secret)
    with closing(sqlite3.connect(home.database)) as other:
        other.execute("PRAGMA secure_delete = ON")
        other.execute("VACUUM")
    _empty_the_log(database)
    assert _traces(home) == ["sotto.db"]
    database.scrub()
    assert _traces(home) == []
    database.close()


def test_a_scrub_that_was_cut_off_is_done_at_the_next_start(home: Home, tell: Any) -> None:
    database, secret = _lived_in(home, tell)
    _delete_only(database, secret)
    database.close()
    assert _traces(home)
    open_database(home).close()
    assert _traces(home) == []


def _sent(home: Home, chat: str, text: str) -> None:
    (home.sent / chat).mkdir(parents=True)
    (home.sent / chat / "0123456789abcdef.json").write_text(text)


def test_what_left_for_a_chat_goes_with_it_and_what_left_for_others_stays(home: Home, tell: Any) -> None:
    database = open_database(home)
    secret, _, _ = tell(database, f"my {CANARY} question")
    other, _, _ = tell(database, "harmless")
    _sent(home, secret, CANARY)
    _sent(home, other, "harmless")
    (home.sent / "fedcba9876543210.json").write_text("for no chat")
    _delete_only(database, secret)
    database.close()  # killed before it could scrub
    assert "0123456789abcdef.json" in _traces(home)
    open_database(home).close()
    assert _traces(home) == []
    assert {path.name for path in home.sent.iterdir()} == {other, "fedcba9876543210.json"}


def test_what_left_for_a_chat_that_was_gone_by_then_goes_with_the_next_that_is_deleted(
    home: Home, tell: Any
) -> None:
    database = open_database(home)
    _sent(home, "00c0ffee00c0ffee", CANARY)
    chat, _, _ = tell(database, "harmless")
    _delete_only(database, chat)
    database.scrub()
    database.close()
    assert not list(home.sent.iterdir())


def test_what_is_deleted_in_memory_takes_no_backup_from_the_home(home: Home, tell: Any) -> None:
    open_database(home).close()
    copies = [backup.make(home), backup.make(home)]
    memory = open_in_memory(home)
    chat, _, answer = tell(memory)
    memory.call(lambda conn: pruning.prune(conn, "me", chat, answer))
    memory.scrub()
    memory.close()
    assert all(copy.exists() for copy in copies)


def test_scrubbing_waits_for_other_programs_and_they_go_on(home: Home, tell: Any) -> None:
    database, secret = _lived_in(home, tell)
    with closing(open_database(home)) as other:
        other.look(lambda conn: chats.listed(conn, "me"))
        _delete_only(database, secret)
        database.scrub()
        tell(other, "further", "on")
        assert other.look(lambda conn: search.find(conn, "me", "further"))
    database.close()
    assert _traces(home) == []
