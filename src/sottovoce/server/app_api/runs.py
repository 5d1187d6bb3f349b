"""Answers being written: start one, follow it from any event, stop it.

A page that goes away stops nothing.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from starlette.responses import Response

from sottovoce.chat.elsewhere import choosing
from sottovoce.chat.question import Question
from sottovoce.chat.runs import RunEvent, Runs
from sottovoce.chat.temporary import Place
from sottovoce.chat.turn import Parts
from sottovoce.core.errors import BadValue
from sottovoce.core.events import Done, Failed, Reasoning, Text
from sottovoce.hybrid.routing.choice import Choice
from sottovoce.server.answering import EventStream
from sottovoce.server.app_api import departing, telling
from sottovoce.server.app_api.nouns import identity, settings_of, whole
from sottovoce.server.app_api.nouns_runs import FirstRun, NewRun, RunList, RunNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit

ALL = "/app/api/runs"
IN_CHAT = "/app/api/chats/{chat}/runs"
ONE = f"{IN_CHAT}/{{run}}"
LAST_NUMBER = 10**9

BEGUN = b"retry: 1000\n\n"
"""Sent at once, so that a page knows it is connected however long the first word takes."""


async def begin(visit: Visit[FirstRun]) -> RunNoun:
    """Ask a question that begins a chat."""
    body = visit.body
    settings = settings_of(body.settings)
    question = Question(
        body.text,
        system=body.system,
        sampling=body.sampling.sampling(),
        attached=tuple(one.part() for one in body.attachments),
        settings=settings,
        knowledge=tuple(body.knowledge),
        quote=body.quote,
    )
    begins = None if body.route is None else body.route.choice()
    if not body.temporary:
        return await _started(visit, question, begins)
    owner, temporary = visit.caller.owner, visit.house.temporary
    chat = await temporary.begin(owner, body.system, settings)
    try:
        if begins is not None:
            await choosing.choose(departing.owned(visit.house.place(owner, chat.id), owner), chat.id, begins)
        return await _started(visit, replace(question, chat=chat.id))
    except BaseException:
        await temporary.end(owner, chat.id)
        raise


async def start(visit: Visit[NewRun]) -> RunNoun:
    """Ask in a chat, ask again, or go on with a cut answer. Refused while another is answered there.

    A new question goes where it belongs, by what was chosen, the rules and the settings. Nobody answers it
    yet where the person is to see first what would leave.
    """
    body = visit.body
    if body.beside and body.again is None:
        raise BadValue(
            "Only another answer can stand beside one.", hint="Name its question in again", field="beside"
        )
    question = Question(
        body.text,
        identity(visit.request.path_params["chat"], "chat"),
        body.parent,
        body.again,
        body.system,
        body.sampling.sampling(),
        tuple(one.part() for one in body.attachments),
        beside=body.beside,
        go_on=body.go_on,
        knowledge=None if body.knowledge is None else tuple(body.knowledge),
        quote=body.quote,
    )
    return await _started(visit, question)


async def listed(visit: Visit[None]) -> RunList:
    """List the answers being written."""
    running = visit.house.runs.running(visit.caller.owner)
    return RunList(runs=[RunNoun.of(asked) for asked in running])


async def in_chat(visit: Visit[None]) -> RunList:
    """List the answers being written in a chat."""
    owner, chat = visit.caller.owner, identity(visit.request.path_params["chat"], "chat")
    running = visit.house.place(owner, chat).runs.running(owner, chat)
    return RunList(runs=[RunNoun.of(asked) for asked in running])


async def follow(visit: Visit[None]) -> Response:
    """Stream a run's events, those after `after` or the Last-Event-ID; 204 when there are no more.

    Ends when its browser is signed out.
    """
    chat, run = _place(visit)
    given = {**visit.request.query_params}
    if last := visit.request.headers.get("last-event-id"):
        given["after"] = last
    after, runs = whole(given, "after", 0, 0, LAST_NUMBER), visit.house.place(visit.caller.owner, chat).runs
    if not await runs.left(visit.caller.owner, chat, run, after):
        return Response(status_code=204)
    return EventStream(_chunks(visit, runs, chat, run, after), visit.shape)


async def stop(visit: Visit[None]) -> Response:
    """Stop a run; what was written is kept. One that has ended stays as it is."""
    owner, (chat, run) = visit.caller.owner, _place(visit)
    await visit.house.place(owner, chat).runs.stop(owner, chat, run)
    return Response(status_code=204)


async def _started(
    visit: Visit[FirstRun] | Visit[NewRun], question: Question, begins: Choice | None = None
) -> RunNoun:
    owner = visit.caller.owner
    place = visit.house.place(owner, question.chat or "")
    place = replace(place, parts=await _parts(visit, place))  # before a question is written down for them
    said = None if visit.body.only is None else visit.body.only.choice()
    went = await departing.started(visit, place, question, said, begins)
    if isinstance(went, RunNoun):
        return went
    asked = await place.runs.start(owner, went.question, _counted(visit), place.parts, went.ask)
    return RunNoun.of(asked)


async def _parts(visit: Visit[FirstRun] | Visit[NewRun], place: Place) -> Parts:
    """Return what the turn is made with: of the model that was chosen, where one was."""
    if visit.body.model is None:
        return place.parts
    chosen = await visit.find(visit.body.model)  # the turn holds it itself, and outlives the visit
    # The place's own database: that of a temporary chat is another.
    return replace(
        visit.house.app.parts_of(chosen.model, chosen.engine),
        database=place.parts.database,
        is_temporary=place.parts.is_temporary,
    )


def _counted(visit: Visit[FirstRun] | Visit[NewRun]) -> Callable[[RunEvent], None]:
    """Return what listens to a run for the metrics."""
    metrics, asked, begun = visit.house.metrics, time.monotonic(), False

    def tell(event: RunEvent) -> None:
        nonlocal begun
        match event:
            case Text() | Reasoning() if not begun:
                begun = True
                metrics.first_token(time.monotonic() - asked)
            case Done(usage=usage):
                visit.used(usage)
            case Failed(error):
                metrics.failed(error)

    return tell


async def _chunks(
    visit: Visit[None], runs: Runs, chat: str, run: str, after: int
) -> AsyncGenerator[bytes, None]:
    yield BEGUN
    async with aclosing(runs.follow(visit.caller.owner, chat, run, after)) as events:
        async for numbered in events:
            if not visit.is_still_in():
                return
            yield telling.chunk(numbered)


def _place(visit: Visit[None]) -> tuple[str, str]:
    given = visit.request.path_params
    return identity(given["chat"], "chat"), identity(given["run"], "answer")


ENDPOINTS = (
    Endpoint("POST", ALL, begin, Scope.PAGE, body=FirstRun, answer=RunNoun, computes=True),
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=RunList),
    Endpoint("POST", IN_CHAT, start, Scope.PAGE, body=NewRun, answer=RunNoun, computes=True),
    Endpoint("GET", IN_CHAT, in_chat, Scope.PAGE, answer=RunList),
    Endpoint("GET", f"{ONE}/events", follow, Scope.PAGE),
    Endpoint("POST", f"{ONE}/stop", stop, Scope.PAGE),
)
