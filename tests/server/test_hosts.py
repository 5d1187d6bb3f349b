from __future__ import annotations

import pytest

from sottovoce.core.errors import BadSettings, WrongName
from sottovoce.core.settings import load
from sottovoce.server.gate.hosts import Names, is_loopback, names_of, written

HERE = names_of([("127.0.0.1", 7886), ("::1", 7886)], "127.0.0.1", "")
LOCAL = ("127.0.0.1", 7886)


def takes(names: Names, *hosts: bytes, local: tuple[str, int] = LOCAL, socket: bool = False) -> bool:
    try:
        names.check(hosts, local, socket=socket)
    except WrongName:
        return False
    return True


@pytest.mark.parametrize("host", [b"127.0.0.1:7886", b"localhost:7886", b"[::1]:7886", b"LocalHost:7886"])
def test_the_names_of_this_machine_are_ours(host):
    assert takes(HERE, host)


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"evil.example:7886",
        b"127.0.0.1.evil.example:7886",
        b"localhost.evil:7886",
        b"127.0.0.1",
        b"127.0.0.1:7887",
        b"127.0.0.1:80",
        b"127.0.0.1:07886",
        b"",
        b"::1:7886",
        b"[::]:7886",
        b"[0:0:0:0:0:0:0:1]:7886",
        b"[::ffff:127.0.0.1]:7886",
        b"localhost.:7886",
        b"user@localhost:7886",
        b"2130706433:7886",
        b"0x7f.1:7886",
        b"127.1:7886",
        b"0.0.0.0:7886",
        b"localhost:7886, evil.example",
        b"localhost:7886 ",
        b"\xff\xfe",
    ],
)
def test_every_other_name_is_refused(host):
    assert not takes(HERE, host)


def test_there_is_exactly_one_host():
    assert not takes(HERE)
    assert not takes(HERE, b"localhost:7886", b"localhost:7886")
    assert not takes(HERE, b"localhost:7886", b"evil.example")


def test_the_socket_has_its_own_name_and_the_network_has_not_that_one():
    assert takes(HERE, b"localhost", socket=True)
    assert not takes(HERE, b"localhost:7886", socket=True)
    assert not takes(HERE, b"evil.example", socket=True)
    assert not takes(HERE, b"localhost")


def test_clients_leave_out_the_port_of_plain_http():
    names = names_of([("127.0.0.1", 80)], "localhost", "")
    assert takes(names, b"localhost")
    assert takes(names, b"localhost:80")
    assert not takes(names, b"localhost:7886")


def test_names_from_the_settings_go_with_our_port_and_a_fronts_or_with_their_own():
    names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "Box.lan, chat.example.org:443,[fd00::1]")
    for host in (b"box.lan:7886", b"box.lan", b"box.lan:443", b"[fd00::1]:7886", b"[fd00::1]"):
        assert takes(names, host)
    for host in (b"chat.example.org", b"chat.example.org:443"):
        assert takes(names, host)
    for host in (
        b"chat.example.org:7886",
        b"chat.example.org:80",
        b"lan:7886",
        b"box.lan:7887",
        b"localhost",
    ):
        assert not takes(names, host)


def test_our_own_pages_are_those_of_the_name_that_is_called():
    assert HERE.pages(b"LOCALHOST:7886") == {b"http://localhost:7886"}
    assert HERE.pages(b"[::1]:7886") == {b"http://[::1]:7886"}
    behind_tls = names_of([("127.0.0.1", 7886)], "127.0.0.1", "chat.example.org:443")
    assert behind_tls.pages(b"chat.example.org") == {b"https://chat.example.org"}
    assert behind_tls.pages(b"chat.example.org:443") == {b"https://chat.example.org"}
    assert behind_tls.pages(b"localhost:7886") == {b"http://localhost:7886"}
    front = names_of([("127.0.0.1", 7886)], "127.0.0.1", "box.lan")
    assert front.pages(b"box.lan") == {b"https://box.lan", b"http://box.lan"}
    assert front.pages(b"box.lan:7886") == {b"http://box.lan:7886"}
    plain = names_of([("127.0.0.1", 80)], "127.0.0.1", "")
    assert plain.pages(b"localhost") == {b"http://localhost"}


def test_one_address_beyond_this_machine_is_the_only_name():
    names = names_of([("192.168.1.5", 7886)], "192.168.1.5", "")
    assert takes(names, b"192.168.1.5:7886", local=("192.168.1.5", 7886))
    assert not takes(names, b"localhost:7886", local=("192.168.1.5", 7886))
    assert not takes(names, b"192.168.1.6:7886", local=("192.168.1.5", 7886))


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_a_server_at_every_address_is_called_by_the_one_that_was_reached(everywhere):
    names = names_of([(everywhere, 7886)], everywhere, "")
    assert takes(names, b"192.168.1.5:7886", local=("192.168.1.5", 7886))
    assert takes(names, b"192.168.1.5:7886", local=("::ffff:192.168.1.5", 7886))
    assert takes(names, b"[fe80::1]:7886", local=("fe80::1%eth0", 7886))
    assert takes(names, b"localhost:7886", local=("127.0.0.1", 7886))
    assert not takes(names, b"192.168.1.6:7886", local=("192.168.1.5", 7886))
    assert not takes(names, b"evil.example:7886", local=("192.168.1.5", 7886))
    assert not takes(names, f"{everywhere}:7886".encode(), local=("192.168.1.5", 7886))


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_a_server_at_every_address_and_port_80_is_called_without_a_port(everywhere):
    names = names_of([(everywhere, 80)], everywhere, "")
    assert takes(names, b"192.168.1.5", local=("192.168.1.5", 80))
    assert takes(names, b"192.168.1.5:80", local=("::ffff:192.168.1.5", 80))
    assert takes(names, b"[fe80::1]", local=("fe80::1%eth0", 80))
    assert takes(names, b"localhost", local=("127.0.0.1", 80))
    assert not takes(names, b"192.168.1.6", local=("192.168.1.5", 80))
    assert not takes(names, b"evil.example", local=("192.168.1.5", 80))
    assert names.pages(b"192.168.1.5") == {b"http://192.168.1.5"}
    elsewhere = names_of([(everywhere, 7886)], everywhere, "")
    assert not takes(elsewhere, b"192.168.1.5", local=("192.168.1.5", 7886))


def test_without_the_check_a_rebound_name_would_pass():
    """The safeguard taken away: what the tests above refuse is let in."""

    class Open(Names):
        def check(self, given, local, *, socket):
            """Let everybody in."""

    assert takes(Open(frozenset()), b"evil.example")


def test_addresses_are_written_as_urls_have_them():
    assert written("::1", 80) == "[::1]:80"
    assert written("FE80::1%eth0", 80) == "[fe80::1]:80"
    assert written("127.0.0.1", 80) == "127.0.0.1:80"


def test_only_this_machine_is_loopback():
    assert all(map(is_loopback, ["127.0.0.1", "127.0.0.2", "::1", "localhost", "LOCALHOST"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "192.168.1.5", "example.org", ""]))


@pytest.mark.parametrize("wrong", ["*", "http://box.lan", "box.lan/", "a b", "box.lan:", "box.lan,,", "@"])
def test_a_setting_that_is_no_list_of_names_is_refused(wrong, home):
    with pytest.raises(BadSettings):
        load(home, {"hosts": wrong}, {})
    assert load(home, {"hosts": "box.lan, chat.example.org:443, [fd00::1]:80"}, {}).hosts
