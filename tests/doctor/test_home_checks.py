from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sottovoce.core.paths import Home, open_home
from sottovoce.core.settings import Settings
from sottovoce.doctor import keeping
from sottovoce.doctor.finding import Finding, Grade
from sottovoce.guard.provenance import short
from sottovoce.hybrid import keyring, keys, upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose
from sottovoce.store import backup, signing
from sottovoce.store.db import open_database
from sottovoce.store.migrate import SCHEMA

OK, WARN, FAIL = Grade.OK, Grade.WARN, Grade.FAIL


@pytest.fixture
def used(home: Home) -> Home:
    """A home with a database and one backup."""
    open_database(home).close()
    if backup.newest(home) is None:
        backup.make(home)
    return home


def snapshot(home: Home) -> dict[str, tuple[int, float]]:
    """Everything but SQLite's own log and index of it, which any reader makes."""
    files = [path for path in home.root.rglob("*") if path.name not in ("sotto.db-wal", "sotto.db-shm")]
    return {str(path): (path.stat().st_size, path.stat().st_mtime) for path in files if path.is_file()}


def far() -> Upstream:
    return Upstream("far", "https://api.example.com/v1", "large", Where.OUTSIDE)


# ── settings ──────────────────────────────────────────────────────────────────────────────────────


def test_settings_in_order_are_read(home: Home) -> None:
    home.config.write_text('network = "on"\n')
    settings, found = keeping.read_settings(home, {}, {})
    assert (settings.network, found.grade) == ("on", OK)


@pytest.mark.parametrize("text", ["network = ", "colour = 'red'\n", 'network = "maybe"\n', "\xff"])
def test_a_broken_config_is_found_and_the_rest_goes_on(home: Home, text: str) -> None:
    home.config.write_bytes(text.encode("latin-1"))
    settings, found = keeping.read_settings(home, {}, {})
    assert settings == Settings()
    assert found.grade is FAIL
    assert "config.toml" in found.sentence
    assert found.step


def test_a_config_that_is_a_folder_is_found(home: Home) -> None:
    home.config.mkdir()
    assert keeping.read_settings(home, {}, {})[1].grade is FAIL


def test_a_wrong_environment_is_named(home: Home) -> None:
    found = keeping.read_settings(home, {"threads": "many"}, {})[1]
    assert "SOTTO_THREADS" in found.sentence


# ── who may read it ───────────────────────────────────────────────────────────────────────────────


def test_a_home_as_sotto_makes_it_is_private(used: Home) -> None:
    Ledger(used.ledger).begin("models.example", 443, Purpose.DOWNLOAD, "GET")
    assert keeping.access(used).grade is OK
    assert list(keeping.too_open(used.root)) == []


def test_a_home_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    assert keeping.access(Home(tmp_path / "none")).grade is OK
    assert not (tmp_path / "none").exists()


def test_a_home_open_to_others_fails_and_its_own_step_mends_it(used: Home) -> None:
    used.root.chmod(0o755)
    used.database.chmod(0o644)
    found = keeping.access(used)
    assert found.grade is FAIL
    assert found.step is not None
    subprocess.run(found.step, shell=True, check=True)
    assert keeping.access(used).grade is OK
    assert used.backups.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_files_that_only_the_folder_protects_are_named(used: Home, mode: int) -> None:
    used.database.chmod(mode)
    found = keeping.access(used)
    assert found.grade is WARN
    assert "sotto.db" in found.sentence


def test_many_open_files_are_counted_not_listed(used: Home) -> None:
    for at in range(9):
        (used.kv / f"{at}").touch(0o644)
        (used.kv / f"{at}").chmod(0o644)
    assert "and 6 more" in keeping.access(used).sentence


