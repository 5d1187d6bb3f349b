"""The models on this machine, those to choose from, and how each does here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection
from urllib.parse import quote

from starlette.responses import Response

from sottovoce.app import App
from sottovoce.core.errors import Busy, NotFound, Refused
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.engine.gguf import read_header
from sottovoce.engine.protocol import Load
from sottovoce.fit import known, probe
from sottovoce.fit.estimate import Run
from sottovoce.fit.known import Here
from sottovoce.models import (
    catalogue,
    describe,
    fitting,
    inventory,
    learning,
    licences,
    records,
    removing,
    shelf,
    starter,
    variants,
    verifying,
)
from sottovoce.models.checking import Verdict
from sottovoce.models.file import ModelFile
from sottovoce.models.inventory import Item
from sottovoce.models.kinds import MEANINGS
from sottovoce.server import served
from sottovoce.server.app_api.nouns import whole
from sottovoce.server.app_api.nouns_models import (
    AcceptanceNoun,
    Acceptances,
    CandidateNoun,
    CardNoun,
    Catalogue,
    DiskNoun,
    FitList,
    ModelNoun,
    OneModel,
    Shelf,
    VariantNoun,
    Verified,
)
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit

log = logging.getLogger(__name__)

ALL = "/app/api/models"
ONE = f"{ALL}/{{name}}"
LARGEST_WINDOW = 1 << 20
MOST_USERS = 16


async def listed(visit: Visit[None]) -> Shelf:
    """List the models that are here, and what they take of the disk."""
    app = visit.house.app
    return await asyncio.to_thread(_shelf, app)


async def shown(visit: Visit[None]) -> OneModel:
    """Show what a model is, in plain words."""
    return await asyncio.to_thread(_one, visit.house.app, visit.request.path_params["name"])


async def verify(visit: Visit[None]) -> Verified:
    """Read a model's files anew, and say whether they are still what they were."""
    app, name = visit.house.app, visit.request.path_params["name"]
    verdicts = await asyncio.to_thread(_verify, app, name)
    visit.house.changes.tell(What.MODELS)  # what was found sound is remembered
    return Verified.of(verdicts)


async def remove(visit: Visit[None]) -> Response:
    """Remove a model's files, and what is left of a download of it; of a linked one only the link goes."""
    house, name = visit.house, visit.request.path_params["name"]
    coming = [pull.name for pull in house.pulls.every() if not pull.ended]
    house.pulls.forget(name)
    await asyncio.to_thread(_remove, house.app, name, coming)
    house.changes.tell(What.MODELS)
    return Response(status_code=204)


async def offered(visit: Visit[None]) -> Catalogue:
    """List the models to choose from; with `q`, those that every word of it is said of."""
    text = visit.request.query_params.get("q", "")
    return await asyncio.to_thread(_catalogue, visit.house.app, text)


async def fits(visit: Visit[None]) -> FitList:
    """Say what this machine can run, and how well.

    `context` is tokens that each chat can hold (0: all the model can), `users` how many are answered at
    once. The first time this machine is measured, which takes some seconds; not while somebody is answered.
    """
    query, app = visit.request.query_params, visit.house.app
    run = Run(whole(query, "context", 4096, 0, LARGEST_WINDOW), whole(query, "users", 1, 1, MOST_USERS))
    async with visit.house.measuring:
        if known.here(app.home) is None and served.queue(app, OWNER).computing:
            raise Busy(
                "This machine is measured once, while nobody is being answered.",
                hint="Ask again in a moment",
                retry_after=10,
            )
        here = await probe.here(app.home, log.info, starter.path(), taken=app.taken())
    cards = await asyncio.to_thread(catalogue.cards, app.home)
    here = await asyncio.to_thread(learning.from_all, app.database, app.home, here)
    found = await asyncio.to_thread(fitting.candidates, app.database, app.home, cards, run, here)
    return FitList(models=[CandidateNoun.of_candidate(one) for one in found])


async def accepted(visit: Visit[None]) -> Acceptances:
    """List the licences that were accepted here: which, when, and for which file."""
    found = await visit.house.app.database.read(records.acceptances)
    return Acceptances(licences=[AcceptanceNoun.of(one) for one in found])


# ── in a thread ───────────────────────────────────────────────────────────────────────────────────


def _here(app: App) -> Here | None:
    """Return this machine with what answers taught of it, None where it was not measured yet."""
    here = known.here(app.home, app.taken())
    return None if here is None else learning.from_all(app.database, app.home, here)


