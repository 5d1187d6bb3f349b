"""Adds to what goes into a bundle what changed since earlier ones, of shelves and of the program's wheels.

The earlier file is read from the earlier bundle, on this stick or in another folder. Blocks: reads and
compares whole files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sottovoce.core.errors import BadBundle, BadValue
from sottovoce.updates import clock, contents, deltas
from sottovoce.updates.contents import Delta, File, Item
from sottovoce.updates.copying import BLOCK, Piece, Told
from sottovoce.updates.folder import METADATA, NAME, Folder, find, reading
from sottovoce.updates.gather import Gathered
from sottovoce.updates.opening import Bundle, open_bundle
from sottovoce.updates.roots import first_contact

WORTH = 0.5
"""A delta that is longer than this share of its file is left out."""

_VERSION = re.compile(r"-[^-]+(?=-)")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A bundle from before, and whether it lies on the stick that a new one goes to."""

    bundle: Bundle
    is_on_stick: bool


def earlier(stick: Path, named: Sequence[Path]) -> tuple[Earlier, ...]:
    """Return the bundles that are named, and the one that is on the stick if there is one.

    Raises BadValue and BadBundle for one that is named and cannot be used.
    """
    found = [Earlier(_opened(find(path)), False) for path in named]
    there = next((root for root in (stick / NAME, stick) if (root / METADATA).is_dir()), None)
    if there is not None:
        with suppress(BadBundle):  # what is half written or damaged there is about to be replaced
            found.append(Earlier(_opened(Folder(there)), True))
    return tuple(found)


def compare(
    found: Gathered, before: Sequence[Earlier], workplace: Path, told: Told, *, changes_only: bool = False
) -> None:
    """Put deltas beside what was gathered; with `changes_only` in place of it, where there are any.

    What a bundle that is named holds already stays out then as well.
    """
    for at, item in enumerate(found.items):
        if item.kind in (contents.SHELF, contents.PROGRAM):
            files = tuple(_compared(found, item, file, before, workplace, told) for file in item.files)
            found.items[at] = replace(item, files=files)
    if changes_only:
        _leave_wholes_out(found, before)


def check_whole(before: Sequence[Earlier], changes_only: bool) -> None:
    """Raise BadValue where only changes are asked for, and nothing is named that they would start from."""
    if changes_only and not any(not one.is_on_stick for one in before):
        raise BadValue(
            "Only what changed is to go along, and nothing says since when.",
            hint="Name the bundle that is in use there: --since FOLDER",
        )


def _compared(
    found: Gathered, item: Item, file: File, before: Sequence[Earlier], workplace: Path, told: Told
) -> File:
    """Return a file with its deltas."""
    made: dict[str, Delta] = {}
    if file.size < deltas.SMALLEST or len(file.pieces) > 1:
        return file
    new = found.pieces[file.sha256].path
    for one in before:
        for old in _earlier_files(one.bundle, item, file):
            if old.sha256 in made or not _is_sound(one.bundle.folder, old):
                continue
            into = workplace / f"{file.sha256}-{old.sha256}"
            size = deltas.make(one.bundle.folder.blob(old.sha256), new, into, told)
            if size > file.size * WORTH:
                into.unlink()
                continue
            sha256 = hashlib.sha256(into.read_bytes()).hexdigest()
            found.pieces[sha256] = Piece(into, 0, size, sha256)
            made[old.sha256] = Delta(old.sha256, size, sha256, deltas.METHOD)
    return replace(file, deltas=tuple(made.values())[: contents.MOST_DELTAS])


def _earlier_files(bundle: Bundle, item: Item, file: File) -> Iterator[File]:
    """Yield the files of an earlier bundle that have this one's place, and another content."""
    for there in bundle.items:
        if (there.kind, there.name.casefold()) == (item.kind, item.name.casefold()):
            for old in there.files:
                is_same_place = _place(item, old.name) == _place(item, file.name)
                if is_same_place and old.sha256 != file.sha256 and old.whole and len(old.pieces) == 1:
                    yield old


def _place(item: Item, name: str) -> str:
    """Return what a file is called in each version: a wheel's name without the version."""
    return _VERSION.sub("", name, count=1) if item.kind == contents.PROGRAM else name


def _is_sound(folder: Folder, old: File) -> bool:
    """Tell whether an earlier file is there as it was signed: else nobody could use what starts from it."""
    digest = hashlib.sha256()
    path = folder.blob(old.sha256)
    if not path.is_file() or path.is_symlink() or path.stat().st_size != old.size:
        return False
    with reading(path), path.open("rb") as source:
        while block := source.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == old.sha256


def _leave_wholes_out(found: Gathered, before: Sequence[Earlier]) -> None:
    # Not what is on the stick: after a stop that may be the very bundle that is made anew.
    named = {
        (item.kind, item.name.casefold(), file.sha256)
        for one in before
        if not one.is_on_stick
        for item in one.bundle.items
        for file in item.files
    }
    for at, item in enumerate(found.items):
        place = item.kind, item.name.casefold()
        is_large = item.kind in (contents.MODEL, contents.SHELF, contents.PROGRAM)
        files = tuple(
            replace(file, whole=not (file.deltas or (is_large and (*place, file.sha256) in named)))
            for file in item.files
        )
        found.items[at] = replace(item, files=files)
    wanted = {digest for item in found.items for file in item.files if file.whole for digest in file.pieces}
    wanted |= {delta.sha256 for item in found.items for file in item.files for delta in file.deltas}
    for digest in found.pieces.keys() - wanted:
        del found.pieces[digest]


def _opened(folder: Folder) -> Bundle:
    return open_bundle(folder, first_contact(folder.read), clock.BEGINNING)
