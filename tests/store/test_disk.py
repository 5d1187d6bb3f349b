"""A full disk and a read-only home, made for real in a mount namespace of our own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FULL = '''
import asyncio, contextlib, json, os, sys
from pathlib import Path
from sottovoce.erasing import delete_chat
from sottovoce.core.errors import DiskFull, SottoError
from sottovoce.core.messages import State
from sottovoce.core.paths import open_home
from sottovoce.store import chats
from sottovoce.store.db import open_database

root = Path(sys.argv[1])
filler = root / "filler"
said = {"refused": 0, "whole": 0, "sentences": set()}


def fill(leaving):
    """Use up the disk but for so many bytes."""
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    with filler.open("rb+") as file:
        file.truncate(max(0, filler.stat().st_size - leaving))


@contextlib.contextmanager
def expected():
    try:
        yield
    except DiskFull as problem:
        said["refused"] += 1
        said["sentences"].add((problem.sentence.replace(str(root), "HOME"), problem.hint))


home = open_home(root / "home")
database = open_database(home)
acknowledged = []


def turn(text):
    def ask(conn):
        chat = chats.start(conn, "me", system="", model="", now=1.0)
        return chats.ask(
            conn, "me", chat.id, parent=None, text=text, model="", writer=database.writer, now=1.0)
    question, answer = database.call(ask)
    acknowledged.append((question, text))
    database.call(lambda conn: chats.write(conn, answer, text))
    database.call(lambda conn: chats.finish(
        conn, answer, text=text, state=State.COMPLETE, digest="", facts={}, now=2.0))
    acknowledged.append((answer, text))


def all_there():
    kept = dict(database.look(lambda conn: conn.execute("SELECT id, text FROM messages").fetchall()))
    return all(kept.get(name) == text for name, text in acknowledged)

'''

EACH_POINT = (
    FULL
    + """
for leaving in range(0, 144 * 1024, 4096):
    fill(leaving)
    with expected():
        turn(f"left {leaving} " + "words " * 500)
        said["whole"] += 1
    reading = all_there()  # what was said can be read while the disk is full
    filler.unlink()
    turn(f"again {leaving}")  # the same process goes on once there is room
    if leaving % 32768 == 0:
        chat = database.look(lambda conn: chats.listed(conn, "me"))[-1]
        gone = {m.id for m in database.look(lambda conn: chats.messages(conn, "me", chat.id))}
        database.call(lambda conn: chats.delete(conn, "me", chat.id))
        acknowledged[:] = [pair for pair in acknowledged if pair[0] not in gone]
        database.scrub()
    assert reading and all_there()
database.close()
database = open_database(home)
assert all_there()
said["check"] = database.look(lambda conn: conn.execute("PRAGMA integrity_check").fetchall())
said["cut"] = database.look(lambda conn: conn.execute(
    "SELECT count(*) FROM messages WHERE state = 'writing'").fetchone())
database.close()
said["sentences"] = sorted(said["sentences"])
print(json.dumps(said))
"""
)

DELETING = (
    FULL
    + """
turn("zqcanary " * 5000)
turn("stays " * 5000)
chat = database.look(lambda conn: chats.listed(conn, "me"))[-1]
fill(256 * 1024)
database.call(lambda conn: chats.delete(conn, "me", chat.id))
with expected():
    database.scrub()
fill(0)
with expected():
    asyncio.run(delete_chat(home, database, database.look(lambda conn: chats.listed(conn, "me"))[0].id))
with expected():
    open_database(home).close()
filler.unlink()
database.close()
open_database(home).close()
said["traces"] = [p.name for p in home.root.rglob("*") if p.is_file() and b"zqcanar" in p.read_bytes()]
said["sentences"] = sorted(said["sentences"])
print(json.dumps(said))
"""
)

READ_ONLY = """
import json, sys
from pathlib import Path
from sottovoce.core.errors import ReadOnly
from sottovoce.core.paths import open_home
from sottovoce.store.db import open_database
try:
    open_database(open_home(Path(sys.argv[1]) / "home"))
except ReadOnly as problem:
    print(json.dumps([problem.sentence, problem.hint]))
"""


@pytest.fixture
def within(tmp_path: Path) -> Any:
    """Run a program on a folder after a mount that only it sees."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mount namespaces are not allowed here")
    folder = tmp_path / "disk"
    folder.mkdir()

    def run(mount: str, program: str) -> Any:
        shell = f'{mount} && exec "$0" -c "$1" "$DISK"'
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", shell, sys.executable, program],
            env={**os.environ, "DISK": str(folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


SMALL_DISK = 'mount -t tmpfs -o size=3m none "$DISK"'
READ_ONLY_DISK = 'mount --bind "$DISK" "$DISK" && mount -o remount,bind,ro "$DISK"'


def test_a_full_disk_loses_nothing_at_any_point_and_says_so(within: Any) -> None:
    said = within(SMALL_DISK, EACH_POINT)
    assert said["refused"] > 5
    assert said["whole"] > 5
    assert (said["check"], said["cut"]) == ([["ok"]], [0])
    for sentence, hint in said["sentences"]:
        assert sentence == "The disk that holds HOME/home is full."
        assert hint


def test_a_deletion_on_a_full_disk_holds_and_is_finished_later(within: Any) -> None:
    said = within(SMALL_DISK, DELETING)
    assert said["traces"] == []
    assert any("deleted" in sentence for sentence, _ in said["sentences"])
    assert any("delete it again" in hint for _, hint in said["sentences"])


@pytest.mark.parametrize("new", [True, False], ids=["an empty home", "a home in use"])
def test_a_read_only_home_is_named(within: Any, tmp_path: Path, new: bool) -> None:
    if not new:
        from sottovoce.core.paths import open_home
        from sottovoce.store.db import open_database

        open_database(open_home(tmp_path / "disk" / "home")).close()
    sentence, hint = within(READ_ONLY_DISK, READ_ONLY)
    assert str(tmp_path / "disk" / "home") in sentence
    assert "SOTTO_HOME" in hint
