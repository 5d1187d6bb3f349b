"""What is on the shelf, with all that is known of each: its record, its licence, and how it does here.

Also what all of it takes of the disk. Blocks: call it from a thread.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.paths import Home, bytes_on_disk
from sottovoce.engine.gguf import read_header
from sottovoce.fit.advise import Fit
from sottovoce.fit.estimate import Run
from sottovoce.fit.known import Here
from sottovoce.fit.shape import shape_of
from sottovoce.models import fitting, learning, licences, optimised, records, shelf, starter
from sottovoce.models.catalogue import Card
from sottovoce.models.file import ModelFile
from sottovoce.models.licences import Licence
from sottovoce.models.pull import partial_folder
from sottovoce.models.records import Record
from sottovoce.models.shelf import KnownFile
from sottovoce.store.db import Database

USUAL_WINDOW = 4096


@dataclass(frozen=True, slots=True)
class Item:
    """One model. `sha256` None: not hashed since it changed. `fit` None: no model, or nothing was measured.

    `rate` is tokens a second as it ran here, None: it has not.
    """

    file: ModelFile
    size: int
    sha256: str | None
    record: Record | None
    licence: Licence
    fit: Fit | None = None
    rate: float | None = None

    @property
    def is_linked(self) -> bool:
        return self.file.path.is_symlink()


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes: of models, without what is linked; of downloads not finished; and free beside."""

    models: int
    partial: int
    free: int


def items(database: Database, home: Home, here: Here | None) -> list[Item]:
    """Return the starter and what is in the folder. `here`: see learning.from_all; None: not measured."""
    remembered, known = database.look(records.every), database.look(shelf.known_files)
    return [_item(database, home, file, remembered, known, here) for file in shelf.listed(home)]


def one(database: Database, home: Home, file: ModelFile, here: Here | None) -> Item:
    """Return one of them."""
    remembered, known = database.look(records.every), database.look(shelf.known_files)
    return _item(database, home, file, remembered, known, here)


def holder(database: Database, home: Home, card: Card) -> str | None:
    """Return the name of a model with the content of one of the card's; None: none is known to have it."""
    digests = {digest for file in card.models for digest in file.digests}
    if starter.SHA256 in digests and starter.path().is_file():
        return shelf.STARTER
    known = database.look(shelf.known_files)
    here = (known[path] for path in shelf.paths(home) if path in known)
    same = (file.path for file in here if file.sha256 in digests and shelf.is_unchanged(file))
    return next(map(shelf.name_of, same), None)


def disk(home: Home) -> Disk:
    """Return what the models take, and what is left."""
    whole = (starter.card().path, starter.quick_path(home), *shelf.paths(home))
    files = [part for path in whole for part in shelf.parts(path)]
    files += optimised.originals(home).glob("*.gguf")
    under_way = partial_folder(home).glob("*.part")
    free = shutil.disk_usage(home.models).free
    return Disk(sum(map(_bytes, files)), sum(map(_bytes, under_way)), free)


def _item(
    database: Database,
    home: Home,
    file: ModelFile,
    remembered: Mapping[Path, Record],
    known: Mapping[Path, KnownFile],
    here: Here | None,
) -> Item:
    hashed = known.get(file.path)
    if hashed is not None and not shelf.is_unchanged(hashed):
        hashed = None
    sha256 = file.sha256 or (hashed.sha256 if hashed else None)
    licence = database.look(lambda conn: records.licence_for(conn, home, file))
    fit, rate = None, None
    if here is not None and file.kind in fitting.ANY_KIND:
        shape = shape_of(read_header(file.path))
        learned = learning.of_file(database, file, hashed, shape, here)
        fit, rate = here.fit(shape, Run(USUAL_WINDOW), learned), learned.seen
    return Item(
        file, shelf.size(file.path), sha256, remembered.get(file.path), licences.of(licence), fit, rate
    )


def _bytes(path: Path) -> int:
    """Return what a file takes here; a link takes nothing."""
    return 0 if path.is_symlink() else bytes_on_disk(path)
