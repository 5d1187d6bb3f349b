"""By which names this server may be addressed. Knows one header, no request.

A web page can let its own name point at this machine (DNS rebinding), and its scripts then reach whatever
listens here; but the browser still says that name in Host. So nobody is served who does not call us by one
of our names, to the letter and with the port.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sottovoce.core.errors import WrongName

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (recognised here, listened on only where a person says so)
SOCKET_NAME = "localhost"
"""The Host of those who come through the unix socket: they call no address."""

UNWRITTEN_PORTS = (80, 443)
"""Clients leave out the port that their scheme implies; 443 is that of a TLS front before this server."""


@dataclass(frozen=True, slots=True)
class Names:
    """`hosts` are whole values of Host. `wide`: also the address that the connection was made to."""

    hosts: frozenset[str]
    wide: bool = False

    def check(self, given: Sequence[bytes], local: tuple[str, int] | None, *, socket: bool) -> None:
        """Raise WrongName unless these values of Host are one value, and ours. `local` is our end."""
        if len(given) == 1:
            host = given[0].decode("latin-1").lower()
            if socket and host == SOCKET_NAME:
                return
            if not socket and (
                host in self.hosts or (self.wide and local and host in _spellings(written(*local)))
            ):
                return
        raise WrongName(
            "This server does not go by the name in the request's Host header.",
            hint="Use the address that sotto serve printed; for another name: sotto settings set hosts NAME",
        )

    def pages(self, host: bytes) -> frozenset[bytes]:
        """Return the origins of our own pages for one who calls us by this name, which is ours.

        Without a port it is that of a server at port 80, or of TLS before this one, or of both.
        """
        name = host.lower().removesuffix(b":443")
        schemes = {b"https": b":443", b"http": b":80"}
        ported = {scheme for scheme, port in schemes.items() if (name + port).decode("latin-1") in self.hosts}
        return frozenset(scheme + b"://" + name for scheme in ported or {b"http"})


def names_of(listeners: Iterable[tuple[str, int]], typed: str, more: str) -> Names:
    """Return the names of a server that listens at these addresses.

    `typed` is the host a person gave, `more` the setting `hosts`: names with commas between. One without a
    port goes with ours and with those that clients leave out, since a front before us has one of these.
    """
    listeners = tuple(listeners)
    port = listeners[0][1]
    wide = any(host in EVERY_ADDRESS for host, _ in listeners)
    hosts = {host for host, _ in listeners if host not in EVERY_ADDRESS}
    if typed not in EVERY_ADDRESS:
        hosts.add(typed)
    if wide or any(is_loopback(host) for host in hosts):
        hosts.update(LOOPBACK)
    known = {spelling for host in hosts for spelling in _spellings(written(host, port))}
    for name in split(more):
        for one in [name] if _has_port(name) else [f"{name}:{each}" for each in (port, *UNWRITTEN_PORTS)]:
            known.update(_spellings(one))
    return Names(frozenset(known), wide)


def split(setting: str) -> tuple[str, ...]:
    """Return the parts of a setting that is a list with commas, in lower case."""
    return tuple(part.strip().lower() for part in setting.split(",") if part.strip())


def written(host: str, port: int) -> str:
    """Return an address as Host and URLs have it: lower case, IPv6 in brackets."""
    host = host.lower().partition("%")[0]
    if ":" in host:
        address = ipaddress.IPv6Address(host)
        host = f"[{address}]" if address.ipv4_mapped is None else str(address.ipv4_mapped)
    return f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Return whether this address or name can only be reached from this machine. Looks nothing up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_port(name: str) -> bool:
    return name.rpartition(":")[2].isdigit() and not name.endswith("]")


def _spellings(host: str) -> tuple[str, ...]:
    name, _, port = host.rpartition(":")
    return (host, name) if int(port) in UNWRITTEN_PORTS else (host,)
