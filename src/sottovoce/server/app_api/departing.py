"""Runs that a model elsewhere answers, or may: where a question goes, in the words of the page's API.

chat/elsewhere decides. Nothing leaves before somebody has said yes to what does, or where consent stands.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sottovoce.chat import turn
from sottovoce.chat.elsewhere import drafting, looking, offering, preview, routing
from sottovoce.chat.elsewhere.offering import Offer
from sottovoce.chat.elsewhere.preview import Preview, There
from sottovoce.chat.elsewhere.routing import Router, Way
from sottovoce.chat.question import Question
from sottovoce.chat.runs import Ask, RunEvent
from sottovoce.chat.temporary import Place
from sottovoce.chat.turn import Parts
from sottovoce.core.errors import SottoError
from sottovoce.core.events import Asked, Done, Event, Failed, Notice
from sottovoce.hybrid.routing import telling
from sottovoce.hybrid.routing.choice import Choice
from sottovoce.server.app_api.nouns_runs import OfferNoun, RunNoun
from sottovoce.server.changes import What
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


@dataclass(frozen=True, slots=True)
class Here:
    """A question that the model here is asked, and how."""

    question: Question
    ask: Ask = turn.ask


async def started(
    visit: Visit[Any], place: Place, question: Question, said: Choice | None, begins: Choice | None
) -> RunNoun | Here:
    """Have a new question go where it belongs: elsewhere as it was allowed, or here.

    Returns it without an answer where the person is to say first whether it may leave, and as the model here
    is to be asked it where it stays. `said` is for this question, `begins` for the chat that it begins.
    Raises Refused, once, where that one elsewhere is not any more what the consent was given to, Offline
    where nothing may leave, and what keeps it from being asked.
    """
    owner = visit.caller.owner
    parts = owned(place, owner)
    if question.again is not None or question.go_on is not None:
        return Here(await _decided(parts, question))
    place.runs.check(owner, question)
    app = visit.house.app
    router = Router(parts, app.home, app.standing, partial(there, visit, place))
    way = await routing.way(router, question, said, begins=begins)
    if way is None:
        return Here(question)
    if way.there is None:
        return Here(replace(way.again, told=() if way.notice is None else (way.notice,)))
    if way.looks:
        return Here(way.again, _looking(visit, place, way, way.there))
    try:
        seen = await preview.preview(way.there, way.chat, way.question, sampling=question.sampling)
    except routing.UNFIT as problem:
        return Here(replace(way.again, told=(telling.unable(problem),)))
    if way.stands:
        because = telling.there(way.there.upstream.name, way.reason, telling.CHAT_STANDS)
        return RunNoun.of(await start(visit, place, way.there, seen, because, Consent.CHAT))
    offer = Offer.of(way, way.there.upstream.name, way.reason)
    await offering.make(parts, way.chat, way.question, offer)
    visit.house.changes.tell(What.CHAT, way.chat, owner)
    return RunNoun(id="", chat=way.chat, question=way.question, offer=OfferNoun.of(offer))


async def _decided(parts: Parts, question: Question) -> Question:
    """Return a question that is asked here once more, with why: it may be one that was offered to be sent."""
    if question.again is None or question.beside or question.chat is None:
        return question
    notice = await offering.refused(parts, question.chat, question.again)
    return question if notice is None else replace(question, told=(notice,))


def _looking(visit: Visit[Any], place: Place, way: Way, there: There) -> Ask:
    """Return how a question is answered here whose answer is looked at: where it is doubtful, more follows.

    That is an answer from elsewhere as consent stands, or an offer of one.
    """
    name, sampling = there.upstream.name, way.again.sampling

    async def found(parts: Parts, done: Done, reason: str) -> None:
        try:
            if way.stands:
                seen = await preview.preview(there, way.chat, way.question, sampling=sampling)
                because = telling.there(name, reason, telling.CHAT_STANDS)
                await start(visit, place, there, seen, because, Consent.CHAT)
            else:
                await offering.make(parts, way.chat, done.answer, Offer.of(way, name, reason))
        except SottoError as problem:  # the answer here stands, whatever keeps one from coming from there
            await looking.tell(parts, done, telling.unable(problem))

    def ask(parts: Parts, question: Question) -> AsyncGenerator[Event, None]:
        return offering.looked(way, turn.ask, parts, question, partial(found, parts))

    return ask


def _counted(visit: Visit[Any]) -> Callable[[RunEvent], None]:
    """Return what listens to a run for the metrics, which count what this machine computes."""

    def tell(event: RunEvent) -> None:
        if isinstance(event, Failed):
            visit.house.metrics.failed(event.error)

    return tell
