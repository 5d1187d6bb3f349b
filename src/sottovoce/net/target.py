"""What is asked and where it goes: an address that was found good, and again after each redirect. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue, Refused
from sottovoce.net.address import Where, is_named, without_secrets
from sottovoce.net.bearer import PORTS, Origin

if TYPE_CHECKING:
    import httpx2

EXAMPLE = "For example: https://example.org/model.gguf"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request: its headers may hold a key, and are not shown."""

    method: str
    url: httpx2.URL
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


def checked(text: str, where: Where) -> httpx2.URL:
    """Return an address that can be asked; without TLS only where that may be. Raises BadValue."""
    import httpx2

    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, TypeError) as problem:
        raise BadValue(
            f"{without_secrets(text)!r} is not an address that can be fetched.", hint=EXAMPLE
        ) from problem
    schemes = ("https", "http") if where.plain else ("https",)
    if url.scheme not in schemes or not host_of(url) or not 0 < port_of(url) < 65536:
        begins = "https:// or http://" if where.plain else "https://"
        raise BadValue(
            f"{without_secrets(text)!r} cannot be fetched: it must begin with {begins} and name a host.",
            hint=EXAMPLE,
        )
    if url.userinfo:
        raise BadValue("An address must not hold a name or password.", hint="Leave out the part before @.")
    return url


def redirected(url: httpx2.URL, moved: httpx2.URL, elsewhere: Collection[str], where: Where) -> httpx2.URL:
    """Return where an address sends on to: within its origin, or to a host named in `elsewhere`.

    Never from TLS to none. Raises Refused, BadValue.
    """
    allowed = is_named(host_of(moved), elsewhere) and (moved.scheme == "https" or url.scheme != "https")
    if origin_of(moved) != origin_of(url) and not allowed:
        raise Refused(
            f"{host_of(url)} sends on to {moved.scheme}://{host_of(moved)}, which was not asked for.",
            hint="If you trust that address, give it instead.",
        )
    return checked(str(moved), where)


def host_of(url: httpx2.URL) -> str:
    """Return the host as it is looked up: a name in other letters than a to z as its xn-- form."""
    return url.raw_host.decode("ascii")


def port_of(url: httpx2.URL) -> int:
    return url.port or PORTS.get(url.scheme, 0)


def origin_of(url: httpx2.URL) -> Origin:
    return url.scheme, host_of(url), port_of(url)
