"""Have a model re-encoded to a type that the engine is quick with, checked, put in its place, and put back.

The new file lies beside until it is whole, read back, and found as good and quicker. Killed at any instant,
the original answers or the new one does; what is left over is cleared the next time. Asks nobody.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from sottovoce import __version__
from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadModelFile, DiskFull, NotFound, Refused, StoreBusy, Unsupported
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home, disk_problem, make_folder, move_away, sync_folder
from sottovoce.engine import memory, recoding
from sottovoce.engine.child import BATCH
from sottovoce.engine.gguf import read_header
from sottovoce.engine.plan import window_of
from sottovoce.engine.recoding import Recoding
from sottovoce.engine.threads import usable_cores
from sottovoce.fit.advise import bytes_needed
from sottovoce.models import checking, comparing, optimised, records, shelf, starter
from sottovoce.models.adding import SPARE
from sottovoce.models.comparing import Comparison
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import LANGUAGE
from sottovoce.models.records import Record
from sottovoce.models.shelf import KnownFile
from sottovoce.store.db import Database

T = TypeVar("T")

PART = ".part"
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
    _require_ours(home, model)
    if model.made_of:
        raise Refused(
            f"{model.name} is optimised already.", hint=f"To undo it: {command(home, model)} --undo"
        )
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
    if os.path.lexists(kept) and not _is_same(kept, model.path):
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
    with _alone(home):
        _clear(home)
        part = optimised.folder(home) / f"{shelf.name_of(model.path)}{PART}"
        try:
            original = await _original(database, model)
            new = await _written(offer, original.sha256, part, told)
            hears = partial(told, COMPARING)
            comparison = await compare(model.path, part, threads or usable_cores(), hears)
            if not comparison.is_as_good or not (comparison.is_quicker or keep):
                return Outcome(comparison, None)
            return Outcome(comparison, _take_place(home, database, model, new))
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def undo(home: Home, database: Database, model: ModelFile) -> None:
    """Have the original answer again. Blocks: its content is read first.

    Raises Refused where it is not optimised, NotFound where the original is gone, and BadModelFile where that
    is not what it was.
    """
    if starter.is_one(model.path, home):
        _undo_starter(home, database, model)
        return
    _require_optimised(home, model)
    kept = optimised.original_of(home, model.path)
    if not kept.exists():
        raise NotFound(
            f"The original of {model.name} is not here any more.", hint="To have it again, get it again"
        )
    with _alone(home):
        now = shelf.content(kept)
        if model.made_of != now.sha256:
            raise BadModelFile(
                f"{kept} is not what {model.name} was made of.",
                hint=f"To have the original again: sotto models remove {model.name}, and get it again",
                detail=f"SHA-256 {now.sha256} instead of {model.made_of}",
            )
        record = _record(home, database, model)
        _note(database, replace(record, sha256=""), None)
        with _disk(kept):
            kept.replace(model.path)
            _sync(model.path, kept)
        _note(database, replace(record, sha256=now.sha256), replace(now, path=model.path))


def drop_original(home: Home, model: ModelFile) -> int:
    """Delete the original of an optimised model, and return the bytes that are free now.

    Raises Refused and NotFound.
    """
    if starter.is_one(model.path, home):
        raise Refused(
            "The starter's original comes with the program and stays.", hint="Nothing is to be done"
        )
    _require_optimised(home, model)
    kept = optimised.original_of(home, model.path)
    if not os.path.lexists(kept):
        raise NotFound(f"The original of {model.name} is not here any more.", hint="Nothing is to be done")
    size = 0 if kept.is_symlink() else kept.stat().st_size
    with _alone(home), _disk(kept):
        kept.unlink()
        sync_folder(kept.parent)
    return size


def _require_ours(home: Home, model: ModelFile) -> None:
    if model.path.parent != home.models and not starter.is_one(model.path, home):
        raise Refused(
            f"{model.path} is not on the shelf; what lies elsewhere is not changed from here.",
            hint=f"Put it there first: sotto models add {model.path}",
        )


def _require_optimised(home: Home, model: ModelFile) -> None:
    _require_ours(home, model)
    if not model.made_of:
        raise Refused(f"{model.name} is not optimised.", hint=f"To have that done: {command(home, model)}")


def command(home: Home, model: ModelFile) -> str:
    """Return the command that optimises a model."""
    name = shelf.STARTER if starter.is_one(model.path, home) else model.name
    return f"sotto models optimise {name}"


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
        with _disk(part):
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


def _take_place(home: Home, database: Database, model: ModelFile, new: KnownFile) -> KnownFile:
    """Put the new file where it is found from now on, its original aside, and remember both."""
    record = _record(home, database, model)
    place = starter.quick_path(home) if model.sha256 else model.path
    there = replace(new, path=place)
    noted = replace(record, path=place, sha256=new.sha256)
    if place != model.path:  # the program's own file stays; nothing leads to this one before it has its name
        _note(database, noted, there)
        with _disk(place):
            new.path.replace(place)
            _sync(place)
        return there
    make_folder(optimised.originals(home))
    kept = optimised.original_of(home, place)
    # Killed between the two notes, whichever file lies there may be loaded.
    _note(database, replace(noted, sha256=""), None)
    try:
        with _disk(place):
            _put_aside(place, kept)
            new.path.replace(place)
            _sync(place, kept)
    except BaseException:
        _note(database, record, None)
        raise
    _note(database, noted, there)
    return there


def _is_same(kept: Path, path: Path) -> bool:
    """Tell whether an original is still what answers."""
    with suppress(OSError):
        return kept.samefile(path)
    return False


def _put_aside(path: Path, kept: Path) -> None:
    """Give a file a second name, or a link a twin."""
    if path.is_symlink():
        kept.symlink_to(path.parent / path.readlink())
        return
    try:
        kept.hardlink_to(path)
    except FileExistsError:
        raise
    except OSError:  # a disk that knows no second names: for a moment the model has no file
        path.rename(kept)


def _undo_starter(home: Home, database: Database, model: ModelFile) -> None:
    """Have the starter answer as it came, also where the optimised one cannot be read."""
    quick = starter.quick_path(home)
    if not quick.is_file():
        raise Refused("starter is not optimised.", hint=f"To have that done: {command(home, model)}")
    with _alone(home), _disk(quick):
        quick.unlink()
        sync_folder(quick.parent)
    database.call(lambda conn: records.forget(conn, quick))


def _record(home: Home, database: Database, model: ModelFile) -> Record:
    """Return what is on record of a model, with the licence that it goes by: the new one has the same."""
    known = database.look(lambda conn: records.of(conn, model.path))
    licence = database.look(lambda conn: records.licence_for(conn, home, model))
    if known is None:
        return Record(model.path, model.name, "", "", licence, "", time.time())
    return replace(known, licence=known.licence or licence)


def _note(database: Database, record: Record, file: KnownFile | None) -> None:
    def note(conn: Connection) -> None:
        records.note_model(conn, record)
        if file is not None:
            shelf.remember(conn, file)

    database.call(note)


def _clear(home: Home) -> None:
    """Remove what one that was killed has left, and the optimised starters of other releases."""
    folder, ours = optimised.folder(home), starter.quick_path(home)
    left = [*folder.glob(f"*{PART}"), *(path for path in folder.glob("starter-*.gguf") if path != ours)]
    for kept in optimised.originals(home).glob("*.gguf"):
        if _is_same(kept, home.models / kept.name):  # it was killed before the new one took its place
            left.append(kept)
    for path in left:
        with _disk(path):
            path.unlink(missing_ok=True)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Let nobody else here do the same meanwhile. Raises StoreBusy, ReadOnly."""
    make_folder(optimised.folder(home))
    lock = FileLock(optimised.folder(home) / "lock")
    if not lock.take():
        raise StoreBusy("Another program optimises a model here.", hint="Wait until it is done, or stop it")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise disk_problem(problem, path) from problem


def _sync(*paths: Path) -> None:
    for folder in {path.parent for path in paths}:
        sync_folder(folder)
