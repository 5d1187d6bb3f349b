"""The part of a turn that shelves have in it: what is found there, what the model is given.

Where no model is to write, the answer is made here. Knows nothing of prompts' words; grounds.py does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sottovoce.chat import grounds, modelless
from sottovoce.chat.shelved import Asks
from sottovoce.chat.writing import Answer
from sottovoce.core.errors import BadDocument, SottoError, Unsupported
from sottovoce.core.events import Asked, Event, Grounds, Notice
from sottovoce.core.grounds import (
    NOT_ON_SHELF,
    NOTHING_CITED,
    QUOTES,
    STALE,
    UNREAD,
    Citation,
    Found,
    Ground,
    day_of,
)
from sottovoce.engine.protocol import ModelFacts
from sottovoce.knowledge import age
from sottovoce.knowledge.extract import Judge, Sentence, best_quotes
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.shelf import MOST_FOUND, Shelf
from sottovoce.store import chats, speeds
from sottovoce.store import grounds as rows

if TYPE_CHECKING:
    from sottovoce.chat.guarded import Instead
    from sottovoce.chat.turn import Parts

MOST_QUESTION = 4_000
"""Characters that are looked for; what is longer is mostly a text that was pasted behind the question."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found. `question` is its text; `notices` tell of a later time, and of what cannot be read.

    `judge` tells which sentences answer.
    """

    question: str
    event: Grounds
    judge: Judge
    notices: tuple[Notice, ...] = ()

    async def quotes(self, passages: Sequence[Found]) -> list[Citation]:
        """Return the sentences of these passages that answer the question best."""
        return await best_quotes(self.question, passages, self.judge)


async def look(parts: Parts, asks: Asks, asked: Asked) -> Looked | None:
    """Find passages for a question and keep them with it; None where it has no words of its own.

    What the model was given once, for an earlier answer to the same question, stays as it is.
    """
    owner, database = parts.owner, parts.database
    message, kept, per_second = await database.read(
        lambda conn: (
            chats.get_message(conn, owner, asked.chat, asked.question),
            rows.of(conn, owner, [asked.question]).get(asked.question, ()),
            speeds.reading_of(conn, parts.model),
        )
    )
    if not message.text.strip():
        return None
    judge = judge_of(asks.shelves)
    if not asks.quote and any(ground.told for ground in kept):
        notices = await noticed(asks.shelves, message.text)
        return Looked(message.text, Grounds(kept, True, asks.names), judge, notices)
    longest = 0 if asks.quote else grounds.longest_joined(per_second)
    results = await found_on(asks.shelves, message.text, longest)
    passages = tuple(Ground(passage) for passage in results.found)
    if not any(ground.told for ground in kept):
        await database.run(lambda conn: rows.keep(conn, owner, asked.question, passages))
    notices = await noticed(asks.shelves, message.text, results.unread)
    return Looked(message.text, Grounds(passages, results.answers, asks.names), judge, notices)


async def noticed(shelves: Sequence[Shelf], question: str, unread: Sequence[str] = ()) -> tuple[Notice, ...]:
    """Return what is to be said beside an answer: that the shelves end too early, and what is `unread`."""
    newest = [one for shelf in shelves if (one := await shelf.file.read(age.newest)) is not None]
    written = max(newest, default=None)
    later, day = age.later(question, written, time.time()), day_of(written)
    notices = [Notice(UNREAD, " ".join(unread))] if unread else []
    if later is not None and day is not None:
        notices.insert(0, Notice(STALE, grounds.stale(later, [shelf.name for shelf in shelves], day)))
    return tuple(notices)


async def found_on(
    shelves: Sequence[Shelf], question: str, longest: int, written: Sequence[str] = ()
) -> Results:
    """Return the passages of all these shelves, best first, and whether they seem to hold the answer.

    Neighbours are joined up to `longest` tokens; 0 leaves each passage alone. `written`: queries by the
    model, for encyclopaedias. Raises BadDocument, or Unsupported, where none of the shelves can be asked.
    """
    looked_for = question[:MOST_QUESTION]
    results = await asyncio.gather(*(_asked(shelf, looked_for, longest, written) for shelf in shelves))
    asked = [one for one in results if isinstance(one, Results)]
    failed = [one for one in results if not isinstance(one, Results)]
    if failed and not asked:
        raise failed[0]
    answering = [one for one in asked if one.answers] or asked
    found = sorted((passage for one in answering for passage in one.found), key=lambda one: -one.score)
    unread = [*(one.sentence for one in failed), *(sentence for one in asked for sentence in one.unread)]
    return Results(tuple(found[:MOST_FOUND]), any(one.answers for one in asked), unread=tuple(unread))


async def _asked(shelf: Shelf, question: str, longest: int, written: Sequence[str]) -> Results | SottoError:
    try:
        return await shelf.passages(question, longest, written)
    except (BadDocument, Unsupported) as problem:
        return problem


def judge_of(shelves: Sequence[Shelf]) -> Judge:
    """Return who judges sentences of these shelves: the first of them with vectors, all by the same model."""

    async def judge(question: str, judged: Sequence[Sentence]) -> Sequence[float]:
        for shelf in shelves:
            if await shelf.has_vectors():
                return await shelf.judge(question[:MOST_QUESTION], judged)
        return ()

    return judge


async def given(parts: Parts, asked: Asked, looked: Looked, facts: ModelFacts) -> tuple[Ground, ...]:
    """Decide which passages the model is given, by how quickly it reads here, and keep that."""
    passages = looked.event.passages
    if any(ground.told for ground in passages):
        return passages
    owner, database = parts.owner, parts.database
    chat, per_second = await database.read(
        lambda conn: (chats.get(conn, owner, asked.chat), speeds.reading(conn, facts.digest))
    )
    window = min(facts.window, chat.settings.context or facts.window)
    costs = await parts.engine.weigh([grounds.block(ground.passage) for ground in passages])
    most = grounds.fit(costs, grounds.budget(per_second, window))
    chosen = tuple(replace(ground, told=at < most) for at, ground in enumerate(passages))

    await database.run(lambda conn: rows.keep(conn, owner, asked.question, chosen))
    return chosen


async def without_model(
    asks: Asks, asked: Asked, looked: Looked, answer: Answer, began: float, lead: Instead | None = None
) -> tuple[Event, ...]:
    """Return the events of an answer that no model writes: quotes, or that it is not on these shelves.

    Where no sentence can be quoted, what was found is told again, as not answering. What a guard says in the
    model's place leads, and has been told.
    """
    passages = [ground.passage for ground in looked.event.passages]
    quotes: list[Citation] = []
    found = looked.event
    if looked.event.answers:
        quotes = await looked.quotes(passages)
    if quotes:
        reason = QUOTES
        text, cited = grounds.quotes(quotes, "" if lead is None else f"{lead.text}\n\n{lead.quotes}")
    else:
        reason, cited = NOT_ON_SHELF, NOTHING_CITED
        found = replace(found, answers=False)
        text = grounds.not_here(looked.question, asks.names, is_near=bool(passages))
    if lead is not None:
        reason = lead.reason
        answer.facts |= lead.facts
        text = text.removeprefix(lead.text) if quotes else ""
    events = await modelless.finish(asked, answer, text, reason, began, cited)
    return events if found == looked.event else (found, *events)
