from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

from sottovoce.core.errors import BadValue, ReadOnly, SottoError
from sottovoce.core.paths import Home
from sottovoce.net.ledger import UNKNOWN, Ledger
from sottovoce.net.policy import Purpose


def opened(home: Home, now: float = 1000.0) -> Ledger:
    return Ledger(home.ledger, clock=lambda: now)


def one(ledger: Ledger, host: str = "models.example") -> None:
    leaving = ledger.begin(host, 443, Purpose.DOWNLOAD, "GET")
    ledger.finish(leaving, sent=10, received=20, outcome="done")


def test_a_new_ledger_is_empty_and_makes_no_file(home: Home) -> None:
    assert opened(home).summary().empty
    assert not home.ledger.exists()


def test_a_connection_is_remembered_whole(home: Home) -> None:
    one(opened(home))
    [leaving] = opened(home).departures()
    assert (leaving.host, leaving.port, leaving.purpose, leaving.method) == (
        "models.example",
        443,
        "download",
        "GET",
    )
    assert (leaving.at, leaving.sent, leaving.received, leaving.outcome) == (1000.0, 10, 20, "done")


def test_a_connection_whose_end_was_never_written_still_counts(home: Home) -> None:
    opened(home).begin("models.example", 443, Purpose.DOWNLOAD, "GET")
    [leaving] = opened(home).departures()
    assert leaving.outcome == UNKNOWN
    assert not opened(home).summary().empty


def test_the_summary_tells_how_many_and_when_last(home: Home) -> None:
    one(opened(home, 5.0))
    one(opened(home, 9.0))
    one(opened(home, 7.0))
    summary = opened(home).summary()
    assert (summary.count, summary.last, summary.unreadable) == (3, 9.0, 0)


def test_the_file_is_private(home: Home) -> None:
    one(opened(home))
    assert stat.S_IMODE(home.ledger.stat().st_mode) == 0o600


def test_each_record_is_synced_before_begin_returns(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.fstat(handle).st_size)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    leaving = opened(home).begin("models.example", 443, Purpose.DOWNLOAD, "GET")
    assert home.ledger.stat().st_size in synced
    opened(home).finish(leaving, sent=0, received=0, outcome="done")
    assert home.ledger.stat().st_size in synced


def test_a_torn_last_line_was_never_a_connection(home: Home) -> None:
    one(opened(home))
    whole = home.ledger.read_bytes()
    opened(home).begin("late.example", 443, Purpose.DOWNLOAD, "GET")
    begun = home.ledger.read_bytes()
    for cut in range(len(whole), len(begun)):
        home.ledger.write_bytes(begun[:cut])
        summary = opened(home).summary()
        assert (summary.count, summary.unreadable) == (1, 0)


def test_a_torn_line_does_not_swallow_the_next_one(home: Home) -> None:
    one(opened(home))
    home.ledger.write_bytes(home.ledger.read_bytes()[:-5])
    one(opened(home), "next.example")
    assert [leaving.host for leaving in opened(home).departures()] == ["models.example", "next.example"]


@pytest.mark.parametrize(
    "line", [b"\0\0\0\n", b"[]\n", b"{}\n", b'{"host":1}\n', b'{"id":"zz"}\n', b"\xff\n"]
)
def test_a_damaged_line_forbids_saying_that_nothing_left(home: Home, line: bytes) -> None:
    home.ledger.write_bytes(line)
    summary = opened(home).summary()
    assert summary.count == 0
    assert not summary.empty


def test_lines_hold_no_path_and_no_query(home: Home) -> None:
    one(opened(home))
    begun, ended = (json.loads(line) for line in home.ledger.read_text().splitlines())
    assert set(begun) == {"id", "at", "host", "port", "purpose", "method"}
    assert set(ended) == {"id", "ended", "sent", "received", "outcome"}


APPEND_MANY = """
import sys
from pathlib import Path
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose

ledger = Ledger(Path(sys.argv[1]))
for at in range(100):
    leaving = ledger.begin(f"{sys.argv[2]}{at}.example", 443, Purpose.DOWNLOAD, "GET")
    ledger.finish(leaving, sent=1, received=1, outcome="done")
"""


def test_two_processes_append_at_once(home: Home) -> None:
    command = [sys.executable, "-c", APPEND_MANY, str(home.ledger)]
    writers = [subprocess.Popen([*command, name]) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    summary = opened(home).summary()
    assert (summary.count, summary.unreadable) == (200, 0)
    assert all(leaving.outcome == "done" for leaving in opened(home).departures())


def test_a_line_written_in_the_meantime_is_not_overwritten(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def write(handle: int, data: bytes) -> int:
        monkeypatch.setattr(os, "write", real)
        one(opened(home), "other.example")
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    one(opened(home), "late.example")
    assert [leaving.host for leaving in opened(home).departures()] == ["other.example", "late.example"]


def test_a_ledger_that_cannot_be_written_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ReadOnly):
        opened(home).begin("models.example", 443, Purpose.DOWNLOAD, "GET")


def test_a_line_cut_by_a_full_disk_is_an_error(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:7]))
    with pytest.raises(SottoError, match="part of a line"):
        opened(home).begin("models.example", 443, Purpose.DOWNLOAD, "GET")


def test_pages_go_from_the_newest_back_without_a_gap(home: Home) -> None:
    for number in range(7):
        one(opened(home, float(number)), f"{number}.example")
    for limit in (1, 2, 3, 7, 50):
        hosts: list[str] = []
        further = None
        while True:
            page = opened(home).page(limit, further)
            assert (page.all.count, page.all.last) == (7, 6.0)
            hosts += [leaving.host for leaving in page.departures]
            further = page.further
            if further is None:
                break
        assert hosts == [f"{number}.example" for number in range(6, -1, -1)]


def test_what_leaves_while_somebody_pages_moves_nothing(home: Home) -> None:
    for number in range(4):
        one(opened(home, float(number)), f"{number}.example")
    first = opened(home).page(2)
    one(opened(home, 9.0), "new.example")
    second = opened(home).page(2, first.further)
    assert [leaving.host for leaving in second.departures] == ["1.example", "0.example"]
    assert second.further is None
    assert second.all.count == 5


def test_an_empty_ledger_is_one_empty_page_and_a_strange_place_is_refused(home: Home) -> None:
    page = opened(home).page(5)
    assert (page.departures, page.further, page.all.empty) == ([], None, True)
    one(opened(home))
    with pytest.raises(BadValue, match="no place in the ledger"):
        opened(home).page(5, "elsewhere")
