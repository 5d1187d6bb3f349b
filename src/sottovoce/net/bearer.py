"""A token or key that opens a door elsewhere, tied to the one origin that may see it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sottovoce.core.errors import BadSettings
from sottovoce.net.address import is_loopback

TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}")
PORTS = {"https": 443, "http": 80}

Origin = tuple[str, str, int]
"""Scheme, host and port."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Sent to `origin` only, whatever that one redirects to. Printing it does not show the token."""

    origin: Origin
    token: str = field(repr=False)
    header: str = "Authorization"
    before: str = "Bearer "
    """What stands before the token in its header."""

    def headers(self, origin: Origin) -> dict[str, str]:
        """Return what is added to a request to this origin."""
        return {self.header: f"{self.before}{self.token}"} if origin == self.origin else {}


def bearer(url: str, token: str, *, variable: str) -> Bearer:
    """Tie a token to the origin of an address. `variable` is where the token came from, for the sentence.

    Raises BadSettings without saying what the token was.
    """
    if not TOKEN.fullmatch(token):
        raise BadSettings(
            f"{variable} does not hold a token: there is a space or another odd letter in it.",
            hint=f"Copy the token again, without quotes: export {variable}=hf_…",
        )
    scheme, host, _ = to = origin(url)
    if scheme != "https" and not is_loopback(host):
        raise BadSettings(
            f"The token in {variable} would go to {host} where others can read it on the way.",
            hint=f"Use an address that begins with https://, or leave the token out: unset {variable}",
        )
    return Bearer(to, token)


def origin(url: str) -> Origin:
    """Return the origin of an address that was found good."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
