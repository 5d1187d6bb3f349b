"""Which addresses may be connected to, which hosts a name stands for, and how one is shown. Opens nothing."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Collection
from enum import StrEnum

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 one (RFC 6052)."""

HOUSE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
"""Networks that are somebody's own (RFC 1918, 6598, 4193). Not 169.254.0.0/16, where clouds keep secrets."""


class Where(StrEnum):
    """On which side of the house's door a host is said to be; its addresses are held against that."""

    INSIDE = "inside"
    """This machine, or a private network."""
    OUTSIDE = "outside"
    """The public internet."""
    ANYWHERE = "anywhere"
    """Either: the person named the host and leaves it open."""

    @property
    def plain(self) -> bool:
        """Whether what goes there may go without TLS."""
        return self is not Where.OUTSIDE


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system orders them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def may_reach(address: str, where: Where) -> bool:
    """Tell whether an address may be connected to for a host that is said to be `where`."""
    try:
        plain = _unwrapped(ipaddress.ip_address(address))
    except ValueError:
        return False
    if plain.is_loopback:
        return where is not Where.OUTSIDE
    if plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        return False
    if where is Where.ANYWHERE:
        return True
    if where is Where.OUTSIDE:
        return plain.is_global
    return any(plain in network for network in HOUSE if network.version == plain.version)


def is_named(host: str, names: Collection[str]) -> bool:
    """Tell whether a host is among the names, of which *.example.org means all below example.org."""
    return host in names or any(name.startswith("*.") and host.endswith(name[1:]) for name in names)


def without_secrets(url: str) -> str:
    """Return an address as it may be shown and kept: no user, query or fragment, each of which may be a key.

    Cut by hand: what is no address is shown as well.
    """
    plain = re.split(r"[?#]", url, maxsplit=1)[0]
    scheme, slashes, rest = plain.partition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"


def is_loopback(host: str) -> bool:
    """Tell whether a name, as it is written, means this machine and no other."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one, where there is one: that is where packets go."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or address
