"""`/v1/responses`: an answer that may be kept, so that the next question need not send it again.

The only calls of these APIs of which anything is kept, and only where the asker does not say otherwise.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from pydantic import BaseModel
from starlette.datastructures import QueryParams
from starlette.responses import Response

from sottovoce.core.errors import BadValue, Unsupported
from sottovoce.core.events import Called, Finished, Grounds, Notice, Quoted, Reasoning, Text, Waiting
from sottovoce.guard.provenance import FIELD
from sottovoce.server import shelves
from sottovoce.server.answering import EventStream
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.openai_api import responses_asking, responses_items, responses_kept
from sottovoce.server.openai_api.counting import Answers
from sottovoce.server.openai_api.nouns import unsupported
from sottovoce.server.openai_api.responses_answers import Answered, AnyResponse, Deleted, Items
from sottovoce.server.openai_api.responses_events import Events
from sottovoce.server.openai_api.responses_making import whole
from sottovoce.server.openai_api.responses_nouns import AnyItem, ResponseBody
from sottovoce.server.problems import OPENAI

MOST_LISTED = 100
LISTED = 20


async def create(visit: Visit[ResponseBody]) -> Response | BaseModel:
    """Answer, whole or as it is written, going on from an earlier answer if one is named."""
    app, body, owner = visit.house.app, visit.body, visit.caller.owner
    model = (await visit.choose(body.model)).model.name
    earlier = await responses_kept.earlier(app.database, owner, body, time.time())
    items = responses_items.resolved(body.input, earlier.known)
    history = responses_items.told(earlier.exchanges, items)
    call = responses_asking.call(body, history, app.sampling(visit.chosen.model), owner)
    responses_asking.require_question(body, items)
    responses_asking.require_nothing_acts(call, earlier.exchanges)
    call = await shelves.asked(visit, call, body.knowledge, quote=body.quote, question="input")
    begun = responses_asking.begun(body, call, f"resp_{secrets.token_hex(16)}", model, time.time())
    answers = Answers(visit, [call], "input")
    if body.stream:
        events = Events(begun)
        return EventStream(_streamed(visit, answers, events, items), events)
    return await _whole(visit, answers, begun, items)


async def _whole(
    visit: Visit[ResponseBody], answers: Answers, begun: Answered, items: Sequence[AnyItem]
) -> Answered:
    said: list[Text | Called | Grounds | Notice | Quoted] = []
    async with aclosing(answers.pieces()) as pieces:
        async for _, piece in pieces:
            if isinstance(piece, Waiting):
                visit.waiting(piece)
            elif isinstance(piece, Finished):
                answered = _marked(visit, whole(begun, said, piece, time.time()))
            elif isinstance(piece, Text | Called | Grounds | Notice | Quoted):
                said.append(piece)
    await _keep(visit, answered, items)
    return answered


async def _streamed(
    visit: Visit[ResponseBody], answers: Answers, events: Events, items: Sequence[AnyItem]
) -> AsyncGenerator[bytes | Waiting, None]:
    async with aclosing(answers.pieces()) as pieces:
        async for _, piece in pieces:
            if isinstance(piece, Reasoning):
                continue  # see responses_fields.py
            if isinstance(piece, Waiting):
                yield piece
                continue
            if isinstance(piece, Grounds | Notice | Quoted):
                events.making.found(piece)
                continue
            # Not before: what is refused at first is refused with a status of its own.
            before = b"" if events.has_begun else events.begin()
            if isinstance(piece, Text):
                yield before + events.text(piece)
            elif isinstance(piece, Called):
                yield before + events.call(piece)
            elif isinstance(piece, Finished):
                yield before + events.close(piece)
                await _keep(visit, _marked(visit, events.making.end(piece, time.time())), items)
                yield events.end(piece)


def _marked(visit: Visit[ResponseBody], answered: Answered) -> Answered:
    """Put the record of what a model wrote into the response."""
    answered.provenance = visit.marks.field().get(FIELD)
    return answered


async def _keep(visit: Visit[ResponseBody], answered: Answered, items: Sequence[AnyItem]) -> None:
    if answered.store:
        database, owner = visit.house.app.database, visit.caller.owner
        await responses_kept.keep(database, owner, answered, items, time.time())


# ---- what was kept ----


async def shown(visit: Visit[None]) -> Answered:
    """Tell of a kept response."""
    query = visit.request.query_params
    _require_known(query, "stream", "starting_after", "include_obfuscation")
    if query.get("stream", "false") != "false":
        raise unsupported("stream", "A response that is whole is told as a whole.")
    for name in ("starting_after", "include_obfuscation"):
        if query.get(name, "false") != "false":
            raise unsupported(name, "It is only for streams.")
    return await responses_kept.shown(visit.house.app.database, visit.caller.owner, _id(visit), time.time())


async def delete(visit: Visit[None]) -> Deleted:
    """Delete a kept response, and every trace of it."""
    await responses_kept.delete(visit.house.app.database, visit.caller.owner, _id(visit))
    return Deleted(id=_id(visit))


async def cancel(visit: Visit[None]) -> Answered:
    """Refuse: only an answer made in the background could be cancelled, and none is."""
    await responses_kept.shown(visit.house.app.database, visit.caller.owner, _id(visit), time.time())
    raise Unsupported(
        "Only a response made in the background can be cancelled, and none is here.",
        hint="Close the connection of a running request to stop it",
    )


async def items(visit: Visit[None]) -> Items:
    """List the items that a kept response was asked with, the last one first."""
    query = visit.request.query_params
    _require_known(query, "after", "limit", "order")
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise BadValue("`order` should be asc or desc.", hint="Leave it out for desc", field="order")
    return await responses_kept.asked(
        visit.house.app.database,
        visit.caller.owner,
        _id(visit),
        time.time(),
        after=query.get("after"),
        limit=_limit(query.get("limit")),
        newest_first=order == "desc",
    )


def _id(visit: Visit[None]) -> str:
    name: str = visit.request.path_params["response"]
    return name


def _limit(text: str | None) -> int:
    if text is None:
        return LISTED
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MOST_LISTED:
        raise BadValue(
            f"`limit` should be a whole number from 1 to {MOST_LISTED}.",
            hint=f"Leave it out for {LISTED}",
            field="limit",
        )
    return int(text)


def _require_known(query: QueryParams, *names: str) -> None:
    for name in query:
        if name not in (*names, "include", "include[]"):
            raise Unsupported(f"`{name[:60]}` is not known here.", hint="Leave it out", field=name[:60])


ENDPOINTS = (
    Endpoint(
        "POST",
        "/v1/responses",
        create,
        Scope.CHAT,
        OPENAI,
        body=ResponseBody,
        answer=AnyResponse,
        computes=True,
    ),
    Endpoint("GET", "/v1/responses/{response}", shown, Scope.CHAT, OPENAI, answer=AnyResponse),
    Endpoint("DELETE", "/v1/responses/{response}", delete, Scope.CHAT, OPENAI, answer=Deleted),
    Endpoint("POST", "/v1/responses/{response}/cancel", cancel, Scope.CHAT, OPENAI, answer=AnyResponse),
    Endpoint("GET", "/v1/responses/{response}/input_items", items, Scope.CHAT, OPENAI, answer=Items),
)
