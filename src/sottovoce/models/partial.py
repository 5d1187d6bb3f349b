"""A file under way: KEY.part beside KEY.json, which says what of it is here and what it must become.

A kill at any instant leaves a pair that can go on: a span stands in KEY.json only once its bytes are on
the disk. All content is hashed, in order, as it is written; what came out of order is read back when the
front reaches it. Knows no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadValue, DiskFull, SottoError, StoreBusy
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import PRIVATE_FILE, disk_problem, give_name, make_folder, sync_folder, write_whole
from sottovoce.models import claim, spans
from sottovoce.models.claim import Claim
from sottovoce.models.shelf import KnownFile

BLOCK = 1 << 20
CATCH_UP = 8 << 20
"""How much is read back at most beside one write, so that a line is not kept waiting."""

FLUSH = 16 << 20
"""After so many bytes the system is asked to begin bringing them to the disk, so that the end is short."""

SPARE = 64 << 20
"""A disk filled to its last byte stops the rest of the program."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to get. `name` is its final one; `source` says what it is, wherever it comes from, and holds
    no secret. `size` and `sha256` are what it must be, where that is known beforehand.
    """

    url: str
    name: str
    source: str
    size: int | None = None
    sha256: str | None = None

    @property
    def key(self) -> str:
        """Return by what a partial file of it is found again: by its content where that is known.

        A repository has another commit after each change of its page, and mostly the same model.
        """
        what = self.sha256 or hashlib.sha256(self.source.encode()).hexdigest()
        return f"{self.name}.{what[:12]}"


class Partial:
    """Open between `with`; one program at a time. Its methods may run in a thread, one at a time."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self.wanted = wanted
        self.path = folder / f"{wanted.key}.part"
        self.size = wanted.size
        self.validator: str | None = None
        self.sessions = 0
        """How many answers the content comes from. More than one was put together."""
        self._state = state_of(folder, wanted)
        self._lock = FileLock(lock_of(self.path))
        self._here: list[spans.Span] = []
        self._file: FileIO | None = None
        self._hash = hashlib.sha256()
        self._front = 0
        self._helpers: ThreadPoolExecutor | None = None
        self._flushing: Future[None] | None = None
        self._unflushed = 0
        self._named: KnownFile | None = None

    def __enter__(self) -> Self:
        make_folder(self.path.parent)
        if not self._lock.take():
            raise StoreBusy(
                f"{self.wanted.name} is being downloaded by another program.",
                hint="Wait for it, or stop it, and give the same command again",
            )
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._file = FileIO(os.open(self.path, flags, PRIVATE_FILE), "r+")
            self._helpers = ThreadPoolExecutor(2, "partial")
            self._read_state()
        except BaseException as problem:  # whatever it was: nobody else may wait for it
            if self._file is not None:
                self._close()
            self._lock.release()
            if isinstance(problem, OSError):
                raise disk_problem(problem, self.path) from problem
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._file is not None:
            with suppress(SottoError):  # a full disk: what was saved before still stands
                self.save()
            self._close()
        self._lock.release()

    @property
    def received(self) -> int:
        return spans.total(self._here)

    @property
    def missing(self) -> list[spans.Span]:
        """Return the gaps. Only once the size is known."""
        assert self.size is not None  # noqa: S101  (callers look at size first)
        return spans.gaps(self._here, self.size)

    @property
    def is_whole(self) -> bool:
        return self.size is not None and not self.missing

    @property
    def can_go_on(self) -> bool:
        """Whether what comes later can be known to belong to what is here."""
        return self.validator is not None or self.wanted.sha256 is not None

    def begin(self, size: int, validator: str | None) -> None:
        """Note what the first answer said of the file. Raises DiskFull where it has no room."""
        self.size, self.validator = size, validator
        free = shutil.disk_usage(self.path.parent).free
        needed = size - self.received + SPARE
        if free < needed:
            raise DiskFull(
                f"{self.wanted.name} needs {amount(needed)} more; {amount(free)} are free.",
                hint="Free some space and give the same command again; what has come is kept",
            )
        self.save()

    def restart(self) -> None:
        """Forget all that is here, and what was said of it."""
        self.size, self.validator, self.sessions = self.wanted.size, None, 0
        self._here, self._hash, self._front = [], hashlib.sha256(), 0
        try:
            self._open.truncate(0)
        except OSError as problem:
            raise disk_problem(problem, self.path) from problem
        self._state.unlink(missing_ok=True)

    def write(self, start: int, pieces: list[bytes]) -> None:
        """Put bytes where they belong, and hash what is in order."""
        # Hashing takes as long as writing: at the same time, on another core.
        hashing = self._help(_take, self._hash.update, pieces) if start == self._front else None
        at = start
        try:
            self._open.seek(start)
            for piece in pieces:
                view = memoryview(piece)
                while view:
                    written = self._open.write(view)
                    at, view = at + written, view[written:]
        except OSError as problem:
            # More was hashed than was written: what is here is hashed anew.
            hashing, self._hash, self._front = None, hashlib.sha256(), 0
            raise disk_problem(problem, self.path) from problem
        finally:
            self._here = spans.joined(self._here, (start, at))
        if hashing is not None:
            hashing.result()
            self._front = at
        self._flush(at - start)
        self.hash_on(CATCH_UP)

    def hash_on(self, most: int) -> bool:
        """Hash that many bytes of what lies before the front, and say whether anything is left to hash."""
        end = min(spans.reach(self._here, self._front), self._front + most)
        try:
            self._open.seek(self._front)
            while self._front < end:
                block = self._open.read(min(BLOCK, end - self._front))
                if not block:
                    raise OSError(f"{self.path} became shorter")
                self._hash.update(block)
                self._front += len(block)
        except OSError as problem:
            raise disk_problem(problem, self.path) from problem
        return spans.reach(self._here, self._front) > self._front

    def digest(self) -> str:
        """Return the SHA-256 of the whole content, once all is hashed."""
        assert self._front == self.size  # noqa: S101  (hash_on says when)
        return self._hash.hexdigest()

    def save(self) -> None:
        """Bring what is here onto the disk, then say so in KEY.json."""
        here = list(self._here)
        self._sync()
        said = Claim(self.size, self.validator, self.sessions, here, self._named)
        write_whole(self._state, claim.written(said, self.wanted))

    def install(self, path: Path) -> None:
        """Give the file its final name. It must be whole and found good before.

        KEY.json says so until `forget`: by that the parts of a model that have their names are known after a
        kill. Raises BadValue where something has the name by now; what has come is kept then.
        """
        info = os.fstat(self._open.fileno())
        self._named = KnownFile(path, info.st_size, info.st_mtime_ns, info.st_ino, self.digest())
        self.save()
        self._close()
        try:
            give_name(self.path, path)
            sync_folder(path.parent)
        except FileExistsError as problem:  # put there while this one came; what has come is kept
            raise BadValue(
                f"There is another file named {path.name} already.",
                hint=f"Look at it: sotto models show {path.stem}; move it away, and give the command again",
            ) from problem
        except OSError as problem:
            raise disk_problem(problem, path) from problem

    def forget(self) -> None:
        """Remove what stands of it beside, once it is not needed any more, and let others have the name."""
        for path in (self._state, self._lock.path):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        self._lock.release()

    def discard(self) -> None:
        """Remove all of it."""
        self._close()
        self.path.unlink(missing_ok=True)
        self.forget()

    @property
    def _open(self) -> FileIO:
        assert self._file is not None  # noqa: S101  (open between `with`)
        return self._file

    def _close(self) -> None:
        if self._helpers is not None:
            self._helpers.shutdown()
        self._open.close()
        self._file = None

    def _help(self, work: Callable[..., None], *given: object) -> Future[None]:
        assert self._helpers is not None  # noqa: S101  (open between `with`)
        return self._helpers.submit(work, *given)

    def _flush(self, count: int) -> None:
        self._unflushed += count
        if self._unflushed >= FLUSH and (self._flushing is None or self._flushing.done()):
            self._wait_for_flush()
            self._unflushed, self._flushing = 0, self._help(os.fsync, self._open.fileno())

    def _wait_for_flush(self) -> None:
        """Take note of how the last flush went: the system tells an error once."""
        flushing, self._flushing = self._flushing, None
        if flushing is not None:
            try:
                flushing.result()
            except OSError as problem:
                raise disk_problem(problem, self.path) from problem

    def _sync(self) -> None:
        self._wait_for_flush()
        try:
            os.fsync(self._open.fileno())
        except OSError as problem:
            raise disk_problem(problem, self.path) from problem

    def _read_state(self) -> None:
        """Take up what an earlier run has left, if it is of this very file; else begin anew."""
        for torn in self.path.parent.glob(f".{self._state.name}.*.part"):
            torn.unlink(missing_ok=True)
        kept = claim.read(self._state, self.wanted, os.fstat(self._open.fileno()).st_size)
        if kept is None:
            self.restart()
            return
        self.size, self.validator, self.sessions, self._here = (
            kept.size, kept.validator, kept.sessions, kept.here,
        )  # fmt: skip


def _take(take: Callable[[bytes], None], pieces: list[bytes]) -> None:
    for piece in pieces:
        take(piece)


def state_of(folder: Path, wanted: Wanted) -> Path:
    """Return the KEY.json of a file under way."""
    return folder / f"{wanted.key}.json"


def clear(folder: Path, wanted: Wanted) -> None:
    """Remove what an earlier run has left beside a file that has its name by now."""
    part = folder / f"{wanted.key}.part"
    lock = FileLock(lock_of(part))
    if lock.take():
        for path in (part, state_of(folder, wanted), lock.path):
            path.unlink(missing_ok=True)
        lock.release()


def lock_of(part: Path) -> Path:
    """Return the lock of a file under way: by the name that it will have, whatever its source."""
    return part.with_name(f"{part.stem.rpartition('.')[0] or part.stem}.lock")
