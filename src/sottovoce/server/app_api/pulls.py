"""Getting a model: told beforehand, begun with a yes to its licence, followed from any event, stopped.

A page that goes away stops nothing. What was stopped goes on when the same is begun again. Events are
named and say:

progress {received, size, bytes_per_second, seconds_left}   null: not known yet
linked   {program}                                          it is on this machine; nothing is fetched
done     {name, files: [{file, sha256}]}                    it is on the shelf
stopped  {}                                                 somebody stopped it; what has come is kept
failed   {error: {code, sentence, hint, field}}             what has come is kept, unless it was wrong

The last three end it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from sottovoce.core.errors import BadInput, BadModelFile, BadValue, LicenceRefused, Refused
from sottovoce.core.events import Failed
from sottovoce.core.paths import Home
from sottovoce.core.settings import read_environment
from sottovoce.fit import known
from sottovoce.fit.advise import Fit
from sottovoce.fit.estimate import Run
from sottovoce.fit.shape import shape_of
from sottovoce.models import getting, inventory, learning, left, licences, removing
from sottovoce.models.getting import Linked, Means, Offer
from sottovoce.models.progress import Progress
from sottovoce.models.pull import Pulled, check_room
from sottovoce.models.pulls import Pull, PullEvent, Stopped
from sottovoce.server import problems, sse
from sottovoce.server.answering import EventStream
from sottovoce.server.app_api.nouns import identity, whole
from sottovoce.server.app_api.nouns_pulls import LeftNoun, NewPull, PlanNoun, PullList, PullNoun, Ref
from sottovoce.server.app_api.runs import BEGUN, LAST_NUMBER
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store.db import Database

PLAN = "/app/api/pulls/plan"
ALL = "/app/api/pulls"
ONE = f"{ALL}/{{pull}}"
LEFT = "/app/api/left/{name}"


async def plan(visit: Visit[Ref]) -> PlanNoun:
    """Tell what a model is, how large, and under which licence, before anything of it comes."""
    house, app = visit.house, visit.house.app
    means = await _means(visit)
    offer = await _offer(visit, means)
    have = await asyncio.to_thread(getting.already, app.home, app.database, offer)
    running = house.pulls.running(offer.name)
    return PlanNoun.of(
        offer,
        free=shutil.disk_usage(app.home.models).free,
        accepted=await app.database.read(lambda conn: getting.is_accepted(conn, offer)),
        here=None if have is None else getting.called(have),
        pull=None if running is None else running.id,
        fit=await asyncio.to_thread(_fit, app.database, means, offer),
    )


async def begin(visit: Visit[NewPull]) -> PullNoun:
    """Begin to get a model, once its licence was accepted. One that is under way is returned as it is.

    Refused with the licence's words where they were not accepted; with the way to allow it where the
    network setting says no; and where it is not the planned file.
    """
    app, pulls = visit.house.app, visit.house.pulls
    means = await _means(visit)
    offer = await _offer(visit, means)
    if visit.body.sha256 not in (None, offer.sha256):
        raise BadInput(
            f"{offer.name} is not the file that was planned: it has another SHA-256 by now, or none is said.",
            hint="Plan it again, and show what it is",
            field="sha256",
        )
    if pulls.running(offer.name) is None:
        have = await asyncio.to_thread(getting.already, app.home, app.database, offer)
        if have is not None:
            raise BadInput(
                f"You already have this: it is {getting.called(have)}.", hint="Use it", field="ref"
            )
        if offer.plan is not None:
            check_room(app.home, offer.plan)
        await _agree(visit, offer, means)
    return _noun(pulls.start(offer, means))


async def listed(visit: Visit[None]) -> PullList:
    """List the downloads under way, those that ended not long ago, and what is left of others."""
    pulls = visit.house.pulls.every()
    found = await asyncio.to_thread(left.left, visit.house.app.home)
    names = {pull.name for pull in pulls}
    return PullList(
        pulls=[_noun(pull) for pull in pulls],
        left=[LeftNoun.of(one) for one in found if one.name not in names],
    )


async def follow(visit: Visit[None]) -> Response:
    """Stream a download's events, those after `after` or the Last-Event-ID; 204 when there are no more.

    Ends when its browser is signed out.
    """
    given = {**visit.request.query_params}
    if last := visit.request.headers.get("last-event-id"):
        given["after"] = last
    after, pull = whole(given, "after", 0, 0, LAST_NUMBER), _found(visit)
    if not pull.left(after):
        return Response(status_code=204)
    return EventStream(_chunks(visit, pull, after), visit.shape)


async def stop(visit: Visit[None]) -> Response:
    """Stop a download; what has come is kept. One that has ended stays as it is."""
    await visit.house.pulls.stop(_found(visit).id)
    return Response(status_code=204)


async def discard(visit: Visit[None]) -> Response:
    """Remove what is left of a download of a model. What is on the shelf stays, whatever its name."""
    house, name = visit.house, visit.request.path_params["name"]
    if house.pulls.running(name) is not None:
        raise Refused(f"{name} is being downloaded.", hint="Stop the download first")
    house.pulls.forget(name)
    await asyncio.to_thread(_discard, house.app.home, name)
    house.changes.tell(What.MODELS)
    return Response(status_code=204)


async def _agree(visit: Visit[NewPull], offer: Offer, means: Means) -> None:
    """Go on only with a yes to these very words, now or before, and remember it. Raises LicenceRefused."""
    licences.allows(offer.licence, means.use)
    database = visit.house.app.database
    if visit.body.accepted != offer.words and not await database.read(
        lambda conn: getting.is_accepted(conn, offer)
    ):
        raise LicenceRefused(
            f"The licence of {offer.name} was not accepted yet. {' '.join(offer.terms)}",
            hint=f"Show these words; to accept them, send accepted: {offer.words}",
            field="accepted",
        )
    await database.run(lambda conn: getting.accept(conn, offer, means.use))


async def _means(visit: Visit[Any]) -> Means:
    """Return what the settings say now: who forbids the network means it at once."""
    app = visit.house.app
    means = await asyncio.to_thread(getting.means, app.home, read_environment(), {})
    return replace(means, taken=app.taken())


async def _offer(visit: Visit[Ref] | Visit[NewPull], means: Means) -> Offer:
    """Return what would come. Raises what getting.offer does; what is no model was named by mistake."""
    try:
        return await getting.offer(means, visit.body.ref)
    except BadModelFile as problem:
        raise BadValue(problem.sentence, hint=problem.hint, detail=problem.detail, field="ref") from problem


def _fit(database: Database, means: Means, offer: Offer) -> Fit | None:
    """Say how it would do here, see known.here; None where this machine was not measured yet."""
    here = known.here(means.home, means.taken)
    if here is None:
        return None
    here = learning.from_all(database, means.home, here)
    return here.fit(shape_of(offer.header), Run(inventory.USUAL_WINDOW))


def _discard(home: Home, name: str) -> None:
    removing.remove(list(removing.unfinished(home, name)))


def _found(visit: Visit[None]) -> Pull:
    return visit.house.pulls.find(identity(visit.request.path_params["pull"], "download"))


def _noun(pull: Pull) -> PullNoun:
    newest = pull.newest if pull.ended else None
    ended = None if newest is None else _told(newest)[0]
    problem = problems.Problem.of(newest.error) if isinstance(newest, Failed) else None
    return PullNoun.of(pull, ended, problem)


async def _chunks(visit: Visit[None], pull: Pull, after: int) -> AsyncGenerator[bytes, None]:
    yield BEGUN
    async with aclosing(pull.follow(after)) as events:
        async for number, event in events:
            if not visit.is_still_in():
                return
            name, said = _told(event)
            yield sse.event(json.dumps(said, ensure_ascii=False), name, str(number))


def _told(event: PullEvent) -> tuple[str, dict[str, Any]]:
    """Return an event's name and what it says."""
    match event:
        case Progress(received, size, speed, left):
            return "progress", {
                "received": received,
                "size": size,
                "bytes_per_second": None if speed is None else round(speed),
                "seconds_left": None if left is None else round(left),
            }
        case Linked(program):
            return "linked", {"program": program}
        case Pulled(paths, sha256):
            files = [
                {"file": path.name, "sha256": digest} for path, digest in zip(paths, sha256, strict=True)
            ]
            return "done", {"name": getting.called(paths[0]), "files": files}
        case Stopped():
            return "stopped", {}
        case Failed(error):
            return "failed", problems.OURS.said(error).model_dump()


ENDPOINTS = (
    Endpoint("POST", PLAN, plan, Scope.PAGE, body=Ref, answer=PlanNoun),
    Endpoint("POST", ALL, begin, Scope.PAGE, body=NewPull, answer=PullNoun),
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=PullList),
    Endpoint("GET", f"{ONE}/events", follow, Scope.PAGE),
    Endpoint("POST", f"{ONE}/stop", stop, Scope.PAGE),
    Endpoint("DELETE", LEFT, discard, Scope.PAGE),
)
