from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from sottovoce.core.errors import SottoError
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home
from sottovoce.store.guard_log import Entry, GuardLog

ENTRY = Entry(1000.5, "falcon", "", "question", "refused", "me", "here")


def test_an_act_is_remembered_whole(home: Home) -> None:
    log = GuardLog(home.guard_log)
    assert log.entries() == ([], 0)
    assert not home.guard_log.exists()
    log.add(ENTRY)
    log.add(replace(ENTRY, rule="规则", category="weapons", at=2000.0))
    assert log.entries() == ([ENTRY, replace(ENTRY, rule="规则", category="weapons", at=2000.0)], 0)
    assert [entry.at for entry in log.entries(since=1500)[0]] == [2000.0]


def test_the_file_is_private_and_has_these_fields_and_no_other(home: Home) -> None:
    GuardLog(home.guard_log).add(ENTRY)
    assert stat.S_IMODE(home.guard_log.stat().st_mode) == 0o600
    assert set(json.loads(home.guard_log.read_text())) == {
        "at", "rule", "category", "where", "outcome", "owner", "surface",
    }  # fmt: skip


def test_no_field_takes_a_text(home: Home) -> None:
    GuardLog(home.guard_log).add(replace(ENTRY, rule="word " * 1000))
    assert home.guard_log.stat().st_size < 400


def test_each_line_is_synced(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_size), real(handle))[1]
    )
    GuardLog(home.guard_log).add(ENTRY)
    assert home.guard_log.stat().st_size in synced


@pytest.mark.parametrize("cut", [1, 20])
def test_a_torn_line_swallows_none_after_it(home: Home, cut: int) -> None:
    log = GuardLog(home.guard_log)
    log.add(ENTRY)
    whole = home.guard_log.read_bytes()
    home.guard_log.write_bytes(whole + whole[:-cut])
    assert log.entries() == ([ENTRY], 0)
    log.add(ENTRY)
    found, unreadable = log.entries()
    assert (len(found), unreadable) == (2 + (cut == 1), int(cut != 1))


@pytest.mark.parametrize("line", [b"\xff\xfe", b"{}", b"[1]", b'{"at":"x"}', b'{"at":1,"rule":2}', b"null"])
def test_what_cannot_be_read_is_counted(home: Home, line: bytes) -> None:
    home.guard_log.write_bytes(line + b"\n")
    GuardLog(home.guard_log).add(ENTRY)
    assert GuardLog(home.guard_log).entries() == ([ENTRY], 1)


def test_a_full_file_is_put_beside_and_the_one_before_it_goes(home: Home) -> None:
    log = GuardLog(home.guard_log, most=500)
    for at in range(20):
        log.add(replace(ENTRY, at=float(at)))
    assert home.guard_log.stat().st_size <= 500
    assert log.older.stat().st_size <= 500
    found, unreadable = log.entries()
    assert unreadable == 0
    assert [entry.at for entry in found] == [float(at) for at in range(20 - len(found), 20)]


def test_while_another_program_puts_it_beside_the_line_is_written_all_the_same(home: Home) -> None:
    log = GuardLog(home.guard_log, most=200)
    log.add(ENTRY)
    other = FileLock(home.guard_log.with_suffix(".lock"))
    assert other.take()
    log.add(ENTRY)
    other.release()
    assert len(log.entries()[0]) == 2
    assert not log.older.exists()


def test_several_programs_lose_no_line(home: Home) -> None:
    program = (
        "import sys; from pathlib import Path; from sottovoce.store.guard_log import *\n"
        "log = GuardLog(Path(sys.argv[1]), most=100_000)\n"
        "for at in range(100): log.add(Entry(at, sys.argv[2], '', 'question', 'refused', 'me', 'here'))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(home.guard_log), name])
        for name in ("one", "two")
    ]
    assert [one.wait() for one in running] == [0, 0]
    found, unreadable = GuardLog(home.guard_log).entries()
    assert (len(found), unreadable) == (200, 0)


def test_a_log_that_cannot_be_written_says_so(home: Home) -> None:
    home.guard_log.mkdir()
    with pytest.raises(SottoError):
        GuardLog(home.guard_log).add(ENTRY)
