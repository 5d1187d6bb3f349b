"""Does an engine that was built here do what the installed one does, and faster? Asked of real models.

Both find the same text likely, both hold their answers to schemas, and both are timed in turn. Knows nothing
of builds, nor of what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sottovoce.core.sampling import Sampling
from sottovoce.engine.library import Choice, Library, installed
from sottovoce.engine.plan import Plan
from sottovoce.fit.built import Proof
from sottovoce.models import comparing
from sottovoce.native import schemas
from sottovoce.native.schemas import Held

WINDOW = 1024
LEAST_ENDED = 0.7
"""Of the answers that come to an end with the installed engine, this part must with the other."""

COMPARING, ASKING = "comparing", "asking for schemas"

Told = Callable[[str, float], None]
"""Hears what is being done, and which part of that is done."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A model that is asked."""

    name: str
    path: Path
    defaults: Sampling


async def prove(subjects: Sequence[Subject], library: Library, threads: int, told: Told) -> tuple[Proof, ...]:
    """Hold a library against the installed one on each model. Raises ModelProblem."""
    return tuple([await _one(subject, library, threads, told) for subject in subjects])


async def _one(subject: Subject, library: Library, threads: int, told: Told) -> Proof:
    found = await comparing.compare(
        subject.path, subject.path, threads, partial(told, COMPARING), libraries=(None, library)
    )
    before = await schemas.hold(_plan(subject, None, threads), lambda part: told(ASKING, part / 2))
    after = await schemas.hold(_plan(subject, library, threads), lambda part: told(ASKING, (1 + part) / 2))
    return Proof(
        model=subject.name,
        perplexity=found.perplexity,
        is_as_good=found.is_as_good,
        holds=holds(before, after),
        followed=after.followed,
        ended=after.ended,
        asked=after.asked,
        prompt=found.new.prompt / found.old.prompt,
        decode=found.new.decode / found.old.decode,
        gain=found.gain,
        is_quicker=found.is_quicker,
        is_sure=found.is_sure,
    )


def holds(before: Held, after: Held) -> bool:
    """Tell whether an engine holds its answers to schemas as well as the one before. Pure."""
    broken = after.ended - after.followed
    return broken <= before.ended - before.followed and after.ended >= LEAST_ENDED * before.ended


def _plan(subject: Subject, library: Library | None, threads: int) -> Plan:
    async def unverified() -> str:
        return "0" * 64  # nothing of it is kept

    return Plan(
        subject.path,
        subject.name,
        unverified,
        subject.defaults,
        window=WINDOW,
        threads=threads,
        library=Choice(installed if library is None else lambda: library),
    )
