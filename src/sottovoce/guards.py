"""Joins the guards that stand around a model: which, and what they know of it.

What each of them looks for stands in guard/, how its verdict becomes part of a turn in chat/guarding/.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from sottovoce.chat.guarded import Guards
from sottovoce.chat.guarding.age import AgeCheck
from sottovoce.chat.guarding.memory import MemoryCheck
from sottovoce.chat.guarding.policy import PolicyGuard
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings, read_locale
from sottovoce.guard import crisis
from sottovoce.guard.policy import PROFILES
from sottovoce.guard.ruleset import built_in
from sottovoce.models.catalogue import Card
from sottovoce.models.file import ModelFile
from sottovoce.store.db import Database


def around(home: Home, standing: Callable[[], Settings], database: Database, model: ModelFile) -> Guards:
    """Return the guards of a model. Nothing is read before a question needs it.

    `standing` tells the settings as they are by then.
    """
    card = partial(_card, home, database, model)

    async def until() -> str:
        known = await card()
        return "" if known is None else known.knowledge_until

    safeguards = policy(standing)
    remembering = MemoryCheck(database, lambda: standing().memory == "on")
    return Guards((safeguards, remembering, AgeCheck(until)), (safeguards.watch,))


def policy(standing: Callable[[], Settings]) -> PolicyGuard:
    """Return the guard that holds to the profile which is set."""
    return PolicyGuard(
        lambda: PROFILES[standing().profile],
        lambda: crisis.region_of(standing().region, read_locale()),
        built_in,
    )


async def _card(home: Home, database: Database, model: ModelFile) -> Card | None:
    """Return what the catalogue says of a model, known by its content; None of one that it does not know."""
    from sottovoce.models import catalogue, shelf

    known = await database.read(lambda conn: shelf.known(conn, model.path))
    digest = model.sha256 or ("" if known is None else known.sha256)
    if not digest:
        return None
    found = catalogue.with_content(digest, await asyncio.to_thread(catalogue.cards, home))
    return None if found is None else found[0]
