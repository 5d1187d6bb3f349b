"""Some callers, some slow ones and some stops; `make torture` tries hundreds of each."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from torture import bearing, crowd, soaking, stopping
from torture.result import Figures
from torture.serving import Reply
from torture.soaking import Sample, Soaked

FIGURES = Figures()


# ── what is wrong, and what is not ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b'HTTP/1.1 429 Too Many\r\nretry-after: 3\r\n\r\n{"error": {"message": "Busy."}}', None),
        (b'HTTP/1.1 429 Too Many\r\n\r\n{"error": {"message": "Busy."}}', "come again"),
        (b'HTTP/1.1 503 No\r\nretry-after: 0\r\n\r\n{"error": {"message": "Busy."}}', "come again"),
        (b'HTTP/1.1 503 No\r\nretry-after: 3\r\n\r\n{"error": {"mess', "not whole"),
        (b'HTTP/1.1 503 No\r\nretry-after: 3\r\n\r\n{"error": {}}', "says nothing"),
    ],
)
def test_a_refusal_says_why_and_until_when(raw: bytes, fault: str | None) -> None:
    found = crowd.refusal_fault(Reply(raw, is_whole=True))
    assert found is None if fault is None else fault in str(found)


def test_the_slope_is_that_of_the_straight_line() -> None:
    assert soaking.slope([(0, 5), (1, 7), (2, 9)]) == pytest.approx(2)
    assert soaking.slope([(0, 5), (1, 9), (2, 5)]) == pytest.approx(0)
    assert soaking.slope([(3, 5)]) == 0


def soaked(grown: int, files: int, disk: int) -> Soaked:
    samples = [Sample(float(at), (50 << 20) + grown * at // 10, 20 + files * at // 10) for at in range(11)]
    return Soaked(samples, messages=100, said=20_000, disk=disk)


def test_what_a_server_needs_more_and_more_of_is_noticed() -> None:
    well = soaked(grown=1 << 20, files=1, disk=100_000)
    assert [well.fault(what) for what in ("memory", "files", "disk")] == [None, None, None]
    ill = soaked(grown=64 << 20, files=30, disk=1_000_000)
    assert [ill.fault(what) for what in ("memory", "files", "disk")] == [
        "it grew by 64 MiB",
        "30 more files are open",
        "1,000,000 bytes for 100 messages",
    ]


# ── a few, really ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.e2e
@pytest.mark.usefixtures("loopback")
def test_each_of_some_callers_hears(tmp_path: Path) -> None:
    with bearing._asked(tmp_path) as (server, keys):
        callers = [bearing._caller(server, keys, FIGURES.chance("caller", one)) for one in range(6)]
        assert [caller() for caller in callers] == [None] * 6


@pytest.mark.e2e
@pytest.mark.usefixtures("loopback")
def test_a_stop_leaves_nothing_and_what_it_leaves_without_a_safeguard_is_noticed(tmp_path: Path) -> None:
    with closing(stopping.Stops(tmp_path, FIGURES, **bearing.ECHO)) as stops:
        begins = {"rests": stopping.rests, "indexes": stopping.indexes}
        assert [stops.while_it(what, begin)(0) for what, begin in begins.items()] == [None, None]
    gone = stopping.SAFEGUARDS["rests"].code
    with closing(stopping.Stops(tmp_path, FIGURES, gone, **bearing.ECHO)) as stops:
        assert "its sign is still up" in str(stops.while_it("unsafe", stopping.rests)(0))
