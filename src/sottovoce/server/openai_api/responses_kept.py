"""The responses that are kept: what a new one goes on from, and those that are looked at again.

Only their own asker finds them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sottovoce.core.errors import NotFound, StoreProblem, TooLarge
from sottovoce.server.openai_api.responses_answers import Answered, GroundedResponse, Items
from sottovoce.server.openai_api.responses_items import ITEMS, Exchange, kept, referred
from sottovoce.server.openai_api.responses_nouns import AnyItem, ResponseBody
from sottovoce.store import responses
from sottovoce.store.db import Database
from sottovoce.store.responses import StoredResponse

log = logging.getLogger(__name__)

MOST_CHARACTERS = 4_000_000
"""Of one response; far more than the largest window holds."""

PRUNING_SECONDS = 86_400.0

CLEARING_SECONDS = 5.0
"""After a deletion, further ones are awaited for so long: their traces are cleared together."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """`exchanges` go before what is asked, oldest first; `known` are items it may refer to, by id."""

    exchanges: Sequence[Exchange]
    known: dict[str, AnyItem]


async def earlier(database: Database, owner: str, body: ResponseBody, now: float) -> Earlier:
    """Return what a request goes on from. Raises NotFound, the same for another's as for none."""
    references = referred(body.input)
    if body.previous_response_id is None and not references:
        return Earlier((), {})
    previous = body.previous_response_id
    try:
        chain = (
            await database.read(lambda conn: responses.chain(conn, owner, previous, now))
            if previous is not None
            else []
        )
    except NotFound as problem:
        problem.field = "previous_response_id"
        raise
    others = [one for name in references if (one := await _found(database, owner, name, now)) is not None]
    known = {name: item for one in (*chain, *others) for name, item in _by_id(one)}
    return Earlier([_exchange(one) for one in chain], known)


async def keep(
    database: Database, owner: str, answered: Answered, asked: Sequence[AnyItem], now: float
) -> None:
    """Keep a response until it is 30 days old. Raises StoreProblem, TooLarge."""
    whole = answered.model_dump(mode="json")
    output = whole.pop("output")
    stored = StoredResponse(
        id=answered.id,
        owner=owner,
        previous=answered.previous_response_id,
        created=now,
        model=answered.model,
        input=kept(asked, answered.id),
        output=json.dumps(output, ensure_ascii=False),
        facts=json.dumps(whole, ensure_ascii=False),
    )
    if len(stored.input) + len(stored.output) + len(stored.facts) > MOST_CHARACTERS:
        raise TooLarge("This response is too large to be kept.", hint="Ask with store=false", field="store")
    await database.run(lambda conn: responses.save(conn, stored, now))


async def shown(database: Database, owner: str, response_id: str, now: float) -> Answered:
    """Return a response as it was when it was whole. Raises NotFound."""
    stored = await database.read(lambda conn: responses.get(conn, owner, response_id, now))
    return _answered(stored)


async def asked(
    database: Database,
    owner: str,
    response_id: str,
    now: float,
    *,
    after: str | None,
    limit: int,
    newest_first: bool,
) -> Items:
    """Return a page of the items that a response was asked with. Raises NotFound."""
    stored = await database.read(lambda conn: responses.get(conn, owner, response_id, now))
    items = json.loads(stored.input)
    if newest_first:
        items.reverse()
    ids = [item["id"] for item in items]
    if after is not None:
        if after not in ids:
            raise NotFound(
                f"There is no item {after[:80]!r} in it.", hint="Give the last_id of a page", field="after"
            )
        items = items[ids.index(after) + 1 :]
    page = items[:limit]
    return Items(
        data=page,
        first_id=page[0]["id"] if page else None,
        last_id=page[-1]["id"] if page else None,
        has_more=len(items) > limit,
    )


async def delete(database: Database, owner: str, response_id: str) -> None:
    """Remove a response now, and what it left behind on the disk soon after. Raises NotFound."""
    await database.run(lambda conn: responses.delete(conn, owner, response_id))
    _clear_soon(database)


async def keep_no_longer(database: Database, clock: Callable[[], float] = time.time) -> None:
    """Remove what is too old, now and every day. Never returns."""
    while True:
        try:
            if await database.run(lambda conn: responses.prune(conn, clock())):
                _clear_soon(database)
        except StoreProblem as problem:
            log.warning("Old responses are removed tomorrow: %s", problem)
        await asyncio.sleep(PRUNING_SECONDS)


_clearing: WeakKeyDictionary[Database, asyncio.Task[None]] = WeakKeyDictionary()


def _clear_soon(database: Database) -> None:
    if database not in _clearing:
        _clearing[database] = asyncio.create_task(_clear(database))


async def _clear(database: Database) -> None:
    """Clear the traces of all deletions until now. What is not done is done when sotto next starts."""
    await asyncio.sleep(CLEARING_SECONDS)
    del _clearing[database]
    try:
        await asyncio.to_thread(database.scrub)
    except (StoreProblem, RuntimeError) as problem:  # the latter where it was closed meanwhile
        log.warning("Traces of deleted responses are cleared at the next start: %s", problem)


async def _found(database: Database, owner: str, response_id: str, now: float) -> StoredResponse | None:
    try:
        return await database.read(lambda conn: responses.get(conn, owner, response_id, now))
    except NotFound:
        return None


def _answered(stored: StoredResponse) -> Answered:
    facts = json.loads(stored.facts)
    kind = GroundedResponse if "knowledge" in facts else Answered
    return kind.model_validate({**facts, "output": json.loads(stored.output)})


def _exchange(stored: StoredResponse) -> Exchange:
    asked, said = ITEMS.validate_json(stored.input), ITEMS.validate_json(stored.output)
    answered = _answered(stored)
    if not isinstance(answered, GroundedResponse) or answered.quote:
        return Exchange(asked, said)
    return Exchange(asked, said, tuple(one.passage() for one in answered.passages if one.told))


def _by_id(stored: StoredResponse) -> list[tuple[str, AnyItem]]:
    items = [*ITEMS.validate_json(stored.input), *ITEMS.validate_json(stored.output)]
    return [(name, item) for item in items if (name := getattr(item, "id", None))]
