"""However this machine's address is spelt, a model said to be outside is not found on it."""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOSTS = [
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.000.000.001", "127.8.8.8", "127.255.255.254", "0",
    "0.0.0.0", "2130706433", "017700000001", "0177.0.0.1", "0177.1", "0x7f000001", "0x7f.0.0.1", "0x7f.1",
    "0X7F000001", "0x7F.0X0.0x0.0x1", "127.0.0.0x1", "127.0x1", "4294967295", "4294967296", "6425673729",
    "00000177.1", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]",
    "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:127.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:0:0:0:0:80ff:fffe]", "[::1%25lo]", "[::1%lo]", "[fe80::1%25lo]", "[fe80::1%251]",
    "[::ffff:0:127.0.0.1]", "localhost", "LOCALHOST", "localhost.", "LocalHost.LocalDomain",
    "ip6-localhost", "ｌｏｃａｌｈｏｓｔ", "ⓛocalhost", "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1",
    "%6c%6f%63alhost", "127.0.0.1%00.example", "127.0.0.1%2eexample",
]  # fmt: skip
WHOLE = [
    "https://example.org@127.0.0.1:{port}/", "https://me:pass@127.0.0.1:{port}/",
    "https://@127.0.0.1:{port}/", "https://127.0.0.1:{port}\\@example.org/",
    "https://example.org\\@127.0.0.1:{port}/", "https://example.org#@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}#example.org", "https:127.0.0.1:{port}/", "https:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/", "https://127.0.0.1\t:{port}/", "https://127.0.0.1 :{port}/",
    "https://[::1]]:{port}/", "http://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/",
    "HTTPS://127.0.0.1:{port}/", "https://127.0.0.1:0{port}/", "https://127.0.0.1:{port}?@1.1.1.1/",
    "gopher://127.0.0.1:{port}/", "file://127.0.0.1/etc/passwd",
    "https://127.0.0.1:{port}/../..//127.0.0.1:{port}/",
]  # fmt: skip


class Canary:
    """Listens at one port of both loopback addresses, and counts who came."""

    def __init__(self) -> None:
        four = socket.create_server(("127.0.0.1", 0))
        self.port = four.getsockname()[1]
        six = socket.create_server(("::1", self.port), family=socket.AF_INET6)
        self.listening = [four, six]

    def came(self) -> int:
        """Return how many connections are waiting: each stays in the queue until it is taken."""
        count = 0
        with selectors.DefaultSelector() as selector:
            for one in self.listening:
                selector.register(one, selectors.EVENT_READ)
            while ready := selector.select(0):
                for key, _ in ready:
                    key.fileobj.accept()[0].close()  # type: ignore[union-attr]
                    count += 1
        return count

    def close(self) -> None:
        for one in self.listening:
            one.close()


@pytest.fixture
def canary(loopback: None) -> Iterator[Canary]:
    opened = Canary()
    yield opened
    opened.close()


def asked(tmp_path: Path, spellings: list[str]) -> dict[str, str]:
    program = [sys.executable, str(Path(__file__).with_name("spellings.py")), str(tmp_path)]
    done = subprocess.run([*program, *spellings], check=True, capture_output=True, text=True, timeout=120)
    return dict(json.loads(done.stdout))


def test_no_spelling_of_an_address_within_is_connected_to(canary: Canary, tmp_path: Path) -> None:
    spellings = [f"https://{host}:{canary.port}/v1" for host in HOSTS]
    spellings += [whole.format(port=canary.port) for whole in WHOLE]
    assert len(spellings) >= 60
    came = asked(tmp_path, spellings)
    assert canary.came() == 0
    assert len(came) == len(spellings)
    assert {said.partition(":")[0] for said in came.values()} <= {"refused", "bad_value", "network_problem"}


def test_the_canary_sings(canary: Canary) -> None:
    for address in ("127.0.0.1", "::1"):
        socket.create_connection((address, canary.port)).close()
    assert canary.came() == 2
