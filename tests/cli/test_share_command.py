from __future__ import annotations

import socket
from types import SimpleNamespace

import psutil
import pytest
import segno

from sottovoce.cli._qr import BLOCKS, BORDER, drawn

LINK = f"http://192.168.178.123:7886/enter#{'x' * 43}"


@pytest.fixture
def interfaces(monkeypatch):
    """Return what gives this machine other addresses than it has."""

    def are(**addresses):
        found = {
            name: [SimpleNamespace(family=socket.AF_INET6 if ":" in one else socket.AF_INET, address=one)]
            for name, one in addresses.items()
        }
        monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)
        up = {name: SimpleNamespace(isup=not name.startswith("off")) for name in found}
        monkeypatch.setattr(psutil, "net_if_stats", lambda: up)

    return are


def test_the_drawing_is_the_code_line_by_line():
    modules = {drawn: pair for pair, drawn in BLOCKS.items()}
    rows = []
    for line in drawn(LINK):
        pairs = [modules[char] for char in line]
        rows += [[above for above, _ in pairs], [below for _, below in pairs]]
    wanted = [list(map(bool, row)) for row in segno.make_qr(LINK, error="l").matrix_iter(border=BORDER)]
    assert rows[: len(wanted)] == wanted
    assert (len(rows[0]), len(drawn(LINK))) == (37, 19)


def test_its_help_says_how_it_ends_and_for_whom_it_is(sotto):
    shown = sotto("share", "--help")
    assert shown.code == 0
    assert "Ctrl-C" in shown.out
    assert "sotto share --host" in shown.out


@pytest.mark.parametrize(
    "addresses", [{}, {"lo": "127.0.0.1"}, {"eth0": "fe80::1%eth0"}, {"off": "10.0.0.1"}]
)
def test_without_a_network_it_says_what_to_join(sotto, interfaces, addresses):
    interfaces(**addresses)
    wrong = sotto("share")
    assert (wrong.code, wrong.out) == (1, "")
    assert "in no network" in wrong.err
    assert "hint: Join the Wi-Fi" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--host", "192.168.1.6"], 2, "has no address 192.168.1.6"),
        (["--host", "box.lan"], 2, "'box.lan' is no address"),
        (["--host", "fe80::1"], 2, "No browser opens fe80::1"),
        (["--port", "65536"], 2, "port takes"),
        (["somewhere"], 2, "unexpected extra argument"),
    ],
)
def test_what_cannot_be_is_refused_with_a_next_step(sotto, interfaces, arguments, code, said):
    interfaces(eth0="192.168.1.5")
    wrong = sotto("share", *arguments)
    assert (wrong.code, wrong.out) == (code, "")
    assert said in wrong.err
    assert "hint: " in wrong.err


def test_a_public_address_alone_is_refused(sotto, interfaces):
    interfaces(eth0="8.8.8.8")
    wrong = sotto("share")
    assert (wrong.code, wrong.out) == (3, "")
    assert "whole internet" in wrong.err


def test_a_port_that_is_taken_is_said_with_another(sotto, interfaces, loopback):
    interfaces(eth0="192.168.1.5")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        wrong = sotto("share", "--port", port)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == f"Port {port} is taken by another program.\n\nhint: sotto share --port {port + 1}\n"


def test_an_address_that_has_gone_leaves_nothing_bound(sotto, interfaces, loopback, monkeypatch):
    from sottovoce.server import sockets

    interfaces(eth0="192.168.1.5")
    bind, bound = sockets._bind, []

    def elsewhere(host, port):
        if host == "192.168.1.5":
            raise sockets._explained(OSError(99, "Cannot assign requested address"), host, port)
        bound.append(bind(host, port))
        return bound[-1]

    monkeypatch.setattr(sockets, "_bind", elsewhere)
    wrong = sotto("share", "--port", 0)
    assert (wrong.code, wrong.out) == (2, "")
    assert "no address 192.168.1.5" in wrong.err
    assert [one.fileno() for one in bound] == [-1] * len(bound)
