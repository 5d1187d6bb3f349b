"""An answer whose program is killed in the midst of it is exported as an AI's, like any other."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from whole import start

pytestmark = pytest.mark.e2e

PATIENCE = 30


def environment(home: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    return {**own, "SOTTO_HOME": str(home), "SOTTO_ENGINE": "echo"}


def sotto(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    running = start(arguments, environment(home), patience=PATIENCE)
    out, err = running.communicate()
    assert running.returncode is not None
    return subprocess.CompletedProcess(arguments, running.returncode, out, err)


def words_kept(home: Path) -> int:
    """Return how many words of an answer are on the disk."""
    try:
        with closing(sqlite3.connect(f"file:{home / 'sotto.db'}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT text FROM messages WHERE role = 'assistant'").fetchall()
    except sqlite3.OperationalError:  # not made yet
        return 0
    return sum(len(text.split()) for (text,) in rows)


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """Return a home in which an answer was cut off by SIGKILL."""
    home = tmp_path / "home"
    asking = start(["ask", "/slow 20"], environment(home))
    try:
        end = time.monotonic() + PATIENCE
        while words_kept(home) < 5:
            assert asking.poll() is None, "it ended before it was killed"
            assert time.monotonic() < end
            time.sleep(0.02)
    finally:
        asking.kill()
        asking.communicate()
    return home


@pytest.mark.parametrize("kind", ["md", "html", "json", "docx", "pdf"])
def test_an_answer_cut_by_a_kill_carries_its_record(killed: Path, tmp_path: Path, kind: str) -> None:
    (chat,) = json.loads(sotto(killed, "chats", "list", "--json").stdout)
    file = tmp_path / f"cut.{kind}"
    assert sotto(killed, "chats", "export", chat["id"], "--to", str(file)).returncode == 0
    told = sotto(killed, "verify", "--json", str(file))
    assert told.returncode == 0
    marks = {mark["record"]["kind"]: mark for mark in json.loads(told.stdout)["marks"]}
    assert {kind: mark["finding"] for kind, mark in marks.items()} == {
        "answer": "unchanged",
        "chat": "unchanged",
    }
    assert marks["answer"]["record"]["model_digest"]
