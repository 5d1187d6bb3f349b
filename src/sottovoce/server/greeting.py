"""What a person reads when the server listens: where it is, who may use it, how to stop it."""

from __future__ import annotations

import socket

from sottovoce.server import sockets
from sottovoce.server.gate.hosts import EVERY_ADDRESS, written

MOST_TOLD = 3
"""Addresses of this machine in its networks."""


def greeting(addresses: list[str], model: str, slots: int, link: str, *, needs_key: bool) -> list[str]:
    """Return what a person is told when the server listens."""
    key = "each call needs a key: sotto keys add NAME" if needs_key else "no key is needed on this machine"
    return [
        f"Serving {' and '.join(addresses)}",
        "",
        f"  OpenAI clients  base URL {addresses[-1]}/v1",
        f"                  {key}",
        f"  Model           {model}{f', {slots} answers at a time' if slots > 1 else ''}",
        f"  Your browser    {link}",
        "                  signs in once, within ten minutes",
        "  To stop         Ctrl-C",
    ]


def addresses_of(listener: socket.socket) -> list[str]:
    """Return where a server can be reached, for people; this machine's own address first."""
    host, port = sockets.address_of(listener)
    hosts = ["127.0.0.1", *_addresses_outside()] if host in EVERY_ADDRESS else [host]
    return [f"http://{written(one, port)}" for one in hosts]


def _addresses_outside() -> list[str]:
    import psutil

    found = [
        one.address for ends in psutil.net_if_addrs().values() for one in ends if one.family == socket.AF_INET
    ]
    return [address for address in found if not address.startswith("127.")][:MOST_TOLD]
