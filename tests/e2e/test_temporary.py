"""A temporary chat with the real engine: once the server has ended, the home holds none of its words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.model,
    pytest.mark.usefixtures("loopback"),
    pytest.mark.skipif(
        sys.platform == "win32", reason="Windows ends a program without a signal it could heed"
    ),
]

PATIENCE = 120.0
STORED, PASSING = "quokka", "quetzal"
LONG = "Tell me about the {word}, please, since I have wanted to know of it for years. " * 8
"""Long enough that a state would be worth keeping."""


def served(home: Path) -> tuple[subprocess.Popen[str], str, str]:
    """Start the server; return it with its address and the code that signs in."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "sottovoce", "serve", "--port", "0"],
        env={**environment, "SOTTO_HOME": str(home), "SOTTO_SLOTS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while "/enter#" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    link = next(word for word in said.split() if "/enter#" in word)
    address, _, code = link.partition("/enter#")
    return process, address, code


def talk(client: httpx2.Client, word: str, **more: object) -> str:
    question = {"text": LONG.format(word=word), "sampling": {"max_tokens": 8}, **more}
    run = client.post("/app/api/runs", json=question).raise_for_status().json()
    events = client.get(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events").text
    assert "event: done" in events, events
    return str(run["chat"])


def holding(home: Path, word: str) -> list[str]:
    """Return the files in which the word stands, or its tokens' own text."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes().lower()]


def states_of_chats(home: Path) -> list[Path]:
    return [path for path in (home / "kv").glob("*.state") if not path.name.startswith("opening-")]


def test_a_home_holds_nothing_of_a_temporary_chat(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process, address, code = served(home)
    try:
        with httpx2.Client(base_url=address, timeout=PATIENCE, headers={"Origin": address}) as client:
            client.post("/app/api/session", json={"code": code}).raise_for_status()
            talk(client, PASSING, temporary=True)
            kept = talk(client, STORED)  # takes the one slot: whoever sat there would be saved
            last = talk(client, PASSING, temporary=True)  # and so this one, when the server ends
            assert client.get(f"/app/api/chats/{last}").status_code == 200
            assert [one["id"] for one in client.get("/app/api/chats").json()["chats"]] == [kept]
            states = states_of_chats(home)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert len(states) == 1, "the stored chat's state should have been kept"
    assert states_of_chats(home) == states
    assert holding(home, STORED)
    assert holding(home, PASSING) == []
