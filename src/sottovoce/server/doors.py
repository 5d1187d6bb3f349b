"""Finds out who asks, by what the request shows: a key, a signed-in browser, or a place on this machine.

Knows nothing of what they want, nor of the addresses and names that are ours: the gate has looked at
those before. A key is taken from the headers only; an address stands in too many logs and histories.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.requests import Request

from sottovoce.core.errors import NoKey, StoreProblem, WrongDoor
from sottovoce.server.caller import GIVEN_TO_KEYS, PERSON, SOMEBODY_HERE, Caller, Limits, Scope
from sottovoce.server.sessions import COOKIE, Sessions
from sottovoce.server.tries import Tries, peer_of
from sottovoce.store import keys
from sottovoce.store.db import Database
from sottovoce.store.keys import Key

log = logging.getLogger(__name__)

FRESH = 0.5
"""Seconds for which the list of keys is taken as it was read: a removed key is refused after no more."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Doors:
    """Where requests come in.

    `is_loopback_only`: nobody beyond this machine can reach any listener, and every Host that the gate
    takes is a name of this machine itself. `clock` is monotonic, `now` the time of day that keys expire by.
    """

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        *,
        is_loopback_only: bool,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.sessions = sessions
        self._database = database
        self._is_loopback_only = is_loopback_only
        self._clock = clock
        self._now = now
        self._tries = Tries(clock)
        self._keys: list[Key] = []
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._noted: dict[str, float] = {}

    async def open(self, request: Request, required: bool) -> Caller:
        """Return who asks.

        `required`: one who shows nothing, and is not on this machine, is refused; else they come in with
        no scope. Whatever is shown must be right even where nothing would have to be.
        Raises NoKey, WrongDoor, and LimitReached after too many wrong keys.
        """
        direct = not _was_passed_on(request)
        own = direct and is_from_socket(request)
        here = own or (direct and self._is_loopback_only)
        shown = _keys_shown(request, here)
        if shown:
            return await self._by_key(shown, request)
        if own or (self.sessions.knows(request.cookies.get(COOKIE)) and _is_from_our_page(request)):
            return PERSON
        if here:
            return SOMEBODY_HERE
        if required:
            raise NoKey(
                "This server asks for a key.",
                hint="Send one as Authorization: Bearer sk-sotto-…; sotto keys add NAME makes it",
            )
        return Caller(f"at {peer_of(request)}", frozenset())

    async def _by_key(self, shown: set[str], request: Request) -> Caller:
        if len(shown) > 1:
            raise NoKey(
                "Two different keys were sent.",
                hint="Send one, as Authorization: Bearer or as x-api-key",
            )
        (secret,) = shown
        arrived, now = self._clock(), self._now()
        await self._read_keys(since=arrived - FRESH)
        key = keys.valid(self._keys, secret, now)
        if key is None:
            await self._read_keys(since=arrived)  # it may have been made a moment ago
            key = keys.valid(self._keys, secret, now)
        if key is None:
            self._tries.wrong(peer_of(request))
            # One sentence for a key that never was, one that is over and one that was removed.
            raise NoKey("This key is not valid (any more).", hint="sotto keys add NAME makes a new one")
        await self._note_use(key, now)
        return caller_with(key)

    async def _read_keys(self, since: float) -> None:
        """Read the keys, unless that has been begun since then. Many who ask at once cause one reading."""
        if self._read_at >= since:
            return
        async with self._reading:
            if self._read_at >= since:
                return
            begun = self._clock()
            self._keys = await self._database.read(keys.listed)
            self._read_at = begun
            self._noted = {key.id: self._noted.get(key.id, 0.0) for key in self._keys}

    async def _note_use(self, key: Key, now: float) -> None:
        """Keep the hour of a key's use: one write an hour, and no reason to turn anyone away."""
        hour = keys.hour(now)
        if max(key.used or 0.0, self._noted.get(key.id, 0.0)) >= hour:
            return
        self._noted[key.id] = hour
        try:
            await self._database.run(lambda conn: keys.note_use(conn, key.id, now))
        except StoreProblem as problem:
            log.warning("the use of a key was not noted: %s", problem)


def caller_with(key: Key) -> Caller:
    terms = key.terms
    return Caller(
        key.owner,
        frozenset(Scope(name) for name in terms.scopes if name in GIVEN_TO_KEYS),
        key.id,
        Limits(terms.requests_per_minute, terms.tokens_per_minute, terms.at_once),
        frozenset(terms.shelves),
    )


def is_from_socket(request: Request) -> bool:
    """Return whether it came through the home's unix socket, which only this user can open."""
    return (request.scope.get("extensions") or {}).get("sotto", {}).get("socket") is True


def _keys_shown(request: Request, here: bool) -> set[str]:
    """Return the different keys in the headers.

    Many programs cannot be told to send no key, and send a word such as "ollama", "not-needed" or
    "EMPTY" where none is asked for. On this machine none is, so what is no key of ours counts as none.
    """
    shown = {key.strip() for key in request.headers.getlist("x-api-key")}
    for text in request.headers.getlist("authorization"):
        scheme, _, key = text.strip().partition(" ")
        if scheme.lower() == "bearer":
            shown.add(key.strip())
    shown.discard("")
    return {key for key in shown if key.startswith(keys.PREFIX)} if here else shown


def _was_passed_on(request: Request) -> bool:
    """Return whether a proxy sent it on to us: then it may have begun anywhere."""
    return any(name in request.headers for name in PASSED_ON)


def _is_from_our_page(request: Request) -> bool:
    """Return whether a signed-in browser asks for its own page, not for another on this machine.

    Browsers send a cookie to every port of a host, and SameSite takes those for one site.
    Raises WrongDoor for what would change something and does not say that it came from our page.
    """
    site = request.headers.get("sec-fetch-site")
    if request.method in SAFE:
        return site in (None, "same-origin", "none")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}".lower()
    if site != "same-origin" if site else request.headers.get("origin", "").lower() != own:
        raise WrongDoor(
            "This request did not come from Sottovoce's own page.",
            hint="Do it in the page itself, or show a key: sotto keys add NAME",
        )
    return True
