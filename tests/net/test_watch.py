from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sottovoce.net.watch import CONTROL, Reach, attempt, read_report


class Kind:
    """Stands for a socket, of which only the family matters here."""

    def __init__(self, family: int) -> None:
        self.family = family


TCP, TCP6, UNIX = Kind(socket.AF_INET), Kind(socket.AF_INET6), Kind(socket.AF_UNIX)

TABLE: list[tuple[str, tuple[Any, ...], Reach | None]] = [
    ("socket.connect", (UNIX, "/tmp/s.sock"), Reach.WITHIN),
    ("socket.connect", (UNIX, b"\0abstract"), Reach.WITHIN),
    ("socket.connect", (TCP, ("127.0.0.1", 80)), Reach.LOOPBACK),
    ("socket.connect", (TCP, ("127.9.9.9", 80)), Reach.LOOPBACK),
    ("socket.connect", (TCP6, ("::1", 80, 0, 0)), Reach.LOOPBACK),
    ("socket.connect", (TCP, ("localhost", 80)), Reach.LOOPBACK),
    ("socket.connect", (TCP, ("192.168.1.2", 80)), Reach.OUT),
    ("socket.connect", (TCP, ("0.0.0.0", 80)), Reach.OUT),
    ("socket.connect", (TCP, ("localhost.example", 80)), Reach.OUT),
    ("socket.connect", (TCP, ("2130706433", 80)), Reach.OUT),
    ("socket.connect", (TCP6, ("2001:db8::1", 80, 0, 0)), Reach.OUT),
    ("socket.connect", (Kind(40), (3, 80)), Reach.OUT),  # a virtual machine's host
    ("socket.bind", (TCP, ("", 0)), Reach.OUT),
    ("socket.bind", (TCP, ("127.0.0.1", 0)), Reach.LOOPBACK),
    ("socket.sendto", (TCP, ("192.0.2.1", 53)), Reach.OUT),
    ("socket.sendmsg", (TCP, ("192.0.2.1", 53)), Reach.OUT),
    ("socket.sendmsg", (TCP, None), None),
    ("socket.getaddrinfo", ("models.example", 443, 0, 0, 0), Reach.OUT),
    ("socket.getaddrinfo", (b"models.example", 443, 0, 0, 0), Reach.OUT),
    ("socket.getaddrinfo", (None, 80, 0, 0, 0), Reach.LOOPBACK),
    ("socket.gethostbyname", ("localhost",), Reach.LOOPBACK),
    ("socket.gethostbyaddr", ("192.0.2.1",), Reach.OUT),
    ("socket.getnameinfo", (("192.0.2.1", 53),), Reach.OUT),
    ("open", ("/etc/hosts", "r", 0), None),
    ("socket.__new__", (TCP, 2, 1, 0), None),
]


@pytest.mark.parametrize(("event", "args", "reach"), TABLE)
def test_where_an_attempt_would_lead(event: str, args: tuple[Any, ...], reach: Reach | None) -> None:
    seen = attempt(event, args)
    assert (seen.reach if seen else None) == reach


RUN = """
import contextlib, socket, sys
from sottovoce.net.watch import install
install(sys.argv[1])
with socket.socket() as made, contextlib.suppress(OSError):
    made.settimeout(0.01)
    made.connect(("127.0.0.1", 9))
"""


def test_a_watched_process_begins_with_the_control_and_reports_each_attempt(tmp_path: Path) -> None:
    report = tmp_path / "report"
    subprocess.run([sys.executable, "-c", RUN, str(report)], check=True)
    first, second = read_report(report)
    assert first.control
    assert first.reach is Reach.OUT
    assert (second.event, second.target, second.reach) == ("socket.connect", "127.0.0.1:9", Reach.LOOPBACK)
    assert first.process == second.process


def test_an_unwatched_process_leaves_no_report(tmp_path: Path) -> None:
    report = tmp_path / "report"
    subprocess.run([sys.executable, "-c", RUN.replace("install(sys", "(sys"), str(report)], check=True)
    assert read_report(report) == []


def test_the_control_goes_to_an_address_kept_for_examples() -> None:
    assert CONTROL[0].startswith("192.0.2.")
