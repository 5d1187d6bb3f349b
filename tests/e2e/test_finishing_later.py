"""Ask now, finish later, with real servers: one there that comes and goes, one here that waits for it."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from loaded import Process
from whole import start

from sottovoce.core import notices
from sottovoce.core.messages import Role
from sottovoce.core.paths import open_home
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where
from sottovoce.store import chats
from sottovoce.store.db import open_database

pytestmark = [pytest.mark.e2e, pytest.mark.model]

Started = Process | subprocess.Popen[str]
Serve = Callable[..., Started]
PERSONAL = "I am Anna Berger. Is the sea blue?"
HERE = {"SOTTO_NETWORK": "ask", "SOTTO_KEEP_SENT": "on", "SOTTO_ENGINE": "echo"}
PATIENCE = 120.0
"""Seconds."""
LONGEST = 600
"""Seconds after which a server that does not end is ended."""


def environment(home: Path, **env: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    return {**kept, "SOTTO_HOME": str(home), **env}


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


@pytest.fixture
def serve(loopback: None) -> Iterator[Serve]:
    """Start a server in a home; it is stopped after the test."""
    running: list[Started] = []

    def begin(home: Path, port: int, **env: str) -> Started:
        there = environment(home, **env)
        process = start(["serve", "--port", str(port)], there, together=True, patience=LONGEST)
        running.append(process)
        assert process.stdout is not None
        assert re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        return process

    yield begin
    for process in running:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        process.communicate()


def waits(home: Path) -> int:
    """Return how many questions wait, without keeping the programs of this home from anything."""
    with closing(sqlite3.connect(f"file:{home / 'sotto.db'}?mode=ro", uri=True)) as connection:
        count: int = connection.execute("SELECT count(*) FROM waiting").fetchone()[0]
    return count


def test_a_draft_now_and_the_real_answer_once_the_place_is_there(
    serve: Serve, tmp_path: Path, port: int
) -> None:
    here, there = open_home(tmp_path / "here"), tmp_path / "there"
    url = f"http://127.0.0.1:{port}"
    upstreams.add(here, Upstream("cellar", url, "starter", Where.INSIDE, longest=48))
    asked = start(["ask", "--there", "cellar", "--yes-send", PERSONAL], environment(here.root, **HERE))
    out, err = asked.communicate()
    assert (asked.returncode, out.strip(), waits(here.root)) == (0, PERSONAL, 1)
    assert "A draft: cellar could not be reached." in err
    first = serve(there, port)
    first.kill()
    first.wait()  # else it may still have the port
    serve(there, port)
    serve(here.root, 0, **HERE)
    end = time.monotonic() + PATIENCE
    while waits(here.root):
        assert time.monotonic() < end, "it still waits"
        time.sleep(0.05)
    with closing(open_database(here)) as database:
        (chat,) = database.look(lambda conn: chats.listed(conn, "me"))
        said = database.look(lambda conn: chats.messages(conn, "me", chat.id))
    draft, better = (message for message in said if message.role is Role.ASSISTANT)
    assert [notice.code for notice in notices.kept(draft.facts)] == ["draft"]
    assert better.facts["elsewhere"]["upstream"] == "cellar"
    assert better.text.strip()
    assert "QX" not in better.text
    sent = list((here.root / "sent").glob("*/*.json"))
    assert sent
    assert not any(b"Anna" in file.read_bytes() for file in sent)
