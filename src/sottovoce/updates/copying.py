"""Copies pieces into one file, hashing them as they pass, and goes on where a copy was cut short.

A file gets its name only once it is whole, right and on the disk. Reading, hashing and writing go on side by
side: hashing alone is slower than a disk. Knows nothing of bundles.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.paths import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder
from sottovoce.updates.folder import reading
from sottovoce.updates.metadata import damaged

BLOCK = 256 << 10
"""Still in the processor's cache when it is hashed and written: half the work of blocks of 4 MiB."""

BUFFERS = 4
FLUSH = 64 << 20
"""After so many bytes the system is asked to bring them to the disk, so that the end is short."""

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
    from sottovoce.core.paths import disk_problem

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
    with _opened(part, private) as into, ThreadPoolExecutor(2, "copying") as helpers:
        have = os.fstat(into).st_size
        at = 0
        for piece in pieces:
            kept = min(max(have - at, 0), piece.size)
            if not _copied(piece, into, at, kept, helpers, told):
                # What was there of it was torn, or never reached the disk.
                if not kept or not _copied(piece, into, at, 0, helpers, lambda count: None):
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


def _copied(piece: Piece, into: int, at: int, kept: int, helpers: ThreadPoolExecutor, told: Told) -> bool:
    """Copy one piece but for the first `kept` bytes, which are there; tell whether it is what it must be."""
    digest = hashlib.sha256()
    pipe = _Pipe(digest.update, helpers)
    done = 0
    if kept:
        with writing(piece.path):
            while done < kept:
                view = pipe.buffer()
                count = os.preadv(into, [view[: kept - done]], at + done)
                pipe.hashed(view[:count])
                done += count
                told(count)
    with reading(piece.path):
        source = os.open(piece.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(source, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    try:
        while done < piece.size:
            view = pipe.buffer()
            with reading(piece.path):
                count = os.preadv(source, [view[: piece.size - done]], piece.start + done)
            if not count:
                return False
            pipe.hashed(view[:count])
            with writing(piece.path):
                _write(into, view[:count], at + done)
            done += count
            pipe.flush(into, count)
            told(count)
    finally:
        pipe.wait()
        os.close(source)
    return digest.hexdigest() == piece.sha256


class _Pipe:
    """Buffers that go round: one is filled and written while another is hashed."""

    def __init__(self, update: Callable[[memoryview], None], helpers: ThreadPoolExecutor) -> None:
        self._update = update
        self._helpers = helpers
        self._views = [memoryview(bytearray(BLOCK)) for _ in range(BUFFERS)]
        self._busy: list[Future[None] | None] = [None] * BUFFERS
        self._at = 0
        self._flushing: Future[None] | None = None
        self._unflushed = 0

    def buffer(self) -> memoryview:
        """Return a buffer that nobody reads any more."""
        self._at = (self._at + 1) % BUFFERS
        busy = self._busy[self._at]
        if busy is not None:
            busy.result()
        return self._views[self._at]

    def hashed(self, view: memoryview) -> None:
        """Have the bytes in the buffer hashed, behind those before."""
        before = self._busy[self._at - 1]

        def work() -> None:
            if before is not None:
                before.result()
            self._update(view)

        self._busy[self._at] = self._helpers.submit(work)

    def flush(self, handle: int, count: int) -> None:
        self._unflushed += count
        if self._unflushed >= FLUSH and (self._flushing is None or self._flushing.done()):
            self._flushing = self._helpers.submit(os.fsync, handle)
            self._unflushed = 0

    def wait(self) -> None:
        """Wait for all that was begun."""
        for busy in (*self._busy, self._flushing):
            if busy is not None:
                with suppress(OSError):  # the last sync tells of it again
                    busy.result()


def _write(handle: int, view: memoryview, at: int) -> None:
    done = 0
    while done < len(view):
        done += os.pwrite(handle, view[done:], at + done)


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
