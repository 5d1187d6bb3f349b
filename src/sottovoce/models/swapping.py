"""Swap a model of the shelf for its optimised file, and back: the original is put aside, and never lost.

Killed at any instant, one of the two lies in its place and may be loaded; what is left over is cleared the
next time. Knows nothing of how the new file came about.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection

from sottovoce.core.errors import BadModelFile, NotFound, Refused, StoreBusy
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home, disk_problem, make_folder, sync_folder
from sottovoce.models import optimised, records, shelf, starter
from sottovoce.models.file import ModelFile
from sottovoce.models.records import Record
from sottovoce.models.shelf import KnownFile
from sottovoce.store.db import Database

PART = ".part"


def take_place(home: Home, database: Database, model: ModelFile, new: KnownFile) -> KnownFile:
    """Put the new file where it is found from now on, its original aside, and remember both."""
    record = _record(home, database, model)
    place = starter.quick_path(home) if model.sha256 else model.path
    there = replace(new, path=place)
    noted = replace(record, path=place, sha256=new.sha256)
    if place != model.path:  # the program's own file stays; nothing leads to this one before it has its name
        _note(database, noted, there)
        with on_disk(place):
            new.path.replace(place)
            _sync(place)
        return there
    make_folder(optimised.originals(home))
    kept = optimised.original_of(home, place)
    # Killed between the two notes, whichever file lies there may be loaded.
    _note(database, replace(noted, sha256=""), None)
    try:
        with on_disk(place):
            _put_aside(place, kept)
            new.path.replace(place)
            _sync(place, kept)
    except BaseException:  # whatever ended it, the record must say what lies there
        _note(database, record, None)
        raise
    _note(database, noted, there)
    return there


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
    with alone(home):
        now = shelf.content(kept)
        if model.made_of != now.sha256:
            raise BadModelFile(
                f"{kept} is not what {model.name} was made of.",
                hint=f"To have the original again: sotto models remove {model.name}, and get it again",
                detail=f"SHA-256 {now.sha256} instead of {model.made_of}",
            )
        record = _record(home, database, model)
        _note(database, replace(record, sha256=""), None)
        try:
            with on_disk(kept):
                kept.replace(model.path)
                _sync(model.path, kept)
        except BaseException:  # as above
            _note(database, record, None)
            raise
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
    with alone(home), on_disk(kept):
        kept.unlink()
        sync_folder(kept.parent)
    return size


def clear(home: Home) -> None:
    """Remove what one that was killed has left, and the optimised starters of other releases."""
    folder, ours = optimised.folder(home), starter.quick_path(home)
    left = [*folder.glob(f"*{PART}"), *(path for path in folder.glob("starter-*.gguf") if path != ours)]
    for kept in optimised.originals(home).glob("*.gguf"):
        if is_same(kept, home.models / kept.name):  # it was killed before the new one took its place
            left.append(kept)
    for path in left:
        with on_disk(path):
            path.unlink(missing_ok=True)


@contextmanager
def alone(home: Home) -> Iterator[None]:
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
def on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise disk_problem(problem, path) from problem


def is_same(kept: Path, path: Path) -> bool:
    """Tell whether an original is still what answers."""
    with suppress(OSError):
        return kept.samefile(path)
    return False


def require_ours(home: Home, model: ModelFile) -> None:
    if model.path.parent != home.models and not starter.is_one(model.path, home):
        raise Refused(
            f"{model.path} is not on the shelf; what lies elsewhere is not changed from here.",
            hint=f"Put it there first: sotto models add {model.path}",
        )


def command(home: Home, model: ModelFile) -> str:
    """Return the command that optimises a model."""
    name = shelf.STARTER if starter.is_one(model.path, home) else model.name
    return f"sotto models optimise {name}"


def _require_optimised(home: Home, model: ModelFile) -> None:
    require_ours(home, model)
    if not model.made_of:
        raise Refused(f"{model.name} is not optimised.", hint=f"To have that done: {command(home, model)}")


def _undo_starter(home: Home, database: Database, model: ModelFile) -> None:
    """Have the starter answer as it came, also where the optimised one cannot be read."""
    quick = starter.quick_path(home)
    if not quick.is_file():
        raise Refused("starter is not optimised.", hint=f"To have that done: {command(home, model)}")
    with alone(home), on_disk(quick):
        quick.unlink()
        sync_folder(quick.parent)
    database.call(lambda conn: records.forget(conn, quick))


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


def _record(home: Home, database: Database, model: ModelFile) -> Record:
    """Return what is on record of a model, with the licence that it goes by: the new one has the same."""
    known = database.look(lambda conn: records.of(conn, model.path))
    licence = database.look(lambda conn: records.licence_for(conn, home, model))
    if known is None:
        return Record(model.path, model.name, "", "", licence, "", time.time())
    return replace(known, licence=licence)


def _note(database: Database, record: Record, file: KnownFile | None) -> None:
    def note(conn: Connection) -> None:
        records.note_model(conn, record)
        if file is not None:
            shelf.remember(conn, file)

    database.call(note)


def _sync(*paths: Path) -> None:
    for folder in {path.parent for path in paths}:
        sync_folder(folder)