def test_a_link_to_a_model_elsewhere_is_no_hole(used: Home, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").touch(0o644)
    (used.models / "model.gguf").symlink_to(tmp_path / "model.gguf")
    assert keeping.access(used).grade is OK


def test_a_home_of_somebody_else_is_told(used: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: used.root.stat().st_uid + 1)
    found = keeping.access(used)
    assert found.grade is WARN
    assert "another user" in found.sentence


def test_a_home_that_cannot_be_written_fails(used: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert keeping.access(used).grade is FAIL


# ── database and backups ──────────────────────────────────────────────────────────────────────────


def test_a_sound_database_is_read_and_left_as_it_is(used: Home) -> None:
    before = snapshot(used)
    found = keeping.database(used)
    assert (found.grade, found.sentence[:14]) == (OK, "sound, 0 chats")
    assert snapshot(used) == before
    assert list(keeping.too_open(used.root)) == []


def test_no_database_is_no_fault(home: Home) -> None:
    assert keeping.database(home).grade is OK
    assert not home.database.exists()


def overwrite(home: Home) -> None:
    home.database.write_bytes(b"not a database at all" * 1000)


def cut(home: Home) -> None:
    home.database.write_bytes(home.database.read_bytes()[:-5000])


def scribble(home: Home) -> None:
    data = bytearray(home.database.read_bytes())
    for at in range(4096, len(data), 4096):
        data[at : at + 64] = b"\xaa" * 64
    home.database.write_bytes(data)


def empty_folder(home: Home) -> None:
    home.database.unlink()
    home.database.mkdir()


def empty(home: Home) -> None:
    home.database.write_bytes(b"")


def break_text(home: Home) -> None:
    """A title that is no longer UTF-8, in a database whose pages are all in order."""
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute(
            """INSERT INTO chats (id, owner, title, created, changed)
               VALUES ('a', 'me', CAST(x'6120fffeffff' AS TEXT), 1.0, 1.0)"""
        )


@pytest.mark.parametrize("harm", [overwrite, cut, scribble, empty, empty_folder, break_text])
def test_a_damaged_database_is_found(used: Home, harm: Callable[[Home], None]) -> None:
    harm(used)
    found = keeping.database(used)
    assert found.grade is FAIL
    assert found.step


def test_a_newer_database_is_told_apart_from_a_damaged_one(used: Home) -> None:
    connection = sqlite3.connect(used.database)
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    found = keeping.database(used)
    assert found.grade is FAIL
    assert "later version" in found.sentence
    assert found.step is not None
    assert "git pull && pip install ." in found.step


def test_the_age_of_the_newest_backup_is_told(used: Home) -> None:
    assert "today" in keeping.backups(used, time.time()).sentence
    assert "yesterday" in keeping.backups(used, time.time() + 86_400).sentence
    assert "3 days ago" in keeping.backups(used, time.time() + 3 * 86_400).sentence


def test_backups_that_stopped_are_worth_a_look(used: Home) -> None:
    newest = backup.newest(used)
    assert newest is not None
    long_ago = time.time() - 20 * 86_400
    os.utime(newest, (long_ago, long_ago))
    assert keeping.backups(used, time.time()).grade is WARN
    os.utime(used.database, (long_ago, long_ago))  # nothing was written since: nothing is missing
    assert keeping.backups(used, time.time()).grade is OK


def test_no_backup_yet_is_fine(home: Home) -> None:
    assert keeping.backups(home, time.time()).grade is OK


# ── what has left ─────────────────────────────────────────────────────────────────────────────────


def leave(home: Home) -> None:
    Ledger(home.ledger).begin("models.example", 443, Purpose.DOWNLOAD, "GET")


def damage(home: Home) -> None:
    home.ledger.write_bytes(b"\0\0\n")


@pytest.mark.parametrize(
    ("prepare", "grade", "said"),
    [
        (lambda _: None, OK, "off: nothing has left this machine"),
        (leave, OK, "off: 1 connection, the last on "),
        (damage, WARN, "cannot be read"),
    ],
)
def test_what_has_left_is_told(home: Home, prepare: Callable[[Home], None], grade: Grade, said: str) -> None:
    prepare(home)
    found: Finding = keeping.network(home, "off")
    assert found.grade is grade
    assert said in found.sentence


def test_the_newest_file_of_a_home_is_known(tmp_path: Path) -> None:
    home = open_home(tmp_path / "new")
    assert keeping.newest_written(home) is None
    home.config.write_text("")
    os.utime(home.config, (5, 5))
    assert keeping.newest_written(home) == 5


def test_a_signing_key_that_was_never_needed_is_no_fault(home: Home) -> None:
    assert keeping.signing_key(home).grade is OK
    assert not home.signing_key.exists()


def test_a_signing_key_that_is_there_is_named(home: Home) -> None:
    key = signing.open_key(home)
    found = keeping.signing_key(home)
    assert (found.grade, found.sentence) == (OK, f"key {short(key.public)}")


@pytest.mark.parametrize(
    ("hurt", "grade", "word"),
    [
        (lambda home: home.signing_key.chmod(0o644), WARN, "sign in your name"),
        (lambda home: home.signing_key.unlink(), WARN, "gone"),
        (lambda home: home.signing_key.write_text("rubbish"), FAIL, "damaged"),
        (lambda home: home.signing_public.write_text(f"ed25519 {'A' * 43}=\n"), WARN, "another"),
    ],
)
def test_a_signing_key_that_was_lost_replaced_or_damaged_is_told(
    home: Home, hurt: Callable[[Home], object], grade: Grade, word: str
) -> None:
    signing.open_key(home)
    hurt(home)
    before = snapshot(home)
    found = keeping.signing_key(home)
    assert (found.grade, word in found.sentence) == (grade, True)
    assert found.step
    assert snapshot(home) == before


# ── keys of models elsewhere ──────────────────────────────────────────────────────────────────────


def test_keys_that_can_be_read_are_counted(home: Home) -> None:
    assert keeping.keys_elsewhere(home) is None
    upstreams.add(home, far())
    assert keeping.keys_elsewhere(home) is None
    keys.keep(home, far(), "sk-canary")
    found = keeping.keys_elsewhere(home)
    assert found is not None
    assert (found.grade, found.sentence) == (OK, "1 of models elsewhere, to be read")


def test_a_key_that_cannot_be_read_is_found_and_nothing_is_mended(home: Home) -> None:
    upstreams.add(home, far())
    keys.keep(home, far(), "sk-canary")
    file = upstreams.folder(home) / "far.key"
    file.write_text("{")
    file.chmod(0o644)
    before = snapshot(home)
    found = keeping.keys_elsewhere(home)
    assert found is not None
    assert (found.grade, found.sentence) == (WARN, "The key of far cannot be read.")
    assert "sotto upstreams key far" in (found.step or "")
    assert (snapshot(home), file.stat().st_mode & 0o777) == (before, 0o644)


def test_a_key_in_a_keyring_that_is_not_here_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    upstreams.add(home, far())
    keys.keep(home, far(), "sk-canary")
    record = {"origin": list(far().origin), "keyring": "Secret Service"}
    (upstreams.folder(home) / "far.key").write_text(json.dumps(record))
    monkeypatch.setattr(keyring, "kinds", dict)
    found = keeping.keys_elsewhere(home)
    assert found is not None
    assert (found.grade, found.sentence) == (WARN, "There is no keyring of the system here.")
