"""Which web pages may speak with this server: its own, and those a person listed. Knows no names of hosts.

Browsers tell which page asks, and pages cannot make them lie: Origin, and Sec-Fetch-Site where no Origin
is sent. Programs send neither. Nothing is ever allowed to everybody, and never with cookies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sottovoce.core.errors import WrongDoor
from sottovoce.server.gate.hosts import split

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NEAR = (b"", b"none", b"same-origin")
"""Sec-Fetch-Site of a program, of a person typing an address, and of our own pages."""

KEPT_SECONDS = 600
"""How long a browser may remember that a listed page may ask."""

METHODS = b"GET, POST, PATCH, PUT, DELETE"
TOLD = b"Retry-After, X-Queue-Position, X-Queue-Seconds, X-Request-Id"
MOST_ASKED = 2048

Headers = Mapping[bytes, Sequence[bytes]]
Answer = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Origins:
    """`listed` are whole values of Origin, in lower case."""

    listed: frozenset[bytes] = frozenset()

    def check(self, method: str, own: Collection[bytes], headers: Headers) -> None:
        """Raise WrongDoor for what another page than our `own` has a browser ask."""
        given = headers.get(b"origin", ())
        if len(given) > 1 or len(headers.get(b"sec-fetch-site", ())) > 1:
            raise _refused()
        if given:
            if not self.lists(given[0]) and given[0].lower() not in own:
                raise _refused()
        elif _first(headers, b"sec-fetch-site") not in NEAR and not (method in SAFE and _arrives(headers)):
            raise _refused()

    def lists(self, origin: bytes) -> bool:
        return origin.lower() in self.listed

    def allowed(self, headers: Headers) -> Answer:
        """Return what lets a listed page read the answer; nothing for all others."""
        vary = [(b"vary", b"Origin")] if self.listed else []
        origin = _first(headers, b"origin")
        if not self.lists(origin):
            return vary
        return [*vary, (b"access-control-allow-origin", origin), (b"access-control-expose-headers", TOLD)]

    def granted(self, method: str, headers: Headers) -> Answer | None:
        """Return the answer to a listed page's question whether it may ask, or None if this is no such."""
        asked = _first(headers, b"access-control-request-method")
        if method != "OPTIONS" or not asked or not self.lists(_first(headers, b"origin")):
            return None
        grant = [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-max-age", str(KEPT_SECONDS).encode()),
        ]
        fields = _first(headers, b"access-control-request-headers")
        if fields and len(fields) <= MOST_ASKED:
            grant.append((b"access-control-allow-headers", fields))
        if _first(headers, b"access-control-request-private-network") == b"true":
            grant.append((b"access-control-allow-private-network", b"true"))
        return grant


def origins_of(setting: str) -> Origins:
    """Read the setting `origins`: whole origins with commas between."""
    return Origins(frozenset(_as_sent(part).encode() for part in split(setting)))


def _as_sent(origin: str) -> str:
    """Return the origin as browsers send it: without the port that the scheme implies."""
    for scheme, port in (("http://", ":80"), ("https://", ":443")):
        if origin.startswith(scheme):
            return origin.removesuffix(port)
    return origin


def _arrives(headers: Headers) -> bool:
    """Whether a person followed a link to here: the page they left sees nothing of the answer."""
    return (_first(headers, b"sec-fetch-mode"), _first(headers, b"sec-fetch-dest")) == (
        b"navigate",
        b"document",
    )


def _first(headers: Headers, name: bytes) -> bytes:
    return headers.get(name, (b"",))[0]


def _refused() -> WrongDoor:
    return WrongDoor(
        "This request comes from a web page that may not ask here.",
        hint="If that page is yours: sotto settings set origins ITS-ADDRESS, and start the server again",
    )
