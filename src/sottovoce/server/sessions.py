"""Who of the browsers is the person: signed in once by a link, known afterwards by a cookie.

All of it is in memory, and only as hashes: when the server starts again, every browser needs a new link.
Knows nothing of requests.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from sottovoce.core.errors import NoKey
from sottovoce.server.tries import Tries

COOKIE = "sotto_session"

LINK_SECONDS = 600.0
MOST_LINKS = 16

SESSION_SECONDS = 30 * 86_400.0
"""How long a browser stays signed in after it was last here."""

MOST_SESSIONS = 64

_BYTES = 32


@dataclass(slots=True)
class Sessions:
    """`clock` is the time of day: a session goes on ageing while the machine sleeps."""

    clock: Callable[[], float] = time.time
    tries: Tries = field(default_factory=Tries)
    _links: OrderedDict[bytes, float] = field(default_factory=OrderedDict)
    _seen: OrderedDict[bytes, float] = field(default_factory=OrderedDict)

    def new_link(self) -> str:
        """Return a path that signs one browser in, once, within ten minutes.

        The code stands behind a #, which browsers send to nobody: it comes into no log.
        """
        code = secrets.token_urlsafe(_BYTES)
        self._links[_digest(code)] = self.clock()
        while len(self._links) > MOST_LINKS:
            self._links.popitem(last=False)
        return f"/enter#{code}"

    def enter(self, code: str, peer: str) -> str:
        """Use up a link's code; return the cookie that is its browser's from now on.

        Raises NoKey, or LimitReached after too many wrong ones from one peer.
        """
        now = self.clock()
        made = self._links.pop(_digest(code), None)
        if made is None or now - made >= LINK_SECONDS:
            self.tries.wrong(peer)
            raise NoKey(
                "This link has been used, or is too old.",
                hint="sotto serve prints one when it starts; for a phone: sotto share",
            )
        token = secrets.token_urlsafe(_BYTES)
        self._seen[_digest(token)] = now
        while len(self._seen) > MOST_SESSIONS:
            self._seen.popitem(last=False)
        return token

    def knows(self, token: str | None) -> bool:
        """Return whether this cookie is a signed-in browser's, who then stays for another while."""
        if not token:
            return False
        key, now = _digest(token), self.clock()
        seen = self._seen.pop(key, None)
        if seen is None or now - seen >= SESSION_SECONDS:
            return False
        self._seen[key] = now
        return True

    def leave(self, token: str | None) -> None:
        """Sign a browser out; one that is not signed in stays so."""
        self._seen.pop(_digest(token or ""), None)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
