from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sottovoce.cli.main import main
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.doctor.offline import prove
from sottovoce.store import backup, chats
from sottovoce.store.db import open_database

Sotto = Callable[..., int]


@pytest.fixture
def sotto(home: Home, monkeypatch: pytest.MonkeyPatch) -> Sotto:
    """Run a command on the test's home with the engine that answers by rule; return its exit code."""
    monkeypatch.setenv("SOTTO_HOME", str(home.root))
    monkeypatch.setenv("SOTTO_ENGINE", "echo")

    def run(*arguments: str) -> int:
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        return int(leaving.value.code or 0)

    return run


@pytest.fixture
def damaged(home: Home) -> Home:
    """A home whose database is damaged, with one backup."""
    open_database(home).close()
    if backup.newest(home) is None:
        backup.make(home)
    home.database.write_bytes(b"no longer a database" * 500)
    return home


CHECKS = [
    "python", "sqlite", "screen", "clock", "disk", "file system", "leftovers", "settings", "home", "database",
    "backups", "rules", "routing", "signing", "network", "engine library", "model", "model digest", "memory",
    "engine",
]  # fmt: skip


def test_a_sound_installation_passes_every_check(sotto: Sotto, capsys: pytest.CaptureFixture[str]) -> None:
    assert sotto("doctor", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is True
    assert [check["name"] for check in said["checks"]] == CHECKS
    assert set(said["checks"][0]) == {"name", "grade", "sentence", "step"}


def test_findings_are_read_line_by_line(sotto: Sotto, capsys: pytest.CaptureFixture[str]) -> None:
    assert sotto("doctor") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok    python          Python 3.")
    assert any(line.startswith("ok    network         off: nothing has left this machine") for line in lines)
    assert lines[-1].startswith(f"{len(CHECKS)} checks, ")


def test_looking_makes_no_home(tmp_path: Path, sotto: Sotto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOTTO_HOME", str(tmp_path / "none"))
    assert sotto("doctor") == 0
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("harm", ["config", "database", "home", "model"])
def test_what_is_wrong_is_named_with_its_next_step(
    home: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    options: list[str] = []
    if harm == "config":
        home.config.write_text("model = \n")
    elif harm == "database":
        home.database.write_bytes(b"no longer a database" * 500)
    elif harm == "home":
        home.root.chmod(0o755)
    else:
        options = ["--model", str(home.models / "none.gguf")]
    assert sotto(*options, "doctor", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    failed = [check for check in said["checks"] if check["grade"] == "fail"]
    name = {"config": "settings"}.get(harm, harm)
    assert [check["name"] for check in failed] == [name]
    assert failed[0]["step"]
    assert said["ok"] is False


def test_a_damaged_model_is_named(home: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]) -> None:
    broken = home.models / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    assert sotto("--model", str(broken), "doctor") == 1
    said = capsys.readouterr().out
    assert "fail  model " in said
    assert "next: " in said


# ── restore ───────────────────────────────────────────────────────────────────────────────────────


def test_a_damaged_database_is_restored_and_kept_aside(
    damaged: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sotto("doctor", "--restore", "--yes") == 0
    assert capsys.readouterr().out.startswith("Restored from sotto-")
    assert [path.read_bytes()[:20] for path in damaged.root.glob("*damaged*")] == [b"no longer a database"]
    assert sotto("doctor") == 0


def test_a_text_that_cannot_be_read_is_found_and_restored(
    home: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_database(home)) as database:
        chat = database.call(lambda conn: chats.start(conn, OWNER, system="", model="", now=1.0))
        database.call(lambda conn: chats.rename(conn, OWNER, chat.id, "Why is the sky blue?"))
    backup.make(home)
    data = home.database.read_bytes()
    assert b"Why is the sky" in data
    home.database.write_bytes(data.replace(b"Why is the sky", b"\xff\xfe\xff\xffis the sky"))
    assert sotto("chats", "list") == 1
    assert "sotto doctor --restore" in capsys.readouterr().err
    assert sotto("doctor") == 1
    assert "cannot be read" in capsys.readouterr().out
    assert sotto("doctor", "--restore", "--yes") == 0
    assert sotto("chats", "list") == 0
    assert "Why is the sky blue?" in capsys.readouterr().out
    assert sotto("doctor") == 0


def test_the_restored_file_is_named_as_json(
    damaged: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sotto("doctor", "--restore", "--yes", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"restored_from", "damaged_kept_as", "sentence"}
    assert (damaged.backups / said["restored_from"]).exists()


def test_nothing_is_restored_unasked(damaged: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]) -> None:
    before = damaged.database.read_bytes()
    assert sotto("doctor", "--restore") == 3
    assert "sotto doctor --restore --yes" in capsys.readouterr().err
    assert damaged.database.read_bytes() == before


def test_a_sound_database_is_left_alone(home: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]) -> None:
    open_database(home).close()
    before = home.database.read_bytes()
    assert sotto("doctor", "--restore", "--yes") == 0
    assert "nothing was restored" in capsys.readouterr().out
    assert home.database.read_bytes() == before


@pytest.mark.parametrize("lost", ["gone", "empty"])
def test_a_lost_database_is_restored(
    damaged: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str], lost: str
) -> None:
    if lost == "gone":
        damaged.database.unlink()
    else:
        damaged.database.write_bytes(b"")
    assert sotto("doctor", "--restore", "--yes") == 0
    assert capsys.readouterr().out.startswith("Restored from sotto-")
    assert damaged.database.stat().st_size > 0


def test_without_a_backup_the_file_is_left_and_the_way_told(
    damaged: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(damaged.backups)
    assert sotto("doctor", "--restore", "--yes") == 2
    assert "no backup" in capsys.readouterr().err
    assert damaged.database.exists()


def test_a_newer_database_is_not_overwritten_by_an_old_backup(
    home: Home, sotto: Sotto, capsys: pytest.CaptureFixture[str]
) -> None:
    open_database(home).close()
    backup.make(home)
    connection = sqlite3.connect(home.database)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = home.database.read_bytes()
    assert sotto("doctor", "--restore", "--yes") == 1
    assert "later version" in capsys.readouterr().err
    assert home.database.read_bytes() == before


def test_two_different_things_are_refused_together(sotto: Sotto) -> None:
    assert sotto("doctor", "--restore", "--prove-offline") == 2


# ── the proof, with the engine that answers by rule; tests/e2e has the real one ────────────────────


def test_the_proof_is_told(sotto: Sotto, capsys: pytest.CaptureFixture[str]) -> None:
    assert sotto("doctor", "--prove-offline") == 0
    said = capsys.readouterr().out
    assert "0 connections tried during the chat; the control attempt was seen" in said


def test_the_proof_is_told_as_json(sotto: Sotto, capsys: pytest.CaptureFixture[str]) -> None:
    assert sotto("doctor", "--prove-offline", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["holds"] is True
    assert (said["tried"], said["processes"], len(said["answers"])) == ([], 1, 2)


LEAK = """
import socket, sys, threading, time

def leak():
    while "sottovoce.chat.turn" not in sys.modules:
        time.sleep(0.005)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        try:
            made.connect(("192.0.2.99", 53))
        except OSError:
            pass

if "sottovoce.doctor.alone" in sys.orig_argv:
    threading.Thread(target=leak, daemon=True).start()
"""


def test_a_program_that_reaches_out_is_caught(
    tmp_path: Path, sotto: Sotto, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(LEAK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    assert sotto("doctor", "--prove-offline") == 1
    assert "1 connection tried during the chat: socket.connect 192.0.2.99:53." in capsys.readouterr().out


BLIND = """
import sys

if "sottovoce.doctor.alone" in sys.orig_argv:
    sys.addaudithook = lambda hook: None
"""


def test_a_blind_watch_makes_the_proof_worthless(
    tmp_path: Path, sotto: Sotto, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BLIND)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    assert sotto("doctor", "--prove-offline") == 1
    assert "worthless" in capsys.readouterr().out


def test_the_proof_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert prove("echo").holds
    assert list(tmp_path.iterdir()) == []


def test_looking_does_not_take_long_to_import() -> None:
    """`sotto --help` must not pay for the doctor; the command's module is loaded for its own help only."""
    code = (
        "import sys, sottovoce.cli.doctor; print('sottovoce.doctor' in sys.modules, 'psutil' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False False\n"