def _shelf(app: App) -> Shelf:
    found = inventory.items(app.database, app.home, _here(app))
    return Shelf(
        models=[_noun(app, item) for item in found],
        variants=[
            VariantNoun(name=one.name, title=one.title, model=one.model)
            for one in variants.listed(app.home)
            if not one.problem
        ],
        disk=DiskNoun.of(inventory.disk(app.home)),
    )


def _one(app: App, name: str) -> OneModel:
    file = _named(app.home, name)
    item = inventory.one(app.database, app.home, file, _here(app))
    text = file.licence_text
    return OneModel(
        model=_noun(app, item),
        lines=describe.plain(describe.described(read_header(file.path))),
        terms=licences.plain(item.licence),
        licence_text=None if text is None else text.read_text("utf-8"),
    )


def _verify(app: App, name: str) -> list[Verdict]:
    return verifying.verify(app.database, _named(app.home, name))


def _remove(app: App, name: str, coming: Sequence[str]) -> None:
    """Remove a model, but nothing of those that are `coming`, whatever name it is asked for by."""
    found = removing.on_shelf(app.home, name)
    for other in coming:
        if name == other or not set(found).isdisjoint(removing.on_shelf(app.home, other)):
            raise Refused(f"{other} is being downloaded.", hint="Stop the download first")
    if not found and name in (shelf.STARTER, starter.card().name):
        raise Refused(
            "The starter comes with the program and goes with it.",
            hint="To have another model answer: sotto settings set model NAME",
        )
    if not found:
        raise _nothing(name)
    if app.model.path in found:
        raise Refused(
            f"{name} is the model that answers.",
            hint="Have another answer first: sotto settings set model NAME, then start the server again",
        )
    if any(one.model.path in found for one in served.in_use(app)):
        place = f"/app/api/models/{quote(name)}/unload"
        raise Refused(f"{name} is loaded, or about to be.", hint=f"Have it unloaded first: POST {place}")
    removing.remove(found)

    def forget(conn: Connection) -> None:
        for path in found:
            records.forget(conn, path)

    app.database.call(forget)


def _catalogue(app: App, text: str) -> Catalogue:
    home, here = app.home, _here(app)
    names = {path.name: shelf.name_of(path) for path in shelf.paths(home)}
    names[starter.path().name] = starter.card().name
    cards = [card for card in catalogue.cards(home) if catalogue.about(card, text)]
    return Catalogue(cards=[_card(card, names, here) for card in cards])


def _card(card: catalogue.Card, names: dict[str, str], here: Here | None) -> CardNoun:
    run = Run(inventory.USUAL_WINDOW)
    found = {file.name: fitting.of_card(card, file, run, here) for file in card.models} if here else {}
    best = fitting.best_file(card, run, here) if here else None
    is_here = next((names[file.name] for file in card.models if file.name in names), None)
    return CardNoun.of(card, licences.of(card.licence), is_here, best[0].name if best else None, found)


def _named(home: Home, name: str) -> ModelFile:
    """Return a model on the shelf; a name from outside leads to no other file. Raises NotFound."""
    path = next((path for path in shelf.paths(home) if shelf.name_of(path) == name), None)
    if path is not None:
        return shelf.resolve(str(path), home, MEANINGS)
    if name in (shelf.STARTER, starter.card().name):
        return starter.in_home(home)
    raise _nothing(name)


def _nothing(name: str) -> NotFound:
    return NotFound(f"There is no model named {name[:80]!r} here.", hint="GET /app/api/models lists them")


def _noun(app: App, item: Item) -> ModelNoun:
    path = item.file.path
    header = served.header_of(path) if item.file.kind else None
    return ModelNoun.of(
        item,
        header,
        _load(app, path),
        answers=path == app.model.path,
        is_starter=starter.is_one(path, app.home),
    )


def _load(app: App, path: Path) -> Load | None:
    """Return what a model takes, None while it is not loaded."""
    return next((one.engine.load() for one in served.loaded(app) if one.model.path == path), None)


ENDPOINTS = (
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=Shelf),
    Endpoint("GET", ONE, shown, Scope.PAGE, answer=OneModel),
    Endpoint("POST", f"{ONE}/verify", verify, Scope.PAGE, answer=Verified),
    Endpoint("DELETE", ONE, remove, Scope.PAGE),
    Endpoint("GET", "/app/api/catalogue", offered, Scope.PAGE, answer=Catalogue),
    Endpoint("GET", "/app/api/fit", fits, Scope.PAGE, answer=FitList),
    Endpoint("GET", "/app/api/licences", accepted, Scope.PAGE, answer=Acceptances),
)
