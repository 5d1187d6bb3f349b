"""Copies what is due into the home's own staging folder, and holds each thing against what it must be.

What an earlier try brought is not copied again. Nothing here is in use yet.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadBundle, DiskFull, SottoError
from sottovoce.core.paths import Home, make_folder
from sottovoce.engine.architectures import require_known
from sottovoce.engine.gguf import read_header
from sottovoce.models import catalogue, licences, variants
from sottovoce.updates import advisories, contents, deltas
from sottovoce.updates.bases import Bases, Shelves
from sottovoce.updates.contents import File, Item
from sottovoce.updates.copying import Piece, Told, assemble
from sottovoce.updates.gather import checked_rules
from sottovoce.updates.known import folder
from sottovoce.updates.opening import Bundle
from sottovoce.updates.plan import Plan, Start

SPARE = 64 << 20
"""A disk that is full to the last byte serves nobody."""

COMPILED = 1.3
"""A program takes this much of what its wheels unpack to, with what Python makes of them."""


def staging(home: Home) -> Path:
    return folder(home) / "staging"


def staged(home: Home, item: Item) -> Path:
    """Return the folder with an item's files, under their own names."""
    name = hashlib.sha256(item.name.encode()).hexdigest()[:8]
    return staging(home) / f"{item.kind}-{name}-{item.digest}"


def needed(home: Home, plan: Plan) -> int:
    """Return the bytes that are still to be read or made."""
    return sum(
        _left(staged(home, change.item) / file.name, file, start)
        for change in plan.due
        for _, file, start in change.files
    )


def unpacked(plan: Plan) -> int:
    """Return the bytes that a new program takes beside its wheels."""
    return sum(
        int(wheel.unpacked * COMPILED)
        for change in plan.due
        for wheel in (() if change.choice is None else change.choice.wheels)
    )


def check_room(home: Home, plan: Plan) -> int:
    """Return the bytes that are free. Raises DiskFull where they are too few."""
    make_folder(folder(home))
    free = shutil.disk_usage(folder(home)).free
    wanted = needed(home, plan) + unpacked(plan)
    if wanted + SPARE > free:
        raise DiskFull(
            f"The update needs {amount(wanted + SPARE)} of disk; {amount(free)} are free.",
            hint="Free some space, or take less along: sotto models remove NAME",
        )
    return free


def stage(home: Home, plan: Plan, shelves: Shelves, told: Told) -> None:
    """Bring all that is due. Raises BadBundle where a thing is not what it must be, StoreProblem."""
    make_folder(staging(home))
    bases = Bases(home, shelves)
    for change in plan.due:
        into = staged(home, change.item)
        make_folder(into)
        for at, file, start in change.files:
            target = into / file.name
            if target.exists() and target.stat().st_size == file.size:
                continue
            if change.item.kind == contents.PROGRAM and (same := bases.wheel(file)) is not None:
                assemble([Piece(same, 0, file.size, file.sha256)], target, told)
            elif start is not None:
                _patch(plan.bundle, file, start, target, told)
            else:
                assemble(plan.bundle.pieces(change.item, at), target, told)
        _check(change.item, into, shelves)
    bases.forget()


def clear(home: Home) -> None:
    """Remove what was staged. What cannot be removed now goes the next time."""
    shutil.rmtree(staging(home), ignore_errors=True)


def _patch(bundle: Bundle, file: File, start: Start, target: Path, told: Told) -> None:
    """Make a file of an earlier one and of what changed."""
    delta, base = start
    copied = target.with_name(f"{target.name}.delta")
    assemble([bundle.delta(delta)], copied, told)
    deltas.apply(base, copied, target, file, told)
    copied.unlink()


def _check(item: Item, into: Path, shelves: Shelves) -> None:
    """Read a thing as whoever will use it does. The program is tried when it is installed."""
    first = into / item.files[0].name
    try:
        if item.kind == contents.MODEL:
            header = read_header(first)
            require_known(header)
            ruling = licences.ruled(item.licence, licences.in_header(header))
            if ruling.licence.commercial != licences.of(item.licence).commercial:
                raise BadBundle(
                    f"The licence of {item.name} is another in its own file than the bundle says.",
                    hint="Ask whoever made the bundle",
                )
        elif item.kind == contents.VARIANT:
            variants.read(first)
        elif item.kind == contents.CATALOGUE:
            catalogue.read(first)
        elif item.kind == contents.RULES:
            checked_rules(first)
        elif item.kind == contents.ADVISORIES:
            advisories.parsed(first.read_bytes())
        elif item.kind == contents.SHELF:
            shelves.check(into)
    except BadBundle:
        raise
    except SottoError as problem:
        raise BadBundle(
            f"{item.name} in this bundle cannot be used here: {problem.sentence}",
            hint="Nothing was changed; ask whoever made the bundle",
            detail=problem.detail,
        ) from problem


def _left(target: Path, file: File, start: Start | None) -> int:
    left = file.size - _have(target)
    return left + start[0].size if left and start is not None else left


def _have(target: Path) -> int:
    for path in (target, target.with_name(f"{target.name}.part")):
        if path.exists():
            return path.stat().st_size
    return 0
