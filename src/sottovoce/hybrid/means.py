"""What a home asks models elsewhere by: its door, its keys, its store, and how long it waits."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.hybrid import keys
from sottovoce.hybrid.breakers import Breakers
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.bearer import Bearer
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger
from sottovoce.store.db import Database


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a connection, for an answer to begin, between two pieces of it, and for all of it."""

    connect: float = 10.0
    first: float = 120.0
    between: float = 60.0
    total: float = 600.0


@dataclass(frozen=True, slots=True)
class Means:
    """`door` is held against the side that an upstream is said to be on. `key` gives that of an upstream.

    It may wait for a person: call it beside the loop.
    `clock` is in seconds since 1970; `watch` only counts.
    """

    door: Door
    database: Database
    key: Callable[[Upstream], Bearer | None]
    breakers: Breakers = field(default_factory=Breakers)
    patience: Patience = Patience()
    clock: Callable[[], float] = time.time
    watch: Callable[[], float] = time.monotonic
    owner: str = OWNER


def means(
    home: Home,
    database: Database,
    standing: Callable[[], Settings],
    ask: Callable[[str], Awaitable[bool]] | None = None,
) -> Means:
    """Return the means of a home. `ask` puts the door's question to the person; without it, ask means no."""
    door = Door(
        lambda: standing().network,
        Ledger(home.ledger),
        ask,
        proxy=standing().proxy,
        keeps=lambda: standing().keep_sent == "on",
    )
    return Means(door, database, partial(keys.of, home))
