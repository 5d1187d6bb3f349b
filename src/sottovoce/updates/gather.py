"""What of a home goes into a bundle: each thing with its digests, and where its bytes are read.

Shelves are packed by whoever knows them. Blocks: everything is read once, to be hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from sottovoce.core.errors import BadModelFile, BadValue, NotFound
from sottovoce.core.paths import Home
from sottovoce.engine.architectures import require_known
from sottovoce.engine.gguf import read_header
from sottovoce.models import catalogue, records, shelf, starter, variants
from sottovoce.models.kinds import MEANINGS
from sottovoce.store import shelves as shelf_rows
from sottovoce.store.db import Database
from sottovoce.updates import contents
from sottovoce.updates.contents import File, Item
from sottovoce.updates.copying import BLOCK, Piece, Told
from sottovoce.updates.folder import PIECE, reading


class Packed(Protocol):
    """A shelf as one file; see knowledge/carrying.Carried."""

    @property
    def documents(self) -> int: ...
    @property
    def mark(self) -> str: ...
    @property
    def left_behind(self) -> tuple[str, ...]: ...


Pack = Callable[[Path, Path, str], Packed]
"""Writes the shelf in a folder to a file, as it can stand in another home. The text is the shelf's name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to go along, by the names that the commands use."""

    models: Sequence[str] = ()
    shelves: Sequence[str] = ()
    variants: Sequence[str] = ()
    catalogue: bool = False
    rules: Path | None = None
    advisories: Path | None = None
    program: Path | None = None
    """A folder with the program's wheel, and those of all that it needs."""


@dataclass(slots=True)
class Gathered:
    """Items, and by the digest of each piece where it is. `notes` are sentences for whoever makes it."""

    items: list[Item] = field(default_factory=list)
    pieces: dict[str, Piece] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def gather(
    home: Home, database: Database, owner: str, wish: Wish, pack: Pack, workplace: Path, told: Told
) -> Gathered:
    """Return what is wished for. Packed shelves lie in `workplace`.

    Raises NotFound, BadModelFile and BadValue.
    """
    found = Gathered()
    for name in wish.models:
        _model(found, home, database, name, told)
    for name in wish.variants:
        variant = variants.get(name, home)
        path = variants.folder(home) / f"{variant.name}{variants.SUFFIX}"
        _add(found, Item(contents.VARIANT, variant.name, ()), [path], [path.name], told)
    for name in wish.shelves:
        row = database.look(partial(shelf_rows.get, owner=owner, name=name))
        _shelf(found, home, row, pack, workplace, told)
    if wish.catalogue:
        path = catalogue.own_file(home)
        if not path.exists():
            raise NotFound(f"There is no {path}.", hint="Put your own models to choose from there first")
        catalogue.read(path)
        _alone(found, contents.CATALOGUE, path, told)
    if wish.rules is not None:
        checked_rules(wish.rules)
        _alone(found, contents.RULES, wish.rules, told)
    if wish.advisories is not None:
        from sottovoce.updates import advisories

        advisories.parsed(wish.advisories.read_bytes())
        _alone(found, contents.ADVISORIES, wish.advisories, told)
    if wish.program is not None:
        _program(found, wish.program, told)
    if not found.items:
        raise BadValue(
            "A bundle holds something.", hint="For example: --models NAME; see sotto bundle make --help"
        )
    return found


def checked_rules(path: Path) -> None:
    """Raise BadValue where a file of rules cannot be used."""
    from sottovoce.core.ruled import Wrong
    from sottovoce.guard.own_file import read

    found = read(path.read_bytes())
    if isinstance(found, Wrong):
        raise BadValue(
            f"{path} cannot be used: {found}", hint="Mend that line; sotto guard try shows how rules act"
        )


def hashed(path: Path, name: str, told: Told) -> tuple[File, list[Piece]]:
    """Read a file once; return it as an item has it, and its pieces."""
    whole = hashlib.sha256()
    pieces: list[Piece] = []
    with reading(path), path.open("rb", buffering=0) as file:
        buffer = memoryview(bytearray(BLOCK))
        start, digest, count = 0, hashlib.sha256(), 0
        while True:
            read = file.readinto(buffer[: min(BLOCK, PIECE - count)])
            if read:
                digest.update(buffer[:read])
                whole.update(buffer[:read])
                count += read
                told(read)
            if (not read and (count or not pieces)) or count == PIECE:
                pieces.append(Piece(path, start, count, digest.hexdigest()))
                start, digest, count = start + count, hashlib.sha256(), 0
            if not read:
                break
    return File(name, start, whole.hexdigest(), tuple(piece.sha256 for piece in pieces)), pieces


def _model(found: Gathered, home: Home, database: Database, name: str, told: Told) -> None:
    model = shelf.resolve(name, home, tuple(MEANINGS))
    if model.variant is not None or starter.is_one(model.path, home):
        raise BadValue(
            f"{name} is not a model of its own: it comes with the program, or is a variant.",
            hint="For a variant: --variants NAME, and its model by its own name",
        )
    header = read_header(model.path)
    require_known(header)
    paths = shelf.parts(model.path)
    known = f"{model.name}.gguf" if len(paths) == 1 else ""
    names = [known] if known else [path.name for path in paths]
    licence = database.look(lambda conn: records.licence_for(conn, home, model))
    record = database.look(lambda conn: records.of(conn, model.path))
    facts = {"source": record.source, "repository": record.repository} if record else {}
    _add(found, Item(contents.MODEL, model.name, (), licence, facts), paths, names, told)


def _shelf(
    found: Gathered, home: Home, row: shelf_rows.ShelfRow, pack: Pack, workplace: Path, told: Told
) -> None:
    into = workplace / f"{row.id}.db"
    packed = pack(home.knowledge / row.id, into, row.name)
    facts = {"documents": str(packed.documents), "mark": packed.mark}
    _add(found, Item(contents.SHELF, row.name, (), "", facts), [into], ["shelf.db"], told)
    for name in packed.left_behind:
        found.notes.append(
            f"The encyclopaedia {name} on the shelf {row.name} does not go along: carry its file beside the "
            "bundle, and put it on the shelf there with sotto kb add."
        )


def _program(found: Gathered, folder: Path, told: Told) -> None:
    from sottovoce.updates import wheel_folder, wheels

    there = wheel_folder.read(folder)
    version = next(str(wheel.version) for wheel in there if wheel.project == contents.PROGRAM_NAME)
    names = [wheel.name for wheel in there]
    facts = {"version": version, "wheels": wheels.said(there)}
    item = Item(contents.PROGRAM, contents.PROGRAM_NAME, (), "", facts)
    _add(found, item, [folder / name for name in names], names, told)
    found.notes += wheel_folder.notes(there)


def _alone(found: Gathered, kind: str, path: Path, told: Told) -> None:
    name = contents.ALONE[kind]
    _add(found, Item(kind, name, ()), [path], [name], told)


def _add(found: Gathered, item: Item, paths: Sequence[Path], names: Sequence[str], told: Told) -> None:
    files = []
    for path, name in zip(paths, names, strict=True):
        if not path.is_file():
            raise BadModelFile(f"{path} is not there.", hint="sotto models verify looks at all files")
        file, pieces = hashed(path, name, told)
        files.append(file)
        found.pieces.update({piece.sha256: piece for piece in pieces})
    found.items.append(replace(item, files=tuple(files)))
