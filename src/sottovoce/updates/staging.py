"""Copies what is due into the home's own staging folder, and holds each thing against what it must be.

What an earlier try brought is not copied again. Nothing here is in use yet.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadBundle, DiskFull, SottoError
from sottovoce.core.paths import Home, make_folder
from sottovoce.engine.architectures import require_known
from sottovoce.engine.gguf import read_header
from sottovoce.models import catalogue, licences, variants
from sottovoce.updates import advisories, contents
from sottovoce.updates.contents import Item
from sottovoce.updates.copying import Told, assemble
from sottovoce.updates.gather import checked_rules
from sottovoce.updates.known import folder
from sottovoce.updates.plan import Plan

SPARE = 64 << 20
"""A disk that is full to the last byte serves nobody."""

CheckShelf = Callable[[Path], None]
"""Raises StoreProblem where the shelf in a folder cannot be used by this program."""


def staging(home: Home) -> Path:
    return folder(home) / "staging"


def staged(home: Home, item: Item) -> Path:
    """Return the folder with an item's files, under their own names."""
    name = hashlib.sha256(item.name.encode()).hexdigest()[:8]
    return staging(home) / f"{item.kind}-{name}-{item.digest}"


def needed(home: Home, plan: Plan) -> int:
    """Return the bytes that are still to be copied."""
    return sum(
        file.size - _have(staged(home, change.item) / file.name)
        for change in plan.due
        for file in change.item.files
    )


def check_room(home: Home, plan: Plan) -> int:
    """Return the bytes that are free. Raises DiskFull where they are too few."""
    make_folder(folder(home))
    free, wanted = shutil.disk_usage(folder(home)).free, needed(home, plan)
    if wanted + SPARE > free:
        raise DiskFull(
            f"The update needs {amount(wanted + SPARE)} of disk; {amount(free)} are free.",
            hint="Free some space, or take less along: sotto models remove NAME",
        )
    return free


def stage(home: Home, plan: Plan, check_shelf: CheckShelf, told: Told) -> None:
    """Bring all that is due. Raises BadBundle where a thing is not what it must be, StoreProblem."""
    make_folder(staging(home))
    for change in plan.due:
        into = staged(home, change.item)
        make_folder(into)
        for at, file in enumerate(change.item.files):
            target = into / file.name
            if not target.exists() or target.stat().st_size != file.size:
                assemble(plan.bundle.pieces(change.item, at), target, told)
        _check(change.item, into, check_shelf)


def clear(home: Home) -> None:
    """Remove what was staged. What cannot be removed now goes the next time."""
    shutil.rmtree(staging(home), ignore_errors=True)


def _check(item: Item, into: Path, check_shelf: CheckShelf) -> None:
    """Read a thing as whoever will use it does."""
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
        else:
            check_shelf(into)
    except BadBundle:
        raise
    except SottoError as problem:
        raise BadBundle(
            f"{item.name} in this bundle cannot be used here: {problem.sentence}",
            hint="Nothing was changed; ask whoever made the bundle",
            detail=problem.detail,
        ) from problem


def _have(target: Path) -> int:
    for path in (target, target.with_name(f"{target.name}.part")):
        if path.exists():
            return path.stat().st_size
    return 0
