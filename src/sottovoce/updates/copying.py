"""Copies pieces into one file, hashing them as they pass, and goes on where a copy was cut short.

A file gets its name only once it is whole, right and on the disk. Hashing goes on beside copying: alone it
is slower than a disk. Knows nothing of bundles.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.paths import PRIVATE_FILE, PRIVATE_FOLDER, disk_problem, sync_folder
from sottovoce.updates.folder import reading, stick_problem
from sottovoce.updates.metadata import damaged
from sottovoce.updates.pouring import Hashing, Pourer

BLOCK = 256 << 10
"""Still in the processor's cache when it is hashed: half the work of blocks of 4 MiB."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""What the system says of the disk that is written to."""

Told = Callable[[int], None]
"""Hears of each so many bytes that are done."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file, from `start`, and what their SHA-256 must be."""

    path: Path
    start: int
    size: int
    sha256: str


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a sentence why something could not be written to where a bundle goes, or comes to."""
    try:
        yield
    except OSError as problem:
        raise disk_problem(problem, path) from problem


def assemble(pieces: Sequence[Piece], target: Path, told: Told, *, private: bool = True) -> None:
    """Write the pieces one behind the other. What an earlier try left in TARGET.part is not copied again.

    On a stick nothing is `private`: somebody else is to read it, under another account.
    Raises BadBundle where a piece is not what it must be, StoreProblem where reading or writing fails.
    """
    part = target.with_name(f"{target.name}.part")
    with _opened(part, private) as into, ThreadPoolExecutor(1, "copying") as helper:
        have = os.fstat(into).st_size
        at = 0
        for piece in pieces:
            kept = min(max(have - at, 0), piece.size)
            if not _copied(piece, into, at, kept, target, helper, told):
                # What was there of it was torn, or never reached the disk.
                if not kept or not _copied(piece, into, at, 0, target, helper, _unheard):
                    with suppress(OSError):
                        os.ftruncate(into, at)
                    raise damaged(f"{piece.path.name} is not what was signed")
                have = 0
            at += piece.size
        with writing(target):
            os.ftruncate(into, at)
            os.fsync(into)
    with writing(target):
        part.replace(target)
        sync_folder(target.parent)


def _unheard(count: int) -> None:
    """Hear of what was told before."""


def _copied(
    piece: Piece, into: int, at: int, kept: int, target: Path, helper: ThreadPoolExecutor, told: Told
) -> bool:
    """Copy one piece but for the first `kept` bytes, which are there; tell whether it is what it must be."""
    hashing = Hashing(into, at, helper)
    pourer = Pourer()
    done = kept
    hashing.reach(at + done)
    told(done)
    with reading(piece.path):
        source = os.open(piece.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(source, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    try:
        while done < piece.size:
            with _pouring(piece.path, target):
                count = pourer.pour(source, piece.start + done, into, at + done, piece.size - done)
            if not count:
                return False
            done += count
            hashing.reach(at + done)
            told(count)
        with writing(target):
            os.fsync(into)  # while the last of it is hashed
            digest = hashing.digest()
    finally:
        os.close(source)
    return digest == piece.sha256


@contextmanager
def _pouring(source: Path, target: Path) -> Iterator[None]:
    """Say whose fault it is: one call of the system reads and writes."""
    try:
        yield
    except OSError as problem:
        if problem.errno in FULL:
            raise disk_problem(problem, target) from problem
        raise stick_problem(problem, source) from problem


@contextmanager
def _opened(part: Path, private: bool) -> Iterator[int]:
    with writing(part):
        part.parent.mkdir(mode=PRIVATE_FOLDER if private else 0o777, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        handle = os.open(part, flags, PRIVATE_FILE if private else 0o666)
    try:
        yield handle
    finally:
        os.close(handle)
