"""Makes the vectors that a shelf's passages still lack, a few at a time, in the background.

Each group is kept before the next one is begun, so whatever stops it, the next run goes on from there. While
somebody is answered in this program it waits; to other programs its engine gives way by itself, if it is a
patient one (engine/plan.py). Knows nothing of how passages are found.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from sqlite3 import Connection

from sottovoce.core.errors import StoreBusy, TooLong
from sottovoce.engine.protocol import Engine
from sottovoce.knowledge import vectors
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.vectors import VectorModel
from sottovoce.models.engines import Engines
from sottovoce.models.kinds import EMBEDDING

GROUP = 8
"""Passages that are embedded and kept together: half a second's work on a small machine."""

LOOK_SECONDS = 0.25
"""How often it looks whether somebody is still being answered."""

NEARLY = 0.95
"""A text is cut to a little less than would fit by its average: its first words may have more tokens."""

Texts = Callable[[Connection, Sequence[int]], list[str]]
"""Returns what is to be embedded of each of these passages."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a shelf's vectors are. `anew`: those that another model had made were removed at the start."""

    done: int
    total: int
    per_second: float
    """Passages, while it was at work; 0 where nothing tells yet."""
    anew: bool = False

    @property
    def finished(self) -> bool:
        return self.done >= self.total

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes, where something tells."""
        return (self.total - self.done) / self.per_second if self.per_second else None


async def fill(
    file: ShelfFile,
    engine: Engine,
    texts: Texts,
    *,
    busy: Callable[[], bool] = bool,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[Progress, None]:
    """Make the vectors that are missing, telling how far it is at the start and after each group.

    Closing the generator stops it; while nobody asks for the next step it rests. While `busy`, no group is
    begun. Raises StoreBusy where another program begins anew with another model, and what the engine does.
    """
    facts = await engine.ready()
    model = VectorModel(facts.name, facts.digest)
    anew = await file.run(lambda conn: vectors.begin(conn, model))
    done, total = await file.read(vectors.counts)
    yield Progress(done, total, 0.0, anew)
    made, spent, after = 0, 0.0, 0
    while True:
        if busy():
            await asyncio.sleep(LOOK_SECONDS)
            continue
        began = clock()
        group = await file.read(partial(_next, after=after, texts=texts))
        if not group:
            if not after:
                return
            # Once more from the front: what is put on the shelf meanwhile may have a number used before.
            after = 0
            continue
        found = await embed(engine, list(group.values()))
        kept = await file.run(partial(_keep, model=model, group=group, found=found, texts=texts))
        after = max(group)
        made, spent = made + kept, spent + clock() - began
        done, total = await file.read(vectors.counts)
        yield Progress(done, total, made / spent if spent else 0.0, anew)


async def embed(engine: Engine, passages: Sequence[str]) -> list[list[float]]:
    """Return a vector for each text; one longer than the model sees is embedded by its first tokens."""
    texts = [text or " " for text in passages]  # an engine refuses the empty one
    while True:
        try:
            return await engine.embed(texts)
        except TooLong as problem:
            at = int((problem.field or "").removeprefix("input."))
            texts[at] = await first_tokens(engine, texts[at])


async def first_tokens(engine: Engine, text: str) -> str:
    """Return as much from a text's start as the model surely sees at once, and nearly no less."""
    window = (await engine.ready()).window
    while len(text) > 1:
        try:
            count = await engine.count(text)
        except TooLong:  # by far, so that nobody counted
            text = text[: len(text) // 2]
            continue
        if count <= window:
            break
        text = text[: min(len(text) - 1, max(1, int(len(text) * window / count * NEARLY)))]
    return text


def is_answering(engines: Engines) -> bool:
    """Is somebody being answered by this program, or waiting for it? Costs next to nothing."""
    queues = (engine.queue("") for model, engine in engines.made() if model.kind != EMBEDDING)
    return any(queue.computing or queue.waiting for queue in queues)


def _next(conn: Connection, after: int, texts: Texts) -> dict[int, str]:
    numbers = vectors.missing(conn, GROUP, after)
    return dict(zip(numbers, texts(conn, numbers), strict=True))


def _keep(
    conn: Connection, model: VectorModel, group: dict[int, str], found: list[list[float]], texts: Texts
) -> int:
    """Keep the vectors of those passages that still say the same; return how many those are."""
    if (now := vectors.made_by(conn)) is None or now.digest != model.digest:
        raise StoreBusy(
            f"Another program is making this shelf's vectors with another model than {model.name}.",
            hint="Let one of them do it: sotto settings get embed_model shows which model is meant",
        )
    there = [passage for passage in group if vectors.is_there(conn, passage)]
    now_says = dict(zip(there, texts(conn, there), strict=True))
    kept = [at for at, passage in enumerate(group) if now_says.get(passage) == group[passage]]
    numbers = list(group)
    if kept:
        vectors.add(conn, [numbers[at] for at in kept], [found[at] for at in kept])
    return len(kept)
