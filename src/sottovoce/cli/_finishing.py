"""Has what waits asked now, and tells how each goes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sottovoce.chat.elsewhere.finishing import GONE, Manner, Outcome
from sottovoce.chat.elsewhere.later import Later
from sottovoce.core.events import Event, Reasoning, Text
from sottovoce.store import waiting
from sottovoce.store.waiting import Progress, Waiting

if TYPE_CHECKING:
    from sottovoce.cli._given import Given


async def finished(given: Given, waiting_id: str | None, *, as_json: bool) -> bool:
    """Try all that waits, or one; return whether nothing of it waits on. Raises NotFound, StoreProblem."""
    outcomes = list[Outcome]()
    async with given.open_app() as app:
        desk = Later(app.database, app.there, time.time)
        await desk.let_go_of_the_dead()
        wanted = await app.database.run(lambda conn: _begun_anew(conn, app.owner, waiting_id))
        for one in wanted:
            desk.manner = Manner(heard=_counting(given, one))
            outcomes.append(await desk.tried(one))
            given.show.passing("")
            if not as_json:
                _tell(given, outcomes[-1])
    if as_json:
        given.show.data([_data(outcome) for outcome in outcomes])
    elif not wanted:
        given.show.note("Nothing waits.")
    return all(outcome.answer or outcome.reason == GONE for outcome in outcomes)


def _begun_anew(conn: sqlite3.Connection, owner: str, waiting_id: str | None) -> list[Waiting]:
    """Have them due now; those that were given up only where one is named."""
    if waiting_id is not None:
        wanted = [waiting.get(conn, owner, waiting_id)]
    else:
        wanted = [one for one in waiting.listed(conn, owner) if one.state is not Progress.STOPPED]
    for one in wanted:
        waiting.begin_anew(conn, one.id, time.time())
    return [waiting.get(conn, owner, one.id) for one in wanted]


def _counting(given: Given, one: Waiting) -> Callable[[Event], None]:
    """Return what tells how much of an answer has come."""
    words = [0]
    given.show.passing(f"asking {one.upstream}…")

    def heard(event: Event) -> None:
        if isinstance(event, Text | Reasoning):
            words[0] += len(event.text)
            given.show.passing(f"{one.upstream} answers: {words[0]:,} characters")

    return heard


def _tell(given: Given, outcome: Outcome) -> None:
    one = outcome.question
    if outcome.answer is not None:
        given.show.line(f"{one.upstream} has answered: sotto chats show {one.chat}")
    elif outcome.reason == GONE:
        given.show.line(
            f"Another program of yours has answered or dropped {one.id} meanwhile: "
            f"sotto chats show {one.chat}"
        )
    else:
        given.show.note(f"{one.id} waits on: {outcome.reason}")


def _data(outcome: Outcome) -> dict[str, str | None]:
    one = outcome.question
    return {
        "id": one.id,
        "chat": one.chat,
        "for": one.upstream,
        "answer": outcome.answer,
        "reason": outcome.reason,
    }
