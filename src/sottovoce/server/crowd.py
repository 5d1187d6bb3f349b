"""Who may hold a connection when more want one than there are places.

A connection on which nothing is asked costs its client nothing to keep, and little to open again: so it is
the one to give way. Knows no sockets and no clocks.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sottovoce.core.errors import Crowded

MOST = 512
"""Of a kind: strangers who fill the network's cannot shut the person's own programs out of the socket."""

MOST_OF_ONE = MOST // 4
"""For one peer beyond this machine."""

KEPT_HERE = 64
"""That no peer beyond this machine can have."""

HERE = "here"
"""The holder of whatever comes from this machine: its programs, and a front that brings many people."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held:
    """One connection. `idle_since` is None while something asked on it is being answered."""

    holder: str
    idle_since: float | None


def giving_way(newcomer: str, held: Mapping[T, Held]) -> T | None:
    """Return which connection ends for a newcomer's, or None while there is a place.

    Raises Crowded where none that could end is idle.
    """
    bounds = [(MOST, list(held))]
    if newcomer != HERE:
        own = [one for one, place in held.items() if place.holder == newcomer]
        beyond = [one for one, place in held.items() if place.holder != HERE]
        bounds = [(MOST_OF_ONE, own), (MOST - KEPT_HERE, beyond), *bounds]
    for most, among in bounds:
        if len(among) >= most:
            return _idle_longest({one: held[one].idle_since for one in among})
    return None


def full() -> Crowded:
    """Return what those hear who find no place, or lose theirs before they have asked."""
    return Crowded(
        "This server has as many connections as it takes.",
        hint="Close some, or try again in a moment",
        retry_after=1,
    )


def whose(host: str) -> str:
    """Return who holds the connections from this address.

    Of IPv6 it is the network of 64 bits: one machine can have every address of that.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return HERE
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


def _idle_longest(since: Mapping[T, float | None]) -> T:
    idle = [(hour, one) for one, hour in since.items() if hour is not None]
    if not idle:
        raise full()
    return min(idle, key=lambda pair: pair[0])[1]
