"""The suite's own network block must be able to fail a test."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sottovoce.net.watch import Attempt

OUT = ("192.0.2.1", 443)
HERE = ("127.0.0.1", 9)


Act = Callable[[socket.socket], object]


def tcp(act: Act, family: int = socket.AF_INET) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as made:
        act(made)


def udp(act: Act) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        act(made)


def through_asyncio(host: str, port: int) -> None:
    asyncio.run(asyncio.wait_for(asyncio.open_connection(host, port), 1))


WAYS: dict[str, Callable[[], object]] = {
    "connect": lambda: tcp(lambda made: made.connect(OUT)),
    "connect_ex": lambda: tcp(lambda made: made.connect_ex(OUT)),
    "connect over IPv6": lambda: tcp(lambda made: made.connect(("2001:db8::1", 443)), socket.AF_INET6),
    "create_connection": lambda: socket.create_connection(OUT, 1),
    "datagram connect": lambda: udp(lambda made: made.connect(OUT)),
    "sendto": lambda: udp(lambda made: made.sendto(b"x", OUT)),
    "sendmsg": lambda: udp(lambda made: made.sendmsg([b"x"], [], 0, OUT)),
    "asyncio by address": lambda: through_asyncio(*OUT),
    "asyncio by name": lambda: through_asyncio("models.example", 443),
    "getaddrinfo": lambda: socket.getaddrinfo("models.example", 443),
    "gethostbyname": lambda: socket.gethostbyname("models.example"),
    "gethostbyaddr": lambda: socket.gethostbyaddr("192.0.2.1"),
    "listening for everyone": lambda: tcp(lambda made: made.bind(("", 0))),
    "listening on one address": lambda: tcp(lambda made: made.bind(("192.0.2.7", 0))),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_is_stopped(way: str, stopped: list[Attempt], loopback: None) -> None:
    with pytest.raises(BaseException, match="A test tried"):
        WAYS[way]()
    assert stopped
    stopped.clear()


def test_loopback_is_stopped_unless_a_test_asks_for_it(stopped: list[Attempt]) -> None:
    with pytest.raises(BaseException, match=r"A test tried socket\.connect 127"):
        tcp(lambda made: made.connect(HERE))
    with pytest.raises(BaseException, match=r"A test tried socket\.bind 127"):
        tcp(lambda made: made.bind(("127.0.0.1", 0)))
    assert len(stopped) == 2
    stopped.clear()


def test_a_test_that_asks_may_use_loopback(loopback: None) -> None:
    with socket.socket() as server, socket.socket() as caller:
        server.bind(("127.0.0.1", 0))
        server.listen()
        caller.connect(server.getsockname())


def test_unix_sockets_pass(tmp_path: Path) -> None:
    tcp(lambda made: made.bind(str(tmp_path / "s")), socket.AF_UNIX)


SWALLOWS = """
import contextlib, socket

def test_swallows():
    with contextlib.suppress(BaseException):
        socket.getaddrinfo("models.example", 443)
"""


def test_a_swallowed_attempt_still_fails_its_test(tmp_path: Path) -> None:
    shared = Path(__file__).parents[1] / "conftest.py"
    (tmp_path / "conftest.py").write_text(shared.read_text())
    (tmp_path / "test_swallows.py").write_text(SWALLOWS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert "tried to reach the network: ['socket.getaddrinfo models.example']" in run.stdout
