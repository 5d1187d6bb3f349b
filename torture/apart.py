"""Runs a command in a network namespace: with only `lo`, or with a route and traced by strace.

With a route there is one end of a pair of interfaces, at `BEYOND`, and every address leads out through it; a
server of the command's own that listens there stands for one elsewhere. Nothing answers at other addresses.
A folder may lie over another there, and nowhere else.
Knows the lines that strace writes, and nothing of the program.
"""

from __future__ import annotations

import ipaddress
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

BEYOND = "192.168.77.1"
LONE = 'ip link set dev lo up && exec "$@"'
ROUTED = (
    "ip link set dev lo up && ip link add out type veth peer name beyond && "
    f"ip addr add {BEYOND}/24 dev out && ip link set dev beyond up && ip link set dev out up && "
    'ip route add default dev out && exec "$@"'
)
NEEDED = ("unshare", "ip", "strace", "openssl")

Peer = tuple[str, int]

CALL = re.compile(r"^(?:\d+ +)?(connect|sendto|sendmsg|sendmmsg)\(\d+<([\w-]+)(?::\[(.*?)\])?>,")
NAMED = re.compile(
    r"sin6?_port=htons\((\d+)\).*?(?:sin_addr=inet_addr\(\"([^\"]+)\"|inet_pton\(AF_INET6, \"([^\"]+)\")"
)
JOINED = re.compile(r"->\[?([0-9a-fA-F.:]+?)\]?:(\d+)$")


def missing() -> list[str]:
    """Return what is needed here and not installed."""
    return [name for name in NEEDED if shutil.which(name) is None]


def alone(command: Sequence[str]) -> list[str]:
    return ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", LONE, "sh", *command]


def traced(command: Sequence[str], trace: Path, lay: Path, over: Path) -> list[str]:
    watch = ["strace", "-f", "-qq", "-yy", "--seccomp-bpf", "-e", "signal=none", "-o", str(trace)]
    calls = ["-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    laid = f'mount --bind "$1" "$2" && shift 2 && {ROUTED}'
    apart = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c"]
    return [*apart, laid, "sh", str(lay), str(over), *watch, *calls, *command]


def left(trace: Path) -> Counter[Peer]:
    """Return to where something left or tried to, other than to this very machine, and how often.

    A stream leaves as it is connected, a datagram as it is sent: connecting one only asks for a route.
    """
    peers = map(_peer, trace.read_text("utf-8", "replace").splitlines())
    return Counter(peer for peer in peers if peer is not None and not _is_within(peer[0]))


def _peer(line: str) -> Peer | None:
    call = CALL.match(line)
    if call is None:
        return None
    kind, protocol, ends = call.groups()
    named, joined = NAMED.search(line), JOINED.search(ends or "")
    is_stream = protocol.startswith(("TCP", "SCTP", "MPTCP"))
    if kind == "connect":
        return _read(named) if is_stream or not protocol.startswith("UDP") else None
    if is_stream:  # its connect was seen
        return None
    return _read(named) or ((joined[1], int(joined[2])) if joined else None)


def _read(named: re.Match[str] | None) -> Peer | None:
    return (named[2] or named[3], int(named[1])) if named else None


def _is_within(address: str) -> bool:
    found = ipaddress.ip_address(address)
    plain = getattr(found, "ipv4_mapped", None) or found
    return plain.is_loopback or plain.is_unspecified
