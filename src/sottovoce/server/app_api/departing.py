"""Runs that a model elsewhere answers: once somebody has said yes to what leaves, or where consent stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sottovoce.chat import turn
from sottovoce.chat.elsewhere import consent, drafting, preview, routing
from sottovoce.chat.elsewhere.preview import Preview, There
from sottovoce.chat.elsewhere.routing import Router
from sottovoce.chat.runs import RunEvent
from sottovoce.chat.temporary import Place
from sottovoce.chat.turn import Parts, Question
from sottovoce.core.events import Asked, Event, Failed, Notice
from sottovoce.hybrid.routing import telling
from sottovoce.server.endpoint import Visit
from sottovoce.store.waiting import Consent


def there(visit: Visit[Any], place: Place, name: str) -> There:
    """Return a model elsewhere, to be asked at this place. Raises NotFound, BadUpstream, BadText."""
    found, owner = visit.house.app.there(name), visit.caller.owner
    parts = replace(found.parts, database=place.database, owner=owner, is_temporary=place.is_temporary)
    return replace(found, parts=parts, means=replace(found.means, owner=owner))


def owned(place: Place, owner: str) -> Parts:
    """Return what the turns at a place are made with, for this owner."""
    return replace(place.parts, owner=owner)


async def start(
    visit: Visit[Any],
    place: Place,
    there: There,
    seen: Preview,
    because: Notice | None = None,
    given: Consent = Consent.TEXT,
) -> Asked:
    """Send what was seen, as a run like any other; where nobody can be reached, the model here answers.

    `because` is kept with the answer. Raises as Runs.start, and as drafting.ask_there.
    """
    ask_here = partial(turn.ask, owned(place, visit.caller.owner))

    def send(_parts: Parts, question: Question) -> AsyncGenerator[Event, None]:
        return drafting.ask_there(there, seen, ask_here, because, again=question, consent=given)

    question = Question(chat=seen.chat, again=seen.question, sampling=seen.sampling)
    return await place.runs.start(visit.caller.owner, question, _counted(visit), there.parts, send)


async def started(visit: Visit[Any], place: Place, question: Question) -> Asked | Question:
    """Have the model elsewhere answer a new question, as it was allowed to for its chat.

    Returns the question as the model here is to be asked it, where none was allowed to, a rule keeps it here,
    nothing of what it was allowed for is so, or it does not fit there. Raises Refused, once, where that one
    is not any more what the consent was given to, Offline where nothing may leave, and what keeps it from
    being asked.
    """
    chat, owner = question.chat, visit.caller.owner
    if chat is None or question.again is not None or question.go_on is not None:
        return question
    parts, app = owned(place, owner), visit.house.app
    if await consent.standing(parts, app.home, chat) is None:
        return question
    place.runs.check(owner, question)
    router = Router(parts, app.home, app.standing, partial(there, visit, place))
    way = await routing.way(router, question)
    if way is None:
        return question
    if way.there is None or not way.reason or not way.stands:
        return replace(way.again, told=() if way.notice is None else (way.notice,))
    try:
        seen = await preview.preview(way.there, way.chat, way.question, sampling=question.sampling)
    except routing.UNFIT as problem:
        return replace(way.again, told=(telling.unable(problem),))
    because = telling.there(way.there.upstream.name, way.reason, telling.CHAT_STANDS)
    return await start(visit, place, way.there, seen, because, Consent.CHAT)


def _counted(visit: Visit[Any]) -> Callable[[RunEvent], None]:
    """Return what listens to a run for the metrics, which count what this machine computes."""

    def tell(event: RunEvent) -> None:
        if isinstance(event, Failed):
            visit.house.metrics.failed(event.error)

    return tell
