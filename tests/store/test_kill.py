"""Kills a program at every call by which it changes its home, and looks at what is left.

This shows what `kill -9` can do. What a power cut can do besides, losing writes that were not synced,
no killed process shows; for that the store relies on SQLite's synchronous=FULL.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from sottovoce.core.messages import Role, State
from sottovoce.core.paths import Home, open_home
from sottovoce.store import backup, chats, search
from sottovoce.store.db import Database, open_database
from sottovoce.store.migrate import packaged

OPEN = """
import sys
from pathlib import Path
from sottovoce.core.messages import State
from sottovoce.core.paths import open_home
from sottovoce.store import chats
from sottovoce.store.db import open_database
home = open_home(Path(sys.argv[1]))
"""

THREE_TURNS = (
    OPEN
    + """
database = open_database(home)
chat = database.call(lambda conn: chats.start(conn, "me", system="", model="echo", now=1.0))
print("chat", chat.id, flush=True)
leaf = None
for turn in range(3):
    question, answer = database.call(lambda conn: chats.ask(
        conn, "me", chat.id, parent=leaf, text=f"question{turn}", model="echo",
        writer=database.writer, now=2.0))
    print("asked", question, answer, flush=True)
    for part in (1, 2):
        database.call(lambda conn: chats.write(conn, answer, f"answer{turn} " * part))
        print("wrote", answer, part, flush=True)
    database.call(lambda conn: chats.finish(
        conn, answer, text=f"answer{turn} " * 3, state=State.COMPLETE, digest="d", facts={}, now=3.0))
    print("finished", answer, flush=True)
    leaf = answer
database.close()
"""
)

DELETING = (
    OPEN
    + """
database = open_database(home)
database.call(lambda conn: chats.delete(conn, "me", sys.argv[2]))
print("deleted", flush=True)
database.scrub()
print("scrubbed", flush=True)
database.close()
"""
)

SECOND = "ALTER TABLE chats ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';"

MIGRATING = (
    OPEN
    + """
from sottovoce.store.migrate import packaged
open_database(home, steps=[*packaged(), sys.argv[2]]).close()
print("done", flush=True)
"""
)

RESTORING = (
    OPEN
    + """
