"""Does a model run on this machine? Joins what is known of models with what was measured here.

Knows where a shape comes from, a file or the catalogue. What earlier answers taught is learning's, and the
sums are fit's.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sottovoce.core.errors import NotFound
from sottovoce.core.paths import Home
from sottovoce.engine.gguf import Header, read_header
from sottovoce.fit.advise import USABLE, Fit, Learned, Verdict
from sottovoce.fit.estimate import Run
from sottovoce.fit.facts import from_facts
from sottovoce.fit.known import Here
from sottovoce.fit.shape import shape_of
from sottovoce.models import catalogue, learning, records, shelf, starter
from sottovoce.models.catalogue import Card, CardFile
from sottovoce.models.choosing import needed
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import EMBEDDING, LANGUAGE, RERANK
from sottovoce.models.shelf import STARTER
from sottovoce.models.suggest import Speed
from sottovoce.store.db import Database
from sottovoce.store.evaluations import Evaluation

CLASSES = ((0.5e9, "toy"), (2e9, "basic"), (6e9, "fair"), (16e9, "good"), (80e9, "strong"))
"""What to expect of answers by size alone, the number of parameters: the catalogue knows no evaluation."""

LARGEST_CLASS = "best"
WRITES_NOTHING = ("embedding", "rerank")
"""Kinds of cards."""

ANY_KIND = (LANGUAGE, EMBEDDING, RERANK)
UNPACKED = ("F16", "BF16", "F32")
USUAL_WINDOW = 4096

SLOW_MACHINE = 20e9
"""Bytes of weights a second that a slow laptop reads: what is presumed where nothing was measured."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could be run. `measured` is tokens a second as it ran here, None: it has not.

    `evaluated`: how it did on the questions that come with the program, None: it was not asked them.

    `quality` goes by size alone; empty where the model writes nothing.
    """

    name: str
    file: str
    size: int
    licence: str
    quality: str
    fit: Fit
    command: str
    measured: float | None = None
    evaluated: Evaluation | None = None


# ── one model, or all that are known ──────────────────────────────────────────────────────────────


def candidates(
    database: Database, home: Home, cards: Iterable[Card], run: Run, here: Here
) -> list[Candidate]:
    """Return the models that are here and those of the catalogue that are not, the smallest first.

    `here` is the machine with what answers taught of it (learning.from_all), here and below. Blocks, as all
    below: call it from a thread, which reads the headers.
    """
    shelved = [file for file in shelf.listed(home) if file.kind in ANY_KIND]
    known = database.look(shelf.known_files)
    found = [of_file(database, home, file, run, here) for file in shelved]
    digests = {known[file.path].sha256 for file in shelved if file.path in known}
    names = {file.path.name for file in shelved}
    for card in cards:
        is_here = any(one.name in names or digests & {*one.digests} for one in card.models)
        best = None if is_here else best_file(card, run, here)
        if best is not None:
            usual = best[0] == to_get(card, here, here.free)
            found.append(_would_be(card, *best, catalogue.command(card, None if usual else best[0])))
    return sorted(found, key=lambda one: one.size)


def named(home: Home, name: str) -> ModelFile | Card:
    """Return what a name or path stands for: a file here, or else one of the catalogue.

    Raises NotFound or BadModelFile.
    """
    try:
        return shelf.resolve(name, home, ANY_KIND)
    except NotFound:
        card = catalogue.find(name, home)
        if card is None:
            raise
        return card


def of_one(database: Database, home: Home, what: ModelFile | Card, run: Run, here: Here) -> list[Candidate]:
    """Return how a file does, or every packing of one of the catalogue whose build is known."""
    if isinstance(what, ModelFile):
        return [of_file(database, home, what, run, here)]
    fits = [(file, of_card(what, file, run, here)) for file in what.models]
    return [
        _would_be(what, file, found, catalogue.command(what, file))
        for file, found in fits
        if found is not None
    ]


def of_file(database: Database, home: Home, file: ModelFile, run: Run, here: Here) -> Candidate:
    """Return how a file that is here does. Raises BadModelFile."""
    header = read_header(file.path)
    shape = shape_of(header)
    known = database.look(lambda conn: shelf.known(conn, file.path))
    learned = learning.of_file(database, file, known, shape, here)
    return Candidate(
        name=file.name,
        file=file.path.name,
        size=header.file_size,
        licence=database.look(lambda conn: records.licence_for(conn, home, file)),
        quality=quality(header.parameters) if shape.writes else "",
        fit=here.fit(shape, run, learned),
        command=to_use(home, file),
        measured=learned.seen,
        evaluated=learning.score(database, file, known),
    )


def to_use(home: Home, file: ModelFile) -> str:
    """Return the command that has a file used: by its name on the shelf, elsewhere by its path."""
    is_starter = starter.is_one(file.path, home)
    name = STARTER if is_starter else file.name if file.path.parent == home.models else str(file.path)
    told = shlex.quote(name)
    setting = {EMBEDDING: "embed_model", RERANK: "rerank_model"}.get(file.kind)
    return f"sotto --model {told}" if setting is None else f"sotto settings set {setting} {told}"


def of_header(
    name: str, file: str, header: Header, licence: str, ref: str, run: Run, here: Here
) -> Candidate:
    """Return how a model that lies elsewhere would do, by its header."""
    shape = shape_of(header)
    found, good = here.fit(shape, run), quality(header.parameters) if shape.writes else ""
    return Candidate(
        name, file, header.file_size, licence, good, found, f"sotto models pull {shlex.quote(ref)}"
    )


def _would_be(card: Card, file: CardFile, found: Fit, command: str) -> Candidate:
    good = "" if card.kind in WRITES_NOTHING else quality(card.parameters)
    return Candidate(card.title, file.name, file.size, card.licence, good, found, command)


def of_card(card: Card, file: CardFile, run: Run, here: Here) -> Fit | None:
    """Return how a file of the catalogue would do; None where too little is known of its build."""
    if card.shape is None:
        return None
    shape = from_facts(card.shape, file.size, file.packing, writes=card.kind not in WRITES_NOTHING)
    return here.fit(shape, run)


def without_shape(cards: Iterable[Card]) -> list[Card]:
    """Return those of which nothing can be said here: nobody says how they are built."""
    return [card for card in cards if card.shape is None and card.models]


def best_file(card: Card, run: Run, here: Here) -> tuple[CardFile, Fit] | None:
    """Return the packing to take: the largest that is quick, else that runs, else the smallest there is.

    More bits a weight answer better; beyond 8 that is hardly to be noticed, so 16 are never advised.
    """
    fits = [(file, found) for file in card.models if (found := of_card(card, file, run, here)) is not None]
    if not fits:
        return None
    sensible = [pair for pair in fits if pair[0].packing not in UNPACKED] or fits
    runs = [pair for pair in sensible if pair[1].verdict is Verdict.RUNS]
    quick = [pair for pair in runs if _rate(pair[1]) >= USABLE]
    tight = [pair for pair in sensible if pair[1].verdict is Verdict.TIGHT]
    for those in (quick, runs, tight):
        if those:
            return max(those, key=lambda pair: pair[0].size)
    return min(fits, key=lambda pair: pair[0].size)


def to_get(card: Card, here: Here | None, room: int) -> CardFile:
    """Return the packing that a card's handle stands for; by size alone where this machine was not measured.

    `room` is the memory that is free, in bytes. What answers taught is left out: it would have a name stand
    for one file today and for another tomorrow.
    """
    best = None if here is None else best_file(card, Run(USUAL_WINDOW), replace(here, learned=Learned()))
    if best is not None:
        return best[0]
    sensible = [file for file in card.models if file.packing not in UNPACKED] or card.models
    fitting = [file for file in sensible if needed(file.size) <= room]
    quick = [file for file in fitting if _presumed(file) >= USABLE]
    return (quick or fitting or card.models[:1])[-1]


def quality(parameters: float) -> str:
    """Return what to expect of a model so large."""
    return next((name for most, name in CLASSES if parameters < most), LARGEST_CLASS)


def speeds(here: Here | None, room: int, window: int = USUAL_WINDOW) -> Speed:
    """Return what tells how quickly files of the catalogue write here, with room for other programs.

    What writes nothing is never slow. Where this machine was not measured, that goes by size alone, against
    `room` bytes and a SLOW_MACHINE; of a mixture too: a question is read by nearly all of its experts.
    """

    def speed(card: Card, file: CardFile) -> float | None:
        if here is None:
            return _presumed(file) if needed(file.size) <= room else None
        found = of_card(card, file, Run(window), here)
        return _rate(found) if found is not None and found.verdict is Verdict.RUNS else None

    return speed


def _presumed(file: CardFile) -> float:
    """Return tokens a second of a SLOW_MACHINE that goes through all of a file for each."""
    return SLOW_MACHINE / max(1, file.size)


def _rate(fit: Fit) -> float:
    """Return tokens a second."""
    return math.inf if fit.decode is None else fit.decode.expected
