"""Which of this machine's addresses a phone in the same network can open.

Reads what the system says of itself, and reaches nothing. Knows nothing of servers.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import BadValue, NetworkProblem, Refused

ROUTES = Path("/proc/net/route")
"""Linux's table of routes. Elsewhere the names of the interfaces have to tell which is the usual one."""

ROUTE_IS_UP = 1

WITHIN = (
    "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vethernet", "bridge", "podman", "cni", "flannel",
    "lxc", "lxd", "tun", "tap", "utun", "wg", "tailscale", "zt", "ppp", "ipsec", "awdl", "llw", "lo",
)  # fmt: skip
"""How interfaces begin whose other end is a container, a virtual machine or a tunnel, not a phone."""

JOIN = "Join the Wi-Fi that the phone is in, or the phone's own hotspot, then: sotto share"


@dataclass(frozen=True, slots=True)
class Place:
    """One address of this machine. `is_public`: it may be reached from the whole internet."""

    address: str
    interface: str
    is_public: bool = False


def places() -> list[Place]:
    """Return the addresses that a browser in the network can open, the likeliest first."""
    import psutil

    up = {name for name, one in psutil.net_if_stats().items() if one.isup}
    found = [
        (name, one.address)
        for name, ends in psutil.net_if_addrs().items()
        for one in ends
        if name in up and one.family in (socket.AF_INET, socket.AF_INET6)
    ]
    text = ""
    with suppress(OSError):
        text = ROUTES.read_text("ascii")
    return ranked(found, main_interface(text))


def main_interface(routes: str) -> str | None:
    """Return the interface of the default route, by Linux's table; None where there is no such route."""
    best: tuple[int, str] | None = None
    for line in routes.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 8 or fields[1].strip("0") or fields[7].strip("0"):
            continue
        if int(fields[3], 16) & ROUTE_IS_UP:
            best = min(filter(None, (best, (int(fields[6]), fields[0]))))
    return best[1] if best else None


def ranked(found: Iterable[tuple[str, str]], main: str | None) -> list[Place]:
    """Return the usable ones of these interfaces and addresses, the likeliest to be a phone's too first.

    Left out is what reaches nobody else, and IPv6 addresses of one link: a browser takes none of them.
    """
    ranks = {}
    for interface, text in found:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            continue
        is_own = address.is_loopback or address.is_unspecified or address.is_multicast
        if is_own or (address.version == 6 and address.is_link_local):
            continue
        place = Place(str(address), interface, address.is_global)
        ranks[place] = (
            address.is_global,
            address.is_link_local,
            interface.lower().startswith(WITHIN),
            interface != main,
            address.version,
            interface,
            int(address),
        )
    return sorted(ranks, key=lambda place: ranks[place])


def choose(found: Sequence[Place], wanted: str | None) -> Place:
    """Return the address a person named, or else the likeliest.

    Raises NetworkProblem where there is none, BadValue for one that is none of them, and Refused where
    the whole internet may reach the only ones.
    """
    if not found:
        raise NetworkProblem("This machine is in no network that a phone could be in as well.", hint=JOIN)
    if wanted is not None:
        return _named(found, wanted)
    if found[0].is_public:
        raise Refused(
            f"{found[0].address} is no address of a local network: the whole internet may reach it.",
            hint=f"{JOIN}; or all the same: sotto share --host {found[0].address}",
        )
    return found[0]


def reaches(place: Place, listening: str) -> bool:
    """Return whether who opens this address meets a server that listens at that one."""
    if listening == "::":
        return True
    return listening == place.address or (listening == "0.0.0.0" and ":" not in place.address)  # noqa: S104


def _named(found: Sequence[Place], wanted: str) -> Place:
    hint = "It has: " + "; ".join(f"sotto share --host {place.address}" for place in found)
    try:
        address = ipaddress.ip_address(wanted.partition("%")[0])
    except ValueError:
        raise BadValue(f"{wanted!r} is no address.", hint=hint) from None
    for place in found:
        if place.address == str(address):
            return place
    if address.version == 6 and address.is_link_local:
        raise BadValue(f"No browser opens {wanted}: it means something within one link only.", hint=hint)
    raise BadValue(f"This machine has no address {wanted} that a phone could open.", hint=hint)
