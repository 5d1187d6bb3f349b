"""Brings a bundle onto a stick: only what is missing there is copied, then all of it is signed for.

A stick that is pulled out in the middle still holds the bundle that was on it; the same command goes on.
"""

from __future__ import annotations

import datetime
import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadValue, DiskFull, ReadOnly
from sottovoce.updates import contents
from sottovoce.updates.copying import Piece, Told, assemble, writing
from sottovoce.updates.folder import NAME, Folder
from sottovoce.updates.gather import Gathered
from sottovoce.updates.signing import Published, lay, publish
from sottovoce.updates.trust import Target

SPARE = 8 << 20
"""Bytes left for metadata, and for how a stick counts its blocks."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is still to be copied to a stick."""

    folder: Folder
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces)


def missing(path: Path, found: Gathered) -> Missing:
    """Return what a stick does not have yet. Raises BadValue, ReadOnly and DiskFull; writes nothing."""
    if not path.is_dir():
        raise BadValue(f"{path} is no folder.", hint="Is the stick in, and mounted?")
    folder = Folder(path if path.name == NAME else path / NAME)
    with writing(folder.root):
        folder.root.mkdir(exist_ok=True)
    wanted = tuple(piece for piece in found.pieces.values() if not _is_there(folder, piece))
    lack = Missing(folder, wanted)
    free = shutil.disk_usage(folder.root).free
    if lack.size + SPARE > free:
        raise DiskFull(
            f"The bundle needs {amount(lack.size)} more on {path}; {amount(free)} are free.",
            hint="Take a larger stick, or leave something out",
        )
    return lack


def make(
    lack: Missing, found: Gathered, key_folder: Path, now: datetime.datetime, days: int, told: Told
) -> Published:
    """Copy what is missing, sign, and clear away what no bundle needs any more.

    Raises StoreProblem where the stick cannot be written, and what signing.publish does.
    """
    for piece in lack.pieces:
        assemble([piece], lack.folder.blob(piece.sha256), told, private=False)
    targets = {piece.sha256: Target(piece.size, piece.sha256) for piece in found.pieces.values()}
    data = contents.written(tuple(found.items))
    sha256 = hashlib.sha256(data).hexdigest()
    with writing(lack.folder.blob(sha256)):
        lack.folder.blob(sha256).parent.mkdir(parents=True, exist_ok=True)
    lay(lack.folder.blob(sha256), data)
    targets[contents.NAME] = Target(len(data), sha256)
    done = publish(lack.folder, key_folder, targets, now, days)
    _clear(lack.folder, {target.sha256 for target in targets.values()})
    return done


def check_writable(path: Path) -> None:
    """Raise BadValue where there is no stick, ReadOnly where it takes nothing, before an hour of hashing."""
    if not path.is_dir():
        raise BadValue(f"{path} is no folder.", hint="Is the stick in, and mounted?")
    probe = path / "sotto-probe.part"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        raise ReadOnly(
            f"Nothing can be written to {path}: {problem.strerror}.",
            hint="Is the stick mounted for reading only, or does it have a lock switch?",
        ) from problem


def _is_there(folder: Folder, piece: Piece) -> bool:
    try:
        return folder.blob(piece.sha256).stat().st_size == piece.size
    except OSError:
        return False


def _clear(folder: Folder, wanted: Iterable[str]) -> None:
    for path in (folder.root / "blobs").glob("*/*"):
        if path.name not in wanted:
            with writing(path):
                path.unlink()
