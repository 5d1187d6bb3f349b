"""Models elsewhere: which there are, what would leave for an answer of theirs, the yes to it, and its end."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from sottovoce.chat.elsewhere import agreeing, consent, routing
from sottovoce.chat.elsewhere.preview import preview
from sottovoce.chat.turn import Question
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.routing.choice import HERE
from sottovoce.server.app_api import departing
from sottovoce.server.app_api.chats import CHAT, tell
from sottovoce.server.app_api.nouns import RunNoun, identity
from sottovoce.server.app_api.nouns_elsewhere import (
    Departing,
    NewPreview,
    PreviewNoun,
    UpstreamList,
    UpstreamNoun,
)
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store.waiting import Consent

QUESTION = f"{CHAT}/messages/{{message}}"


async def listed(visit: Visit[None]) -> UpstreamList:
    """List the models elsewhere that are described here. None of them is asked anything."""
    found = await asyncio.to_thread(upstreams.listed, visit.house.app.home)
    return UpstreamList(upstreams=[UpstreamNoun.of(one) for one in found])


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
    given = Consent.TEXT
    if body.always:
        place.runs.check(visit.caller.owner, Question(chat=chat, again=question))
        await routing.allow_all(there, chat)
        tell(visit, chat)
        given = Consent.CHAT
    return RunNoun.of(await departing.start(visit, place, there, seen, given=given))


async def end(visit: Visit[None]) -> Response:
    """Have the model here answer a chat again."""
    chat, owner = identity(visit.request.path_params["chat"], "chat"), visit.caller.owner
    place = visit.house.place(owner, chat)
    parts = departing.owned(place, owner)
    await consent.withdraw(parts, chat)
    await routing.choose(parts, chat, HERE)
    tell(visit, chat)
    return Response(status_code=204)


def _place(visit: Visit[Any]) -> tuple[str, str]:
    given = visit.request.path_params
    return identity(given["chat"], "chat"), identity(given["message"], "message")


ENDPOINTS = (
    Endpoint("GET", "/app/api/upstreams", listed, Scope.PAGE, answer=UpstreamList),
    Endpoint("POST", f"{QUESTION}/preview", prepare, Scope.PAGE, body=NewPreview, answer=PreviewNoun),
    Endpoint("POST", f"{QUESTION}/send", send, Scope.PAGE, body=Departing, answer=RunNoun),
    Endpoint("DELETE", f"{CHAT}/consent", end, Scope.PAGE),
)
