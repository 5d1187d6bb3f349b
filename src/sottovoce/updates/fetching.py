"""Fetches of a bundle at an address what is missing here, to where staging looks for it.

A blob gets its place once it has the content that was signed. What has come of one is kept in the home, so
that the next try goes on with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadModelFile, DiskFull, NetworkProblem
from sottovoce.core.paths import Home, bytes_on_disk, make_folder
from sottovoce.models.download import bring
from sottovoce.models.partial import Partial, Wanted
from sottovoce.models.way import Way
from sottovoce.net.answer import Declined
from sottovoce.updates import contents, programs
from sottovoce.updates.bases import same_wheel
from sottovoce.updates.contents import File
from sottovoce.updates.copying import Piece, Told, assemble
from sottovoce.updates.folder import BLOBS
from sottovoce.updates.known import folder
from sottovoce.updates.metadata import damaged
from sottovoce.updates.plan import Change, Plan
from sottovoce.updates.remote import MISSING, Far
from sottovoce.updates.staging import SPARE, staged, unpacked

AGAIN = "If it was being replaced there just now, give the same command again: what has come is kept"


def coming(home: Home) -> Path:
    """Return where blobs under way lie."""
    return folder(home) / "coming"


def due(plan: Plan, home: Home) -> Iterator[tuple[list[Piece], Path]]:
    """Yield what is still to come: where its pieces come to, and where it is to stand then.

    Of a file that can be made of an earlier one here, that is what changed. A wheel that is here is not due.
    """
    kept = programs.kept_wheels(home)
    for change in plan.due:
        for at, file, start in change.files:
            target = staged(home, change.item) / file.name
            if target.exists() and target.stat().st_size == file.size:
                continue
            if _comes_of_one_here(change, file, kept):
                continue
            if start is None:
                yield plan.bundle.pieces(change.item, at), target
            else:
                delta = plan.bundle.delta(start[0])
                yield [delta], delta.path


def needed(home: Home, plan: Plan) -> int:
    """Return the bytes that are still to be fetched."""
    return sum(piece.size - _have(home, piece) for pieces, _ in due(plan, home) for piece in pieces)


def check_room(home: Home, plan: Plan) -> int:
    """Return the bytes that are free. Raises DiskFull where they are too few.

    A file in several pieces needs its room twice while it is put together. What is made or copied of what is
    here needs room besides, also for a second copy of what changed.
    """
    make_folder(coming(home))
    free = shutil.disk_usage(coming(home)).free
    twice = max(
        (sum(piece.size for piece in pieces) for pieces, _ in due(plan, home) if len(pieces) > 1), default=0
    )
    kept = programs.kept_wheels(home)
    made = sum(
        file.size + (0 if start is None else start[0].size)
        for change in plan.due
        for _, file, start in change.files
        if start is not None or _comes_of_one_here(change, file, kept)
    )
    wanted = needed(home, plan) + twice + made + unpacked(plan) + SPARE
    if wanted > free:
        raise DiskFull(
            f"The update needs {amount(wanted)} of disk; {amount(free)} are free.",
            hint="Free some space, or take less along: sotto models remove NAME",
        )
    return free


async def fetch(far: Far, home: Home, plan: Plan, way: Way, told: Told) -> None:
    """Bring all that is due to where staging looks for it. Stopped at any time, it goes on from there.

    Raises BadBundle where something is not what was signed, DiskFull, StoreProblem, and what the door raises.
    """
    files = list(due(plan, home))
    _clear_but(home, {piece.sha256 for pieces, _ in files for piece in pieces})
    for pieces, target in files:
        make_folder(target.parent)
        if len(pieces) == 1:
            if not _stands(target, pieces[0].size):
                await _bring(far, home, pieces[0], target, way, told)
            continue
        for piece in pieces:
            make_folder(piece.path.parent)
            if not _is_here(piece):
                await _bring(far, home, piece, piece.path, way, told)
        await asyncio.to_thread(assemble, pieces, target, _unheard)
        for piece in pieces:
            piece.path.unlink(missing_ok=True)


def clear(home: Home) -> None:
    """Remove what came and is not needed any more. What cannot be removed now goes the next time."""
    shutil.rmtree(coming(home), ignore_errors=True)


def _comes_of_one_here(change: Change, file: File, kept: Mapping[str, Path]) -> bool:
    return change.item.kind == contents.PROGRAM and same_wheel(kept, file) is not None


async def _bring(far: Far, home: Home, piece: Piece, target: Path, way: Way, told: Told) -> None:
    with _said(far), Partial(coming(home), _wanted(far, piece)) as partial:
        before = partial.received
        async with contextlib.aclosing(bring(way, partial)) as steps:
            async for step in steps:
                told(step.received - before)
                before = step.received
        await asyncio.to_thread(_place, partial, target)


def _place(partial: Partial, target: Path) -> None:
    target.unlink(missing_ok=True)
    partial.install(target)
    partial.forget()


@contextlib.contextmanager
def _said(far: Far) -> Iterator[None]:
    """Say of a bundle what is said of a model."""
    try:
        yield
    except BadModelFile as problem:
        raise damaged("a part of it is not what was signed", problem) from problem
    except Declined as problem:
        if problem.status not in MISSING:
            raise
        raise NetworkProblem(
            f"A part of the bundle is not there (any more): {problem.sentence}", hint=AGAIN
        ) from problem


def _wanted(far: Far, piece: Piece) -> Wanted:
    return Wanted(far.url_of(piece.path), piece.sha256, piece.sha256, piece.size, piece.sha256)


def _have(home: Home, piece: Piece) -> int:
    if _is_here(piece):
        return piece.size
    part = coming(home) / f"{Wanted('', piece.sha256, '', piece.size, piece.sha256).key}.part"
    return min(bytes_on_disk(part), piece.size)


def _is_here(piece: Piece) -> bool:
    return _stands(piece.path, piece.size)


def _stands(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size


def _clear_but(home: Home, wanted: set[str]) -> None:
    """Remove what came of bundles that are not wanted any more."""
    for path in (*coming(home).glob("*"), *(coming(home) / BLOBS).glob("*/*")):
        if path.is_file() and path.name.partition(".")[0] not in wanted:
            path.unlink(missing_ok=True)


def _unheard(count: int) -> None:
    """Hear of what was counted when it came."""
