"""What is known here, for the blanks of the answers: settings, ledger, catalogue, and the machine.

Measures nothing, loads no model and asks no network: it must cost less than anybody notices. Blocks: call it
from a thread.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce import __version__
from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.fit import built
from sottovoce.fit import known as measured
from sottovoce.fit.advise import COMFORT, Interval, Verdict
from sottovoce.fit.estimate import Run
from sottovoce.fit.known import Here
from sottovoce.fit.machine import Machine, look
from sottovoce.models import catalogue, fitting, learning, licences, records, shelf
from sottovoce.models.catalogue import Card, CardFile
from sottovoce.models.choosing import needed
from sottovoce.models.file import ModelFile
from sottovoce.models.licences import Licence
from sottovoce.models.suggest import is_allowed
from sottovoce.net.ledger import Departure, Ledger, Summary
from sottovoce.store.db import Database

ANSWERING = ("chat", "reasoning")
"""Kinds of cards that answer anything."""

GPT_OSS = "gpt-oss-20b"
MOST_NAMED = 3
WINDOW = 4096

OF_MACHINE = frozenset(("memory", "gpu", "fits", "better", "gpt_oss"))
OF_FITTING = frozenset(("fits", "better", "gpt_oss"))
OF_LEDGER = frozenset(("ledger_last",))
OF_SPEED = frozenset(("tokens_per_second",))
"""Blanks that need a look at more than the settings and the model."""


@dataclass(frozen=True, slots=True)
class About:
    """The model that answers. Empty, or 0: not known. `languages` are codes, or words of the file itself."""

    name: str
    licence: Licence
    size: int
    is_starter: bool = False
    publisher: str = ""
    parameters: int = 0
    outputs: str = ""
    languages: tuple[str, ...] = ()
    knowledge_until: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model of the catalogue, in the packing to take, and the command that gets it."""

    title: str
    size: int
    licence: str
    command: str
    parameters: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Rate:
    """How quickly the model writes here: the median of so many answers, or else as predicted."""

    measured: float | None = None
    answers: int = 0
    predicted: Interval | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What answers are filled from. None: not known, or not asked for.

    `fits` are the largest models that run here, best first; without `is_measured` by their size alone.
    """

    settings: Settings
    home: Path
    version: str = __version__
    model: About | None = None
    machine: Machine | None = None
    is_measured: bool = False
    fits: tuple[Choice, ...] = ()
    gpt_oss: Choice | None = None
    rate: Rate | None = None
    ledger: Summary | None = None
    latest: Departure | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where facts are looked for. None: it could not be opened, and what it would tell stays unknown."""

    home: Home
    settings: Settings
    model: ModelFile | None
    database: Database | None


def gather(place: Place, blanks: Collection[str]) -> Facts:
    """Return what these blanks need. Never raises: what cannot be read stays unknown, and answers say so."""
    wanted = frozenset(blanks)
    facts = Facts(place.settings, place.home.root, model=_about(place))
    if wanted & OF_MACHINE:
        facts = _with_machine(facts, place, wanted)
    if wanted & OF_SPEED:
        facts = replace(facts, rate=_rate(place))
    if wanted & OF_LEDGER:
        facts = _with_ledger(facts, place)
    return facts


# ── the model ─────────────────────────────────────────────────────────────────────────────────────


def _about(place: Place) -> About | None:
    model = place.model
    if model is None:
        return None
    card = _card(place, model)
    about = About(
        name=model.name,
        licence=licences.of(_licence(place, model)),
        size=shelf.size(model.path),
        is_starter=model.sha256 is not None,
        languages=() if model.languages == "unknown" else (model.languages,),
    )
    if card is None:
        return about
    return replace(
        about,
        publisher=card.publisher,
        parameters=card.parameters,
        outputs=card.outputs,
        languages=card.languages or about.languages,
        knowledge_until=card.knowledge_until,
    )


def _card(place: Place, model: ModelFile) -> Card | None:
    """Return what the catalogue says of this content."""
    digest = model.made_of or model.sha256
    try:
        if digest is None and place.database is not None:
            known = place.database.look(lambda conn: shelf.known(conn, model.path))
            digest = known.sha256 if known is not None and shelf.is_unchanged(known) else None
        found = catalogue.with_content(digest, catalogue.cards(place.home)) if digest else None
    except SottoError:
        return None
    return found[0] if found else None


def _licence(place: Place, model: ModelFile) -> str:
    if place.database is None:
        return model.licence
    try:
        return place.database.look(lambda conn: records.licence_for(conn, place.home, model))
    except SottoError:
        return model.licence


# ── the machine, and what runs on it ──────────────────────────────────────────────────────────────


def _with_machine(facts: Facts, place: Place, wanted: frozenset[str]) -> Facts:
    machine = look()
    facts = replace(facts, machine=machine)
    if not wanted & OF_FITTING:
        return facts
    kept = measured.kept(place.home, measured.key_of(machine, built.name_in_use(place.home)))
    here = None if kept is None else measured.of_machine(kept, machine)
    try:
        cards = [card for card in catalogue.cards(place.home) if is_allowed(card.licence, place.settings.use)]
    except SottoError:
        return facts
    oss = next((card for card in cards if card.name == GPT_OSS), None)
    return replace(
        facts,
        is_measured=here is not None,
        fits=tuple(_largest(cards, here, machine.free)) if wanted & {"fits", "better"} else (),
        gpt_oss=None if oss is None or "gpt_oss" not in wanted else _choice(oss, here, machine.free),
    )


def _largest(cards: Collection[Card], here: Here | None, free: int) -> Iterator[Choice]:
    """Yield the largest models that run, with room for other programs."""
    count = 0
    for card in sorted(cards, key=lambda card: -card.parameters):
        if card.kind not in ANSWERING or count == MOST_NAMED:
            continue
        choice = _choice(card, here, free)
        if choice is not None and choice.verdict is Verdict.RUNS:
            count += 1
            yield choice


def _choice(card: Card, here: Here | None, free: int) -> Choice | None:
    """Return the packing to take and how it does; by its size alone where nothing was measured."""
    if here is None:
        file = fitting.to_get(card, None, int(free * COMFORT))
        verdict = Verdict.RUNS if needed(file.size) <= free * COMFORT else Verdict.NO
        return _chosen(card, file, verdict)
    best = fitting.best_file(card, Run(WINDOW), here)
    return None if best is None else _chosen(card, best[0], best[1].verdict)


def _chosen(card: Card, file: CardFile, verdict: Verdict) -> Choice:
    return Choice(card.title, file.size, card.licence, catalogue.command(card), card.parameters, verdict)


def _rate(place: Place) -> Rate | None:
    """Return how quickly the model wrote here, or is predicted to; None where neither is known."""
    model, database = place.model, place.database
    if model is None or database is None:
        return None
    try:
        known = database.look(lambda conn: shelf.known(conn, model.path))
        seen = learning.answers(database, model, known)
        if seen:
            return Rate(statistics.median(one.per_second for one in seen), len(seen))
        here = measured.here(place.home)
        if here is None:
            return None
        found = fitting.of_file(database, place.home, model, Run(WINDOW), here)
    except SottoError:
        return None
    return Rate(predicted=found.fit.decode)


def _with_ledger(facts: Facts, place: Place) -> Facts:
    try:
        page = Ledger(place.home.ledger).page(1)
    except SottoError:
        return facts
    return replace(facts, ledger=page.all, latest=page.departures[0] if page.departures else None)
