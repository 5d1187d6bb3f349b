"""What earlier answers on this machine teach of a model: its speed, and how it did where it was evaluated.

Knows no catalogue, and nothing of how a prediction comes about: the sums are fit's. Blocks: call it from a
thread.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sottovoce.core.paths import Home
from sottovoce.engine.gguf import read_header
from sottovoce.fit import estimate
from sottovoce.fit.advise import Learned
from sottovoce.fit.estimate import Run
from sottovoce.fit.known import Here
from sottovoce.fit.pace import Pace
from sottovoce.fit.shape import Shape, shape_of
from sottovoce.models import shelf
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import LANGUAGE
from sottovoce.models.shelf import KnownFile
from sottovoce.store import evaluations
from sottovoce.store.db import Database
from sottovoce.store.evaluations import SHIPPED, Evaluation
from sottovoce.store.speeds import Speed, speeds

LEAST, MOST = 0.5, 1.5
"""Between these lies what a machine's answers make of the predictions of all its models."""

PRESUMED = 6
"""The prediction counts as much as so many answers: a single one hardly moves it."""

OWN_ENOUGH = 3
"""So many answers of a model, and its own rate counts for more than the machine's."""

OWN_SPREAD = 0.1

WEIGHTS_SHARE = 0.5
"""A model whose steps go less than half to its weights says little of others: it is all fixed cost."""


def from_all(database: Database, home: Home, here: Here) -> Here:
    """Return the machine with what the answers of all models here taught of it."""
    known = database.look(shelf.known_files)
    ran = []
    for file in shelf.listed(home):
        if file.kind == LANGUAGE and (found := answers(database, file, known.get(file.path))):
            ran.append((found, shape_of(read_header(file.path))))
    return replace(here, learned=of_machine(ran, here))


def of_file(
    database: Database, file: ModelFile, known: KnownFile | None, shape: Shape, here: Here
) -> Learned:
    """Return what counts for a file: its own answers once they are enough, before that the machine's."""
    return of_model(answers(database, file, known), shape, here)


def answers(database: Database, file: ModelFile, known: KnownFile | None) -> list[Speed]:
    """Return how quickly a file's answers were written here; none where its content is not known."""
    digest = digest_of(file, known)
    return [] if digest is None else database.look(lambda conn: speeds(conn, digest))


def score(database: Database, file: ModelFile, known: KnownFile | None) -> Evaluation | None:
    """Return how a file's answers did on the questions that come with the program, where they were asked."""
    digest = digest_of(file, known)
    return None if digest is None else database.look(lambda conn: evaluations.of(conn, digest, SHIPPED))


def digest_of(file: ModelFile, known: KnownFile | None) -> str | None:
    """Return the hash of a file's content, where it is known without reading it."""
    if file.sha256 is None and known is not None and shelf.is_unchanged(known):
        return known.sha256
    return file.sha256


# ── pure ──────────────────────────────────────────────────────────────────────────────────────────


def of_machine(ran: Iterable[tuple[Sequence[Speed], Shape]], here: Here) -> Learned:
    """Return by how much this machine's answers differ from the prediction, over all models that ran here."""
    telling = [
        (found, shape) for found, shape in ran if found and _tells_of_others(shape, here.measured.pace)
    ]
    if not telling:
        return Learned()
    count = sum(len(found) for found, _ in telling)
    seen = statistics.median(_factor(found, shape, here) for found, shape in telling)
    shrunk = math.exp(math.log(seen) * count / (count + PRESUMED))
    return Learned(min(MOST, max(LEAST, shrunk)))


def of_model(found: Sequence[Speed], shape: Shape, here: Here) -> Learned:
    """Return what a model's own answers teach, with its usual tokens a second."""
    if not found:
        return here.learned
    rate = statistics.median(one.per_second for one in found)
    if len(found) < OWN_ENOUGH:
        return replace(here.learned, seen=rate)
    return Learned(_factor(found, shape, here), OWN_SPREAD, rate)


def _factor(found: Sequence[Speed], shape: Shape, here: Here) -> float:
    """Return measured / predicted, the median over answers: each is held against its own length."""

    def predicted(one: Speed) -> float:
        run = Run(one.before + one.answer, threads=here.threads)
        return estimate.step_seconds(shape, run, here.measured.pace, one.before + one.answer // 2)

    return statistics.median(one.per_second * predicted(one) for one in found)


def _tells_of_others(shape: Shape, pace: Pace) -> bool:
    work = estimate.step_work(shape, Run(estimate.PADDING), estimate.PADDING // 2)
    weights = {unit: amount for unit, amount in work.items() if " " in unit}
    return pace.seconds(weights) >= WEIGHTS_SHARE * pace.seconds(work)
