"""What is read of a trace: everything that left, and nothing that stayed."""

from __future__ import annotations

from pathlib import Path

from torture.apart import left

INET = '{{sa_family=AF_INET, sin_port=htons({port}), sin_addr=inet_addr("{address}")}}'


def seen(folder: Path, *lines: str) -> dict[tuple[str, int], int]:
    (folder / "trace").write_text("\n".join(f"77 {line}" for line in lines) + "\n")
    return dict(left(folder / "trace"))


def to(address: str, port: int) -> str:
    return INET.format(address=address, port=port)


def test_a_stream_leaves_as_it_is_connected(tmp_path: Path) -> None:
    peer = to("192.0.2.9", 443)
    assert seen(
        tmp_path,
        f"connect(5<TCP:[871]>, {peer}, 16) = -1 EINPROGRESS (Operation now in progress)",
        f"connect(6<TCP:[872]>, {peer}, 16 <unfinished ...>",
        "<... connect resumed>) = 0",
        'sendto(5<TCP:[10.0.0.1:5->192.0.2.9:443]>, "GET", 3, 0, NULL, 0) = 3',
    ) == {("192.0.2.9", 443): 2}


def test_a_datagram_leaves_as_it_is_sent(tmp_path: Path) -> None:
    dns = to("192.0.2.53", 53)
    assert seen(tmp_path, f"connect(5<UDP:[871]>, {dns}, 16) = 0") == {}
    assert seen(
        tmp_path,
        f'sendto(5<UDP:[871]>, "x", 1, 0, {dns}, 16) = 1',
        'sendto(5<UDP:[10.0.0.1:9->192.0.2.54:53]>, "x", 1, MSG_NOSIGNAL, NULL, 0) = 1',
        f"sendmsg(5<UDP:[871]>, {{msg_name={dns}, msg_namelen=16, msg_iov=[]}}, 0) = 1",
    ) == {("192.0.2.53", 53): 2, ("192.0.2.54", 53): 1}


def test_an_address_of_the_newer_kind_is_read(tmp_path: Path) -> None:
    address = (
        "{sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), "
        'inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}'
    )
    assert seen(tmp_path, f"connect(5<TCPv6:[9]>, {address}, 28) = -1 ENETUNREACH") == {
        ("2001:db8::1", 443): 1
    }
    line = 'sendto(5<UDPv6:[[2001:db8::2]:40->[2001:db8::1]:53]>, "x", 1, 0, NULL, 0) = 1'
    assert seen(tmp_path, line) == {("2001:db8::1", 53): 1}


def test_what_stays_on_this_machine_has_not_left(tmp_path: Path) -> None:
    assert not seen(
        tmp_path,
        f"connect(5<TCP:[871]>, {to('127.0.0.1', 80)}, 16) = 0",
        'connect(5<UNIX-STREAM:[1]>, {sa_family=AF_UNIX, sun_path="/run/x"}, 12) = 0',
        'sendto(5<UNIX-STREAM:[1->2]>, "x", 1, 0, NULL, 0) = 1',
        "sendto(5<NETLINK:[ROUTE:1]>, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK}, 12) = 20",
        "connect(5<UDP:[1]>, {sa_family=AF_UNSPEC}, 16) = 0",
        "+++ exited with 0 +++",
    )
