"""Have a model re-encoded to a type that the engine is quick with, checked, and put in its place.

The new file lies beside until it is whole, read back, and found as good and quicker. How it takes its place,
and how it is undone, is in swapping. Asks nobody.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from sottovoce import __version__
from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadModelFile, DiskFull, Refused, Unsupported
from sottovoce.core.paths import Home, move_away
from sottovoce.engine import memory, recoding
from sottovoce.engine.child import BATCH
from sottovoce.engine.gguf import read_header
from sottovoce.engine.plan import window_of
from sottovoce.engine.recoding import Recoding
from sottovoce.engine.threads import usable_cores
from sottovoce.fit.advise import bytes_needed
from sottovoce.models import checking, comparing, optimised, records, shelf, swapping
from sottovoce.models.adding import SPARE
from sottovoce.models.comparing import Comparison
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import LANGUAGE
from sottovoce.models.shelf import KnownFile
from sottovoce.store.db import Database

T = TypeVar("T")

WRITING, READING_BACK, COMPARING = "writing", "reading", "comparing"
"""What is being done."""

Told = Callable[[str, float], None]
"""Hears what is being done, and which part of that is done."""

Compare = Callable[[Path, Path, int, Callable[[float], None]], Awaitable[Comparison]]


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be done. Sizes are bytes; `memory` is what the model takes, `memory_after` would take."""

    model: ModelFile
    recoding: Recoding
    free: int
    memory: int
    memory_after: int

    @property
    def size(self) -> int:
        return self.recoding.header.file_size + self.recoding.growth

    @property
    def kinds(self) -> str:
        """Return the types that are to go, as `Q4_1 and Q5_0`."""
        return " and ".join(sorted({tensor.type.name for tensor in self.recoding.changed}))


@dataclass(frozen=True, slots=True)
class Outcome:
    """`file` is the new one in its place; None: it was not as good, or not quicker, and is gone."""

    comparison: Comparison
    file: KnownFile | None


def examine(home: Home, model: ModelFile, window: int) -> Offer:
    """Return what would be done to a model. Blocks.

    `window` is the setting. Raises Refused where nothing is to gain, or what it takes is not there, and
    Unsupported for a model that cannot be compared.
    """
    swapping.require_ours(home, model)
    if model.made_of:
        command = swapping.command(home, model)
        raise Refused(f"{model.name} is optimised already.", hint=f"To undo it: {command} --undo")
    header = read_header(model.path)
    if model.kind != LANGUAGE:
        raise Unsupported(
            f"{model.name} writes nothing, and only models that write can be compared with what they become.",
            hint="Use it as it is",
        )
    if len(header.parts) > 1:
        raise Unsupported(
            f"{model.name} is split over {len(header.parts)} files; a model is optimised in one file only.",
            hint="Get it in one file, where there is one",
        )
    kept = optimised.original_of(home, model.path)
    if os.path.lexists(kept) and not swapping.is_same(kept, model.path):
        raise Refused(f"{kept} is in the way: it is the original of another file.", hint=move_away(kept))
    wanted = recoding.planned(header)
    if not wanted.changed:
        raise Refused(
            f"The engine is quick with {model.name} as it is ({header.file_type}): there is nothing to gain.",
            hint="Slow are Q4_1, Q5_0 and Q5_1",
        )
    tokens = window_of(header, window)
    before, after = (bytes_needed(one, tokens, 1, BATCH) for one in (header, wanted.as_will_be()))
    offer = Offer(model, wanted, shutil.disk_usage(home.models).free, before, after)
    if offer.size + SPARE > offer.free:
        raise DiskFull(
            f"The new file needs {amount(offer.size)} of disk; {amount(offer.free)} are free.",
            hint="Free some space; the original is kept beside it until you say otherwise",
        )
    memory.require(after, memory.available(), model.name)
    return offer


async def optimise(
    offer: Offer,
    home: Home,
    database: Database,
    told: Told,
    *,
    keep: bool = False,
    threads: int = 0,
    compare: Compare = comparing.compare,
) -> Outcome:
    """Do it. `keep`: take the new file also where it is not quicker here.

    Cancelled, it leaves everything as it was. Raises BadModelFile for an original that is not what it was,
    StoreBusy, ModelProblem, and DiskFull or ReadOnly.
    """
    model = offer.model
    with swapping.alone(home):
        swapping.clear(home)
        part = optimised.folder(home) / f"{shelf.name_of(model.path)}{swapping.PART}"
        try:
            original = await _original(database, model)
            new = await _written(offer, original.sha256, part, told)
            hears = partial(told, COMPARING)
            comparison = await compare(model.path, part, threads or usable_cores(), hears)
            if not comparison.is_as_good or not (comparison.is_quicker or keep):
                return Outcome(comparison, None)
            return Outcome(comparison, swapping.take_place(home, database, model, new))
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


async def _original(database: Database, model: ModelFile) -> KnownFile:
    """Read the original anew, and return it as it is. Raises BadModelFile where it changed."""
    record = await database.read(lambda conn: records.of(conn, model.path))
    sha256 = record.sha256 if record else ""
    return (await _given_up_with(partial(checking.as_added, model, {}, sha256)))[0]


async def _written(offer: Offer, sha256: str, part: Path, told: Told) -> KnownFile:
    """Write the new file beside, read it back, and return it as it lies there."""
    done, whole = 0, offer.recoding.header.weights_bytes

    def count(read: int) -> None:
        nonlocal done
        done += read
        told(WRITING, done / whole)

    added = optimised.keys(sha256, offer.kinds, f"sottovoce {__version__}")

    def write(given_up: threading.Event) -> None:
        with swapping.on_disk(part):
            recoding.write(offer.recoding, added, part, count, given_up)

    await _given_up_with(write)
    told(READING_BACK, 0.0)
    return await _given_up_with(partial(_read_back, offer, part))


def _read_back(offer: Offer, part: Path, given_up: threading.Event) -> KnownFile:
    """Raise BadModelFile where what lies there is not what was to be written."""
    header = read_header(part)
    wanted = [(tensor.name, tensor.dims, tensor.type) for tensor in offer.recoding.tensors]
    if [(tensor.name, tensor.dims, tensor.type) for tensor in header.tensors] != wanted:
        raise BadModelFile("The new file is not what was written.", hint="Check the disk, and try again")
    return shelf.content(part, given_up=given_up)


async def _given_up_with(work: Callable[[threading.Event], T]) -> T:
    """Run in a thread what ends soon after it is given up."""
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(work, given_up)
    finally:
        given_up.set()
