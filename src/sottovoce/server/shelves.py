"""The shelves that a caller may ask: the person all of their own, a key those it was given, others none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sottovoce.chat import call_grounds, further, grounded, shelved
from sottovoce.chat.call import Call
from sottovoce.chat.call_grounds import Given
from sottovoce.chat.grounds import longest_joined
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.messages import OWNER
from sottovoce.knowledge.shelf import Shelf
from sottovoce.server.caller import Caller, Scope
from sottovoce.server.endpoint import Visit


async def asked(
    visit: Visit[Any],
    call: Call,
    names: Sequence[str] | None,
    *,
    quote: bool | None,
    tools: str = "tools",
    question: str = "messages",
) -> Call:
    """Return the call with what was found for its question; as it is where no shelf is asked.

    `tools` and `question` name the fields in which these are sent. Raises NotFound, BadValue.
    """
    if quote and not names:
        raise BadValue(
            "`quote` needs `knowledge`: there is no shelf to quote from.",
            hint="Name a shelf in knowledge, or leave quote out",
            field="quote",
        )
    if names and call.tools:
        raise BadValue(
            "`knowledge` does not go together with functions: what stands in a document must not act.",
            hint="Send one of the two",
            field=tools,
        )
    if not names:
        return call
    text = call_grounds.question_of(call.asked)
    call_grounds.require_question(text, question)
    call = replace(call, given=await _given(visit, names, text, quote=quote is True))
    call_grounds.checked(call)
    return call


async def _given(visit: Visit[Any], names: Sequence[str], question: str, *, quote: bool) -> Given:
    shelves = await _opened(visit, names)
    results = await grounded.found_on(shelves, question, 0 if quote else longest_joined())
    named = tuple(shelf.name for shelf in shelves)
    notices = await grounded.noticed(shelves, question, results.unread)
    judge = grounded.judge_of(shelves)
    there = Given(question, results.found, results.answers, named, quote, judge, notices=notices)
    if visit.house.app.writes_queries(visit.chosen.model) and await further.has_more(shelves):
        owner = visit.caller.owner
        return replace(there, further=lambda engine: further.found(engine, shelves, question, owner))
    return there


async def _opened(visit: Visit[Any], names: Sequence[str]) -> tuple[Shelf, ...]:
    caller, shelves = visit.caller, visit.house.app.shelves
    if Scope.PAGE in caller.scopes:
        return await shelved.opened(shelves, caller.owner, names)
    ids = {}
    for row in await shelves.listed(OWNER):
        if row.id in caller.shelves:
            ids[row.name.casefold()] = ids[row.id] = row.id
    for name in names:
        if name.casefold() not in ids:
            raise _not_for(caller, name)
    return await shelved.opened(shelves, OWNER, [ids[name.casefold()] for name in names])


def _not_for(caller: Caller, name: str) -> NotFound:
    """Say the same of a shelf that is not there and of one that is not for this caller."""
    if caller.key is None:
        hint = "Programs without a key ask no shelves. Make one that may: sotto keys add NAME --shelf SHELF"
    else:
        hint = "A key asks the shelves that it was made for: sotto keys add NAME --shelf SHELF"
    return NotFound(f"There is no shelf named {name!r} here.", hint=hint, field="knowledge")
