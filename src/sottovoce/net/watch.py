"""Sees every attempt of this Python process to reach beyond the machine, and writes it down.

Uses the interpreter's own audit events, so it sees what any library does through Python. It cannot
see sockets made by native code, nor on Windows those that asyncio connects: a network namespace
does that where there is one. It watches; it does not stop anything.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import socket
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sottovoce.core.paths import PRIVATE_FILE

CONTROL = ("192.0.2.1", 443)
"""Where a deliberate attempt goes: an address kept for examples (RFC 5737), which nobody has."""

CONTROL_SECONDS = 3.0

ADDRESSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
"""Events that carry a socket and an address."""
NAMED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
"""Events that carry a name: looking one up leaves the machine, too."""

WITHIN_FAMILIES = {
    getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name)
}


class Reach(StrEnum):
    WITHIN = "within"
    """A socket that is a file, or a talk with this machine's own kernel."""
    LOOPBACK = "loopback"
    OUT = "out"
    """It could leave this machine, or lets others in."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One socket call."""

    process: int
    event: str
    target: str
    reach: Reach

    @property
    def control(self) -> bool:
        """Whether this is the deliberate attempt."""
        return self.target == _text(CONTROL)


def attempt(event: str, args: tuple[Any, ...]) -> Attempt | None:
    """Return the attempt that an audit event stands for; None for any other event."""
    if event in ADDRESSED:
        maker, address = args[0], args[1]
        if address is None:  # sendmsg on a connected socket: its connect was seen
            return None
        return Attempt(os.getpid(), event, _text(address), _reach_of_address(maker.family, address))
    if event in NAMED:
        name = args[0][0] if isinstance(args[0], tuple) else args[0]
        return Attempt(os.getpid(), event, _text(name), _reach_of_name(name))
    return None


def install(report: str | Path) -> None:
    """Watch this process from now to its end, appending each attempt to a file as a line of JSON.

    Begins with a deliberate attempt to `CONTROL`, so that the file shows that the watch works.
    """
    handle = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)

    def see(event: str, args: tuple[Any, ...]) -> None:
        seen = attempt(event, args)
        if seen is not None:
            os.write(handle, json.dumps(asdict(seen)).encode() + b"\n")

    sys.addaudithook(see)
    try_control()


def try_control(*, stream: bool = False) -> str | None:
    """Reach out on purpose, to see whether it is noticed. Return what the system said if it said no.

    Connecting a datagram socket asks the system for a route and sends nothing, so it is harmless on
    a machine with a network. A stream sends a real greeting: only for where no route should be.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) as probe:
        probe.settimeout(CONTROL_SECONDS)
        try:
            probe.connect(CONTROL)
        except TimeoutError:
            return None  # it left, and nobody was there
        except OSError as problem:
            return problem.strerror or str(problem)
    return None


def read_report(report: Path) -> list[Attempt]:
    """Return what was seen, in order; nothing where no process has written."""
    found: list[Attempt] = []
    with contextlib.suppress(FileNotFoundError):
        for line in report.read_text("utf-8").splitlines():
            seen = json.loads(line)
            found.append(Attempt(seen["process"], seen["event"], seen["target"], Reach(seen["reach"])))
    return found


def _reach_of_address(family: int, address: Any) -> Reach:
    if family in WITHIN_FAMILIES:
        return Reach.WITHIN
    if family in (socket.AF_INET, socket.AF_INET6):
        return _reach_of_name(address[0])
    return Reach.OUT


def _reach_of_name(name: Any) -> Reach:
    text = _text(name)
    if name is None or text == "localhost":
        return Reach.LOOPBACK
    try:
        return Reach.LOOPBACK if ipaddress.ip_address(text).is_loopback else Reach.OUT
    except ValueError:
        return Reach.OUT


def _text(target: Any) -> str:
    if isinstance(target, bytes | bytearray):
        return target.decode("utf-8", "replace")
    if isinstance(target, tuple):
        return ":".join(_text(part) for part in target[:2])
    return str(target)
