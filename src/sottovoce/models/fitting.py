"""Does a model run on this machine? Joins what is known of models with what was measured here.

Knows where a shape comes from (a file, or the catalogue) and what earlier answers taught; the sums are fit's.
"""

from __future__ import annotations

import shlex
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core.errors import NotFound
from sottovoce.core.paths import Home
from sottovoce.engine.gguf import Header, read_header
from sottovoce.fit import estimate
from sottovoce.fit.advise import Fit, Learned, Verdict
from sottovoce.fit.estimate import Run
from sottovoce.fit.facts import from_facts
from sottovoce.fit.known import Here, Measured
from sottovoce.fit.shape import Shape, shape_of
from sottovoce.models import catalogue, records, shelf
from sottovoce.models.catalogue import Card, CardFile
from sottovoce.models.choosing import needed
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import EMBEDDING, LANGUAGE, RERANK
from sottovoce.models.shelf import STARTER, KnownFile
from sottovoce.store.db import Database
from sottovoce.store.speeds import Speed, speeds

CLASSES = ((0.5e9, "toy"), (2e9, "basic"), (6e9, "fair"), (16e9, "good"), (80e9, "strong"))
"""What to expect of answers by size alone, the number of parameters: the catalogue knows no evaluation."""

LARGEST_CLASS = "best"
WRITES_NOTHING = ("embedding", "rerank")
"""Kinds of cards."""

LEARNED_SPREAD = 0.1
ANY_KIND = (LANGUAGE, EMBEDDING, RERANK)
UNPACKED = ("F16", "BF16", "F32")
USUAL_WINDOW = 4096
BEST_KNOWN = 3
"""So many answers of a model, and its own rate counts for more than the machine's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could be run. `measured` is tokens a second as it ran here, None: it has not.

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


# ── one model, or all that are known ──────────────────────────────────────────────────────────────


def candidates(
    database: Database, home: Home, cards: Iterable[Card], run: Run, here: Here
) -> list[Candidate]:
    """Return the models that are here and those of the catalogue that are not, the smallest first.

    Blocks, as all below: call it from a thread, which reads the headers.
    """
    shelved = [file for file in shelf.listed(home) if file.kind in ANY_KIND]
    known = database.look(shelf.known_files)
    here = replace(here, learned=_learned(database, shelved, known, here.measured))
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
    learned, rate = learn_one(answers(database, file, known), shape, here.measured)
    return Candidate(
        name=file.name,
        file=file.path.name,
        size=header.file_size,
        licence=database.look(lambda conn: records.licence_for(conn, home, file)),
        quality=quality(header.parameters) if shape.writes else "",
        fit=here.fit(shape, run, learned),
        command=to_use(home, file),
        measured=rate,
    )


def to_use(home: Home, file: ModelFile) -> str:
    """Return the command that has a file used: by its name on the shelf, elsewhere by its path."""
    name = STARTER if file.sha256 else file.name if file.path.parent == home.models else str(file.path)
    told = shlex.quote(name)
    ways = {EMBEDDING: f"sotto settings set embed_model {told}", RERANK: f"sotto models show {told}"}
    return ways.get(file.kind, f"sotto --model {told}")


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


def _learned(
    database: Database, files: Iterable[ModelFile], known: Mapping[Path, KnownFile], measured: Measured
) -> Learned:
    """Return what all models that ran here teach together."""
    ran = [(file, found) for file in files if (found := answers(database, file, known.get(file.path)))]
    return learn([(found, shape_of(read_header(file.path))) for file, found in ran], measured)


def of_card(card: Card, file: CardFile, run: Run, here: Here) -> Fit | None:
    """Return how a file of the catalogue would do; None where too little is known of its build."""
    if card.shape is None:
        return None
    shape = from_facts(card.shape, file.size, file.packing, writes=card.kind not in WRITES_NOTHING)
    return here.fit(shape, run)


def best_file(card: Card, run: Run, here: Here) -> tuple[CardFile, Fit] | None:
    """Return the packing to take: the largest that runs, else the smallest there is.

    More bits a weight answer better; beyond 8 that is hardly to be noticed, so 16 are never advised.
    """
    fits = [(file, found) for file in card.models if (found := of_card(card, file, run, here)) is not None]
    if not fits:
        return None
    sensible = [pair for pair in fits if pair[0].packing not in UNPACKED] or fits
    for wanted in (Verdict.RUNS, Verdict.TIGHT):
        those = [pair for pair in sensible if pair[1].verdict is wanted]
        if those:
            return max(those, key=lambda pair: pair[0].size)
    return min(fits, key=lambda pair: pair[0].size)


def to_get(card: Card, here: Here | None, room: int) -> CardFile:
    """Return the packing that a card's handle stands for; by size alone where this machine was not measured.

    `room` is the memory that is free, in bytes.
    """
    best = None if here is None else best_file(card, Run(USUAL_WINDOW), here)
    if best is not None:
        return best[0]
    sensible = [file for file in card.models if file.packing not in UNPACKED] or card.models
    fitting = [file for file in sensible if needed(file.size) <= room]
    return fitting[-1] if fitting else card.models[0]


def quality(parameters: float) -> str:
    """Return what to expect of a model so large."""
    return next((name for most, name in CLASSES if parameters < most), LARGEST_CLASS)


def runs_well(here: Here, window: int = 4096) -> Callable[[Card, CardFile], bool]:
    """Return a rule that says which files of the catalogue run here, with room for other programs."""

    def rule(card: Card, file: CardFile) -> bool:
        found = of_card(card, file, Run(window), here)
        return found is not None and found.verdict is Verdict.RUNS

    return rule


def verdict_of(file: ModelFile, here: Here, window: int = 4096) -> str:
    """Return in a word how a file that is here does."""
    return here.fit(shape_of(read_header(file.path)), Run(window)).verdict


# ── what earlier answers taught ───────────────────────────────────────────────────────────────────


def answers(database: Database, file: ModelFile, known: KnownFile | None) -> list[Speed]:
    """Return how quickly a file's answers were written here; none where its content is not known."""
    digest = file.sha256
    if digest is None and known is not None and shelf.is_unchanged(known):
        digest = known.sha256
    return [] if digest is None else database.look(lambda conn: speeds(conn, digest))


def learn(ran: Iterable[tuple[Sequence[Speed], Shape]], measured: Measured) -> Learned:
    """Return by how much this machine's answers differ from the prediction, over all models that ran here."""
    factors = [factor for found, shape in ran if (factor := _factor(found, shape, measured)) is not None]
    return Learned(statistics.median(factors)) if factors else Learned()


def learn_one(
    found: Sequence[Speed], shape: Shape, measured: Measured
) -> tuple[Learned | None, float | None]:
    """Return what a model's own answers teach, and its usual tokens a second; None where it has not run."""
    factor = _factor(found, shape, measured)
    if factor is None:
        return None, None
    rate = statistics.median(one.per_second for one in found)
    return (Learned(factor, LEARNED_SPREAD) if len(found) >= BEST_KNOWN else None), rate


def _factor(found: Sequence[Speed], shape: Shape, measured: Measured) -> float | None:
    """Return measured / predicted, the median over answers: each is held against its own length."""
    ratios = [
        one.per_second
        * estimate.step_seconds(
            shape, Run(one.before + one.answer), measured.pace, one.before + one.answer // 2
        )
        for one in found
    ]
    return statistics.median(ratios) if ratios else None