from sottovoce.store import backup
backup.restore(home)
print("restored", flush=True)
"""
)

MODULES = ("sottovoce.store.backup", "sottovoce.store.chats", "sottovoce.store.db")
Check = Callable[[Home, list[str]], None]


def _at_every_call(
    killer: Any, folder: Path, program: str, check: Check, *, start: Path | None = None, given: str = ""
) -> int:
    """Run the program once for every call it makes, killed there; return how many there are."""

    def home_for(name: str) -> Path:
        root = folder / name
        if start is not None:
            shutil.copytree(start, root)
        return root

    def killed_at(k: int) -> None:
        root = home_for(f"{k}")
        run = loaded.run_until_kill([str(root), given], root, k, torn=k % 2 == 1)
        assert run.killed, f"call {k}: {run.errors}"
        check(open_home(root), run.said)
        shutil.rmtree(root)

    whole = home_for("whole")
    with killer.load(program, MODULES) as loaded, ThreadPoolExecutor(2) as pool:
        calls: int = loaded.count([str(whole), given], whole)
        list(pool.map(killed_at, range(1, calls + 1)))
    return calls


def _sound(database: Database) -> None:
    def check(conn: Any) -> list[Any]:
        conn.execute("INSERT INTO message_words (message_words) VALUES ('integrity-check')")
        return [*conn.execute("PRAGMA integrity_check"), *conn.execute("PRAGMA foreign_key_check")]

    assert database.call(check) == [("ok",)]


def test_the_harness_kills_where_it_is_told(killer: Any, tmp_path: Path) -> None:
    """A check of the check: without its kill a program says more, and a late kill spares what came before."""
    program = (
        "import sys\nfor n in range(5):\n open(f'{sys.argv[1]}/{n}', 'w').close()\n print(n, flush=True)"
    )
    with killer.load(program) as loaded:
        assert loaded.count([str(tmp_path)], tmp_path) == 5
        run = loaded.run_until_kill([str(tmp_path)], tmp_path, 3)
        assert (run.killed, run.said) == (True, ["0", "1"])
        run = loaded.run_until_kill([str(tmp_path)], tmp_path, 6)
        assert (run.killed, run.said) == (False, ["0", "1", "2", "3", "4"])


def test_three_turns_killed_at_every_call_keep_all_that_was_acknowledged(killer: Any, tmp_path: Path) -> None:
    def check(home: Home, said: list[str]) -> None:
        with closing(open_database(home)) as database:
            _sound(database)
            kept = {
                message.id: message
                for chat in database.look(lambda conn: chats.listed(conn, "me"))
                for message in database.look(lambda conn, chat=chat: chats.messages(conn, "me", chat.id))  # type: ignore[misc]
            }
            for line in said:
                match line.split():
                    case ["chat", chat]:
                        assert database.look(lambda conn, chat=chat: chats.get(conn, "me", chat))  # type: ignore[misc]
                    case ["asked", question, answer]:
                        assert kept[question].text.startswith("question")
                        assert kept[answer].parent == question
                    case ["wrote", answer, part]:
                        assert len(kept[answer].text.split()) >= int(part)
                    case ["finished", answer]:
                        assert kept[answer].state is State.COMPLETE
            finished = {line.split()[1] for line in said if line.startswith("finished")}
            for message in kept.values():
                if message.role is Role.ASSISTANT and message.id not in finished:
                    # The last one may be finished, with only its acknowledgement cut off.
                    assert message.state in (State.INTERRUPTED, State.COMPLETE)
                    assert message.state is State.INTERRUPTED or len(message.text.split()) == 3
                for word in message.text.split()[:1]:
                    hits = database.look(lambda conn, word=word: search.find(conn, "me", word))  # type: ignore[misc]
                    assert message.id in [hit.message for hit in hits]
        assert not list((home.root / "writers").iterdir())

    assert _at_every_call(killer, tmp_path, THREE_TURNS, check) > 100


def _used_home(root: Path) -> tuple[Path, str]:
    """Make a home with two chats and backups; return it and the chat that holds the canary."""
    home = open_home(root)
    with closing(open_database(home)) as database:
        made = []
        for word in ("zqcanary ", "harmless "):
            chat = database.call(lambda conn: chats.start(conn, "me", system="", model="", now=1.0))
            _, answer = database.call(
                lambda conn, chat=chat, word=word: chats.ask(  # type: ignore[misc]
                    conn, "me", chat.id, parent=None, text=word * 300, model="", writer="", now=1.0
                )
            )
            database.call(
                lambda conn, answer=answer, word=word: chats.finish(  # type: ignore[misc]
                    conn, answer, text=word * 300, state=State.COMPLETE, digest="", facts={}, now=1.0
                )
            )
            made.append(chat.id)
        backup.make(home)
        backup.make(home)
    return root, made[0]


def test_a_deletion_killed_at_every_call_is_finished_at_the_next_start(killer: Any, tmp_path: Path) -> None:
    start, secret = _used_home(tmp_path / "start")

    def check(home: Home, said: list[str]) -> None:
        with closing(open_database(home)) as database:
            _sound(database)
            left = [chat.id for chat in database.look(lambda conn: chats.listed(conn, "me"))]
            assert len(database.look(lambda conn: search.find(conn, "me", "harmless"))) == 2
        assert "deleted" not in said or secret not in left
        if secret not in left:
            for path in home.root.rglob("*"):
                assert not path.is_file() or b"zqcanar" not in path.read_bytes(), path
        assert backup.newest(home)

    assert _at_every_call(killer, tmp_path, DELETING, check, start=start, given=secret) > 50


def test_a_migration_killed_at_every_call_is_whole_at_the_next_start(killer: Any, tmp_path: Path) -> None:
    start, chat = _used_home(tmp_path / "start")

    def check(home: Home, said: list[str]) -> None:
        with closing(open_database(home, steps=[*packaged(), SECOND])) as database:
            _sound(database)
            assert len(database.look(lambda conn: chats.branch(conn, "me", chat))) == 2
            colours = database.look(lambda conn: conn.execute("SELECT colour FROM chats").fetchall())
            assert colours == [("blue",), ("blue",)]

    assert _at_every_call(killer, tmp_path, MIGRATING, check, start=start, given=SECOND) > 20


def test_a_restore_killed_at_every_call_can_be_done_again(killer: Any, tmp_path: Path) -> None:
    start, chat = _used_home(tmp_path / "start")
    (start / "sotto.db").write_bytes(b"damaged")
    (start / "sotto.db-wal").write_bytes(b"damaged too")

    def check(home: Home, said: list[str]) -> None:
        backup.restore(home)
        with closing(open_database(home)) as database:
            _sound(database)
            assert len(database.look(lambda conn: chats.branch(conn, "me", chat))) == 2
        aside = {path.read_bytes() for path in home.root.glob("sotto.db.damaged*")}
        assert {b"damaged", b"damaged too"} <= aside

    assert _at_every_call(killer, tmp_path, RESTORING, check, start=start) > 10
