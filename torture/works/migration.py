"""A home of an earlier version is brought up to date: its chats are there before, after and in between."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from sottovoce.core.messages import OWNER
from sottovoce.core.paths import open_home
from sottovoce.store import chats
from sottovoce.store.db import open_database
from sottovoce.store.migrate import SCHEMA, packaged
from torture.works import Safeguard, Work, must
from torture.works.chat import UNSYNCED, messages

FIRST = 10
"""The schema to begin with. Its home was itself brought there from the first."""

PROGRAM = """
import sys
from pathlib import Path
from sottovoce.core.paths import open_home
from sottovoce.store.db import open_database

open_database(open_home(Path(sys.argv[1]) / "home")).close()
print("done", flush=True)
"""

UNSETTLED = """
from sottovoce.store import migrate

def step(connection, number, script):
    connection.executescript(f"{script}\\n;PRAGMA user_version = {number};")

migrate._step = step
"""


def work(scratch: Path) -> Work:
    start = scratch / "old"
    home = open_home(start / "home")
    with closing(open_database(home, steps=packaged()[:1])) as database:
        database.call(_told)
    open_database(home, steps=packaged()[:FIRST]).close()
    return Work(
        f"a migration from schema {FIRST} to {SCHEMA}",
        PROGRAM,
        ("sottovoce.store.db", "importlib.resources.readers", "tempfile"),
        partial(shutil.copytree, start, dirs_exist_ok=True),
        check,
        Safeguard("the transaction around each step", UNSETTLED),
        Safeguard("`synchronous = FULL`, and the sync of files and folders", UNSYNCED + NO_SYNC),
    )


NO_SYNC = """
import os
os.fsync = lambda file: None
import sottovoce.store.backup as backup
connect = backup.sqlite3.connect
from sottovoce.store import db

def connected(*given, **named):
    connection = connect(*given, **named)
    connection.execute("PRAGMA synchronous = OFF")
    return connection

backup.sqlite3.connect = connected
"""


def check(folder: Path, said: Sequence[str]) -> None:
    kept = messages(folder / "home")
    must({"question", "answer"} <= set(kept), "a message from before the migration is lost")
    must(kept["answer"].text == "since " * 400, "a message from before the migration has changed")
    home = open_home(folder / "home")
    with closing(open_database(home)) as database:
        must(len(database.look(lambda conn: chats.listed(conn, OWNER))) == 1, "a chat is lost")
    for copy in home.backups.glob("*.db"):
        with closing(sqlite3.connect(copy)) as connection:
            must(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), "a backup is not sound")
            count = connection.execute("SELECT count(*) FROM messages").fetchone()
            must(count == (2,), "a backup lacks messages")


def _told(conn: sqlite3.Connection) -> None:
    """Store a chat as the first version did: today's functions know columns that were not there."""
    conn.execute("INSERT INTO chats VALUES ('aaaabbbbccccdddd', 'me', 'Sky', '', 'echo', 'answer', 1.0, 2.0)")
    rows = (
        ("question", None, "user", "why? " * 400),
        ("answer", "question", "assistant", "since " * 400),
    )
    conn.executemany(
        """INSERT INTO messages (id, parent, role, text, chat, owner, state, created)
           VALUES (?, ?, ?, ?, 'aaaabbbbccccdddd', 'me', 'complete', 1.0)""",
        rows,
    )
