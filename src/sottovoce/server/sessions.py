"""Who of the browsers is the person: signed in once by a link, known afterwards by a cookie.

All that is asked of it is answered from memory, where only hashes are. The disk knows the browsers as well,
so that they stay signed in when the server starts again; a link is good for this run alone. Knows nothing
of requests.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from sottovoce.core.errors import NoKey, StoreProblem
from sottovoce.server.tries import Tries
from sottovoce.store import sessions as kept
from sottovoce.store.db import Database
from sottovoce.store.sessions import Kept

log = logging.getLogger(__name__)

COOKIE = "sotto_session"

LINK_SECONDS = 600.0
MOST_LINKS = 16

SESSION_SECONDS = 30 * 86_400.0
"""How long a browser stays signed in after it was last here."""

MOST_SESSIONS = 64

HOUR = 3600.0

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Stay:
    """How long one browser has been signed in, and when it was last here."""

    begun: float
    seen: float


@dataclass(slots=True)
class Sessions:
    """`clock` is the time of day: a session goes on ageing while the machine sleeps.

    Without a `database` they end with the server.
    """

    clock: Callable[[], float] = time.time
    tries: Tries = field(default_factory=Tries)
    database: Database | None = None
    _links: OrderedDict[bytes, float] = field(default_factory=OrderedDict)
    _stays: OrderedDict[bytes, Stay] = field(default_factory=OrderedDict)
    _written: dict[bytes, float] = field(default_factory=dict)
    """What the disk has: the hour of each browser's last visit."""
    _saving: asyncio.Lock = field(default_factory=asyncio.Lock)

    # ---- links ----

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
        self._stays[_digest(token)] = Stay(now, now)
        while len(self._stays) > MOST_SESSIONS:
            self._stays.popitem(last=False)
        return token

    # ---- browsers ----

    def knows(self, token: str | None) -> bool:
        """Return whether this cookie is a signed-in browser's, who then stays for another while."""
        if not token:
            return False
        key, now = _digest(token), self.clock()
        stay = self._stays.pop(key, None)
        if stay is None or now - stay.seen >= SESSION_SECONDS:
            return False
        self._stays[key] = Stay(stay.begun, now)
        return True

    def leave(self, token: str | None) -> None:
        """Sign a browser out; one that is not signed in stays so."""
        self._stays.pop(_digest(token or ""), None)

    def leave_all(self) -> None:
        """Sign every browser out, and let no link that was made before let in another."""
        self._stays.clear()
        self._links.clear()

    def every(self, token: str | None = None) -> list[tuple[Stay, bool]]:
        """Return the browsers, the last one here first, and of each whether this is its cookie."""
        own, now = _digest(token or ""), self.clock()
        return [
            (stay, key == own)
            for key, stay in reversed(self._stays.items())
            if now - stay.seen < SESSION_SECONDS
        ]

    # ---- the disk ----

    async def load(self) -> None:
        """Take in the browsers that are signed in since an earlier run. Raises StoreProblem."""
        if self.database is None:
            return
        now = self.clock()
        found = await self.database.read(kept.listed)
        self._written = {one.hash: one.seen for one in found}
        for one in found[-MOST_SESSIONS:]:
            if now - one.seen < SESSION_SECONDS:
                # A clock that was wrong once must not let anybody stay for longer.
                self._stays[one.hash] = Stay(one.begun, min(one.seen, now))

    async def save(self) -> None:
        """Have the disk know who came, who is gone, and the hours of the visits, where that has changed.

        Raises StoreProblem; the next call makes up for it.
        """
        if self.database is None:
            return
        async with self._saving:
            here = [Kept(key, stay.begun, stay.seen // HOUR * HOUR) for key, stay in self._stays.items()]
            new = [one for one in here if self._written.get(one.hash) != one.seen]
            gone = self._written.keys() - {one.hash for one in here}
            if new or gone:
                await self.database.run(lambda conn: kept.write(conn, new, gone))
                self._written = {one.hash: one.seen for one in here}

    async def save_or_say(self) -> None:
        """Do the same where nobody is turned away for it: the log says that it failed."""
        try:
            await self.save()
        except StoreProblem as problem:
            log.warning("who is signed in was not written down: %s", problem)


async def keep_hours(sessions: Sessions) -> None:
    """Note every hour which browsers were here. Never returns."""
    while True:
        await asyncio.sleep(HOUR)
        await sessions.save_or_say()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
