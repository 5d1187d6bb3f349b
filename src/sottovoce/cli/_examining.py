"""Has a model answer the questions of a set, with progress; may be stopped at any time."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sottovoce.cli._given import Given
from sottovoce.core.amounts import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sottovoce.app import App
    from sottovoce.evals.contender import Contender
    from sottovoce.evals.items import Item, Set
    from sottovoce.evals.run import Answered
    from sottovoce.models.file import Variant
    from sottovoce.store.evaluations import Said

TENTHS = 10
"""Where nobody sees a line change, so often is told how far it is."""


@dataclass(slots=True)
class Examined:
    """What a model has answered so far. `digest` is that of its content, empty before it is loaded."""

    contender: Contender
    digest: str = ""
    answers: list[Answered] = field(default_factory=list)


def opened(path: Path | None) -> Set:
    """Return the set in a file, or the one that comes with the program. Raises BadValue."""
    from sottovoce.evals import reading

    return reading.shipped() if path is None else reading.own(path)


async def examine(
    given: Given, app: App, found: Examined, items: Sequence[Item], *, again: bool = False, kept: bool = True
) -> None:
    """Fill in what the model answers, as it comes: whatever stops this, what there is stands in `found`.

    `again`: what was kept is forgotten first. `kept`: answers are kept, and those that were count.
    """
    from sottovoce.chat.examined import asker
    from sottovoce.evals.run import run
    from sottovoce.models.kinds import LANGUAGE
    from sottovoce.store import evaluations

    model = await asyncio.to_thread(app.engines.resolve, found.contender.model, (LANGUAGE,))
    if model.variant is not None:
        found.contender = _with_variant(given, found.contender, model.variant)
    engine = await app.engines.get(model)
    given.show.passing(f"{found.contender.text}: loading")
    found.digest = (await engine.ready()).digest
    key = (found.digest, found.contender.settings)
    if again:
        await app.database.run(lambda conn: evaluations.forget(conn, *key, [item.digest for item in items]))
    before = await app.database.read(lambda conn: evaluations.kept(conn, *key)) if kept else {}

    async def keep(item: Item, said: Said) -> None:
        if kept:
            await app.database.run(lambda conn: evaluations.keep(conn, *key, item.digest, said, time.time()))

    progress = Progress(given, found.contender.text, len(items))
    release = await engine.hold()
    try:
        async with aclosing(run(items, asker(engine, found.contender, app.owner), before, keep)) as answers:
            async for answer in answers:
                found.answers.append(answer)
                progress.told(len(found.answers), answer)
    finally:
        given.show.passing("")
        release()


def _with_variant(given: Given, contender: Contender, variant: Variant) -> Contender:
    """Return the contender with what a variant brings, where it says nothing itself."""
    from sottovoce.core.sampling import laid_over

    if variant.knowledge:
        given.show.note(f"{variant.name} asks shelves; here it answers without them.")
    drawn = laid_over(variant.settings.sampling(), contender.sampling)
    return replace(contender, sampling=drawn, system=contender.system or variant.system)


class Progress:
    """How many are answered, and how long the rest will take."""

    def __init__(self, given: Given, name: str, total: int) -> None:
        self._show = given.show
        self._name = name
        self._total = total
        self._began = time.monotonic()
        self._asked = 0

    def told(self, done: int, answer: Answered) -> None:
        self._asked += not answer.was_kept
        line = f"{self._name}: {done} of {self._total} questions{self._left(done)}"
        if self._show.notes_are_read:
            self._show.passing(line)
        elif self._asked and done * TENTHS // self._total > (done - 1) * TENTHS // self._total:
            self._show.note(line)

    def _left(self, done: int) -> str:
        if not self._asked or done == self._total:
            return ""
        seconds = (time.monotonic() - self._began) / self._asked * (self._total - done)
        return f", {duration(seconds)} left"
