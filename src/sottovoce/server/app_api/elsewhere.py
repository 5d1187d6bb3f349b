"""Models elsewhere: which there are, what would leave for an answer of theirs, the yes to it, and the no."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from sottovoce.chat.elsewhere import agreeing, choosing, consent, offering
from sottovoce.chat.elsewhere.preview import preview
from sottovoce.chat.question import Question
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.routing.choice import HERE, Choice, Route
from sottovoce.server.app_api import departing
from sottovoce.server.app_api.chats import CHAT, tell
from sottovoce.server.app_api.nouns import identity
from sottovoce.server.app_api.nouns_elsewhere import (
    Departing,
    NewPreview,
    PreviewNoun,
    UpstreamList,
    UpstreamNoun,
)
from sottovoce.server.app_api.nouns_runs import RouteNoun, RunNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store.waiting import Consent

QUESTION = f"{CHAT}/messages/{{message}}"


async def listed(visit: Visit[None]) -> UpstreamList:
    """List the models elsewhere that are described here. None of them is asked anything."""
    found = await asyncio.to_thread(upstreams.listed, visit.house.app.home)
    now = visit.house.app.standing()
    usual = RouteNoun.of(Choice(Route(now.route), now.route_to))
    return UpstreamList(upstreams=[UpstreamNoun.of(one) for one in found], usual=usual)


async def prepare(visit: Visit[NewPreview]) -> PreviewNoun:
    """Show what would leave for an answer to a question, exactly; sends nothing."""
    chat, question = _place(visit)
    place = visit.house.place(visit.caller.owner, chat)
    there = departing.there(visit, place, visit.body.upstream)
    return await asyncio.to_thread(PreviewNoun.of, await preview(there, chat, question, visit.body.edits()))


async def send(visit: Visit[Departing]) -> RunNoun:
    """Send what was seen, as one more answer to its question; refused where it would be another by now."""
    chat, question = _place(visit)
    body, place = visit.body, visit.house.place(visit.caller.owner, chat)
    there = departing.there(visit, place, body.upstream)
    seen = await agreeing.agreed(there, chat, question, body.edits(), body.seal)
    offer, given = await offering.standing(there.parts, chat, question, body.upstream), Consent.TEXT
    if body.always:
        place.runs.check(visit.caller.owner, Question(chat=chat, again=question))
        if offer is not None and offer.route is Route.ASK:
            await choosing.allow(there, chat, Route.ASK)
        else:
            await choosing.allow_all(there, chat)
        tell(visit, chat)
        given = Consent.CHAT
    because = None if offer is None else offer.because
    asked = await departing.start(visit, place, there, seen, because, given)
    await offering.taken(there.parts, chat, question)
    return RunNoun.of(asked)


async def keep(visit: Visit[None]) -> Response:
    """Keep here what was offered to be sent, by the message that has the offer; it is told beside that."""
    chat, message = _place(visit)
    owner = visit.caller.owner
    await offering.refused(departing.owned(visit.house.place(owner, chat), owner), chat, message)
    tell(visit, chat)
    return Response(status_code=204)


async def end(visit: Visit[None]) -> Response:
    """Have the model here answer a chat again."""
    chat, owner = identity(visit.request.path_params["chat"], "chat"), visit.caller.owner
    place = visit.house.place(owner, chat)
    parts = departing.owned(place, owner)
    await consent.withdraw(parts, chat)
    await choosing.choose(parts, chat, HERE)
    tell(visit, chat)
    return Response(status_code=204)


def _place(visit: Visit[Any]) -> tuple[str, str]:
    given = visit.request.path_params
    return identity(given["chat"], "chat"), identity(given["message"], "message")


ENDPOINTS = (
    Endpoint("GET", "/app/api/upstreams", listed, Scope.PAGE, answer=UpstreamList),
    Endpoint("POST", f"{QUESTION}/preview", prepare, Scope.PAGE, body=NewPreview, answer=PreviewNoun),
    Endpoint("POST", f"{QUESTION}/send", send, Scope.PAGE, body=Departing, answer=RunNoun),
    Endpoint("DELETE", f"{QUESTION}/offer", keep, Scope.PAGE),
    Endpoint("DELETE", f"{CHAT}/consent", end, Scope.PAGE),
)
