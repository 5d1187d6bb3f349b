"""Look once more where a question's own words found no answer: with queries that the model writes.

Only an encyclopaedia is asked so. What was found before is shown by then; this comes before it is said that
the shelves hold no answer.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from sottovoce.chat.grounded import Looked, found_on
from sottovoce.chat.grounds import longest_joined
from sottovoce.chat.shelved import Asks
from sottovoce.chat.waking import awake
from sottovoce.core.errors import SottoError
from sottovoce.core.events import Asked, Grounds, Waiting
from sottovoce.core.grounds import Ground
from sottovoce.engine.held import held
from sottovoce.engine.protocol import Engine
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.shelf import Shelf
from sottovoce.knowledge.zim import writing
from sottovoce.store import grounds as rows

if TYPE_CHECKING:
    from sottovoce.chat.turn import Parts

log = logging.getLogger(__name__)


async def look(
    parts: Parts, asks: Asks, asked: Asked, looked: Looked
) -> AsyncGenerator[Waiting | Grounds, None]:
    """Yield `Grounds`, kept with the question, if that finds an answer; `Waiting` while the model is loaded.

    Nothing where there is an answer or none is to be written, and no engine is started then. One that fails
    is passed over: what was found stands.
    """
    if asks.quote or looked.event.answers or not parts.writes_queries or not await has_more(asks.shelves):
        return
    try:
        with held(parts.engine) as engine:
            async with aclosing(awake(engine)) as loading:
                async for waiting in loading:
                    yield waiting
            results = await found(engine, asks.shelves, looked.question, parts.owner)
    except SottoError as problem:
        log.info("no queries were written for an encyclopaedia: %s", problem.sentence)
        return
    if results is None:
        return
    passages = tuple(Ground(passage) for passage in results.found)
    await parts.database.run(lambda conn: rows.keep(conn, parts.owner, asked.question, passages))
    yield Grounds(passages, True, asks.names)


async def has_more(shelves: Sequence[Shelf]) -> bool:
    """Return whether an encyclopaedia stands on any of them: documents are asked by their words alone."""
    return any([await shelf.mounted() for shelf in shelves])


async def found(engine: Engine, shelves: Sequence[Shelf], question: str, owner: str) -> Results | None:
    """Return what the model's queries find beside the question; None where that is no answer either.

    Raises as the engine does.
    """
    written = await writing.write(engine, question, owner)
    if not written:
        return None
    results = await found_on(shelves, question, longest_joined(), written)
    return results if results.answers else None
