from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.errors import SottoError, StoreBusy, StoreDamaged, StoreNewer, StoreProblem
from sottovoce.core.messages import State
from sottovoce.core.paths import Home, open_home
from sottovoce.store import backup, chats, search
from sottovoce.store.db import Database, open_database


def test_a_new_home_gets_a_private_database_in_the_modes_we_rely_on(database: Database) -> None:
    def modes(conn: sqlite3.Connection) -> dict[str, Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store")
        return {name: conn.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert database.look(modes) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
    }
    for path in database.home.root.rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_an_open_mode_is_made_private_again(home: Home) -> None:
    open_database(home).close()
    home.database.chmod(0o644)
    open_database(home).close()
    assert stat.S_IMODE(home.database.stat().st_mode) == 0o600


def test_what_was_written_is_there_when_opened_again(home: Home, tell: Any) -> None:
    first = open_database(home)
    chat, question, answer = tell(first)
    first.close()
    first.close()  # twice is nothing
    with closing(open_database(home)) as second:
        branch = second.look(lambda conn: chats.branch(conn, "me", chat))
    assert [message.id for message in branch] == [question, answer]


def test_work_that_fails_leaves_nothing_behind(database: Database) -> None:
    def work(conn: sqlite3.Connection) -> None:
        chats.start(conn, "me", system="", model="", now=1)
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        database.call(work)
    assert database.look(lambda conn: chats.listed(conn, "me")) == []


def test_a_read_cannot_write(database: Database) -> None:
    database.look(lambda conn: chats.start(conn, "me", system="", model="", now=1))
    assert database.look(lambda conn: chats.listed(conn, "me")) == []


def test_a_transaction_keeps_others_from_writing_from_its_first_line(database: Database) -> None:
    """Begun as a reader, it would fail at its first write if another program had written meanwhile."""

    def work(conn: sqlite3.Connection) -> None:
        chats.listed(conn, "me")
        with (
            closing(sqlite3.connect(database.home.database, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("DELETE FROM chats")
        chats.start(conn, "me", system="", model="", now=1)

    database.call(work)


async def test_async_work_is_done_whole_even_if_nobody_waits_for_it_any_more(database: Database) -> None:
    def slow(conn: sqlite3.Connection) -> None:
        chats.start(conn, "me", system="", model="", now=1)
        time.sleep(0.05)
        chats.start(conn, "me", system="", model="", now=2)

    waiting = asyncio.ensure_future(database.run(slow))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(await database.read(lambda conn: chats.listed(conn, "me"))) in (0, 2)


def test_no_error_of_sqlite_leaves_the_store(database: Database) -> None:
    for statement in ("nonsense", "SELECT * FROM nowhere", "INSERT INTO chats (id) VALUES (NULL)"):
        with pytest.raises(StoreProblem) as caught:
            database.call(lambda conn, statement=statement: conn.execute(statement))  # type: ignore[misc]
        assert caught.value.hint
        assert caught.value.detail


def test_another_program_that_never_lets_go_is_named_in_a_sentence(database: Database, tell: Any) -> None:
    database.look(lambda conn: conn.execute("PRAGMA busy_timeout = 50"))
    with closing(sqlite3.connect(database.home.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy) as caught:
            tell(database)
        other.execute("ROLLBACK")
    assert caught.value.hint
    tell(database)


WRITE_MANY = """
import sys
from pathlib import Path
from sottovoce.core.messages import State
from sottovoce.core.paths import open_home
from sottovoce.store import chats, search
from sottovoce.store.db import open_database

home, name = open_home(Path(sys.argv[1])), sys.argv[2]
for _ in range(3):
    database = open_database(home)
    chat = database.call(lambda conn: chats.start(conn, "me", system="", model="", now=1.0))
    for turn in range(10):
        _, answer = database.call(lambda conn: chats.ask(
            conn, "me", chat.id, parent=None, text=f"{name} asks {turn}", model="",
            writer=database.writer, now=2.0))
        database.call(lambda conn: chats.write(conn, answer, "half"))
        assert database.look(lambda conn: search.find(conn, "me", f"{name} asks"))
        database.call(lambda conn: chats.finish(
            conn, answer, text="whole", state=State.COMPLETE, digest="", facts={}, now=3.0))
    database.close()
"""


def test_two_programs_write_and_read_at_once(home: Home) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-c", WRITE_MANY, str(home.root), name], stderr=subprocess.PIPE)
        for name in ("anna", "otto")
    ]
    for program in programs:
        _, errors = program.communicate(timeout=120)
        assert program.returncode == 0, errors.decode()
    with closing(open_database(home)) as database:
        everything = database.look(
            lambda conn: [m for chat in chats.listed(conn, "me") for m in chats.messages(conn, "me", chat.id)]
        )
        assert database.look(lambda conn: conn.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]
    assert len(everything) == 2 * 3 * 10 * 2
    assert {message.state for message in everything} == {State.COMPLETE}


# ---- unfinished answers ----


def _begin(database: Database) -> tuple[str, str]:
    def work(conn: sqlite3.Connection) -> tuple[str, str]:
        chat = chats.start(conn, "me", system="", model="", now=1)
        _, answer = chats.ask(
            conn, "me", chat.id, parent=None, text="why", model="", writer=database.writer, now=1
        )
        chats.write(conn, answer, "because blue", facts={"made": "here"})
        return chat.id, answer

    return database.call(work)


def test_an_answer_whose_writer_is_gone_is_kept_as_interrupted(home: Home) -> None:
    first = open_database(home)
    chat, _ = _begin(first)
    first.close()
    with closing(open_database(home)) as second:
        _, answer = second.look(lambda conn: chats.branch(conn, "me", chat))
        assert (answer.state, answer.text) == (State.INTERRUPTED, "because blue")
        assert answer.facts == {"made": "here"}
        assert second.look(lambda conn: search.find(conn, "me", "because"))


def test_an_answer_whose_writer_lives_is_left_alone(home: Home) -> None:
    with closing(open_database(home)) as first:
        chat, answer = _begin(first)
        with closing(open_database(home)) as second:
            assert second.look(lambda conn: chats.branch(conn, "me", chat))[-1].state is State.WRITING
        first.call(
            lambda conn: chats.finish(
                conn, answer, text="because", state=State.COMPLETE, digest="", facts={}, now=2
            )
        )


# ---- damage ----


def _filled(home: Home, tell: Any) -> list[str]:
    """Fill a home with chats and a backup of them; return their ids."""
    with closing(open_database(home)) as database:
        made = [tell(database, f"question {n} " * 40, f"answer {n} " * 80)[0] for n in range(20)]
    open_database(home).close()
    assert backup.newest(home)
    return made


def _everything(database: Database, made: list[str]) -> None:
    for chat in made:
        database.look(lambda conn, chat=chat: chats.messages(conn, "me", chat))  # type: ignore[misc]
    database.look(lambda conn: chats.listed(conn, "me"))
    database.look(lambda conn: search.find(conn, "me", "answer"))


def _garbage(data: bytes) -> bytes:
    return b"not a database at all" + data[21:]


def _page_of_noise(number: int) -> Any:
    def damage(data: bytes) -> bytes:
        return data[: number * 4096] + random.Random(1).randbytes(4096) + data[(number + 1) * 4096 :]

    return damage


DAMAGES = {
    "a garbage header": _garbage,
    "cut in half": lambda data: data[: len(data) // 2],
    "cut inside the header": lambda data: data[:60],
    "nothing left": lambda data: b"",
    "noise after the header": lambda data: data[:100] + random.Random(1).randbytes(3996) + data[4096:],
    "another program's": None,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_named_and_not_touched(home: Home, tell: Any, damage: str) -> None:
    made = _filled(home, tell)
    change = DAMAGES[damage]
    if change:
        home.database.write_bytes(change(home.database.read_bytes()))
    else:
        home.database.unlink()
        with closing(sqlite3.connect(home.database)) as other:
            other.execute("CREATE TABLE recipes (name TEXT)")
    before = home.database.read_bytes()
    with pytest.raises(StoreDamaged) as caught:
        open_database(home)
    assert "sotto doctor --restore" in (caught.value.hint or "")
    assert home.database.read_bytes() == before
    backup.restore(home)
    with closing(open_database(home)) as database:
        _everything(database, made)


def test_a_vanished_database_is_not_replaced_by_an_empty_one_in_silence(home: Home, tell: Any) -> None:
    _filled(home, tell)
    home.database.unlink()
    with pytest.raises(StoreDamaged):
        open_database(home)
    assert not home.database.exists()


@pytest.mark.parametrize("page", [5, 9, 14])
def test_a_damaged_page_is_named_when_it_is_read(home: Home, tell: Any, page: int) -> None:
    made = _filled(home, tell)
    home.database.write_bytes(_page_of_noise(page)(home.database.read_bytes()))
    with pytest.raises(StoreDamaged), closing(open_database(home)) as database:  # noqa: PT012
        _everything(database, made)
        database.call(lambda conn: chats.delete(conn, "me", made[0]))


def test_flipped_bits_are_never_more_than_a_sentence(home: Home, tell: Any) -> None:
    made = _filled(home, tell)
    sound = home.database.read_bytes()
    chance = random.Random(7)
    for _ in range(200):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 5, 200))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        for ending in ("-wal", "-shm"):
            home.database.with_name(f"sotto.db{ending}").unlink(missing_ok=True)
        home.database.write_bytes(data)
        try:
            with closing(open_database(home)) as database:
                _everything(database, made)
        except SottoError as problem:
            assert problem.sentence.endswith(".")  # noqa: PT017


def test_a_database_of_a_later_version_is_not_touched(home: Home) -> None:
    open_database(home).close()
    with closing(sqlite3.connect(home.database)) as later:
        later.execute("PRAGMA user_version = 99")
    before = home.database.read_bytes()
    with pytest.raises(StoreNewer) as caught:
        open_database(home)
    assert "git pull" in (caught.value.hint or "")
    assert home.database.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
def test_a_home_that_cannot_hold_a_database_is_named(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    home.database.mkdir()
    with pytest.raises(StoreProblem):
        open_database(home)
