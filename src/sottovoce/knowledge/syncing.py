"""Brings a shelf in step with its sources: new and changed files are read, those that are gone taken off.

What has not changed is left alone. Each step is kept as it is done, so a stop at any moment loses nothing:
the next run goes on. Knows nothing of formats or vectors.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Protocol

from sottovoce.core.amounts import amount
from sottovoce.core.errors import DiskFull, SottoError, StoreBusy
from sottovoce.core.lock import FileLock
from sottovoce.knowledge import documents, sources, space
from sottovoce.knowledge.document import Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.sources import Look, Seen, Source
from sottovoce.knowledge.taken import Taken, digest_of, failed, take, unreadable

TOGETHER = 64
TOGETHER_BYTES = 4 << 20
"""So many documents, or so much text, are written in one transaction."""

READERS = 2
"""Files that are read at the same time."""


class Reads(Protocol):
    """What reads a file: the sandboxed reader, or one of a test."""

    async def read(self, path: Path, name: str) -> Reading:
        """Return what a file says. Raises BadDocument."""
        ...


@dataclass(slots=True)
class Progress:
    """How far it is. Counts are files; `problems` and `notes` are sentences by the document's name."""

    total: int = 0
    done: int = 0
    name: str = ""
    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    kept: int = 0
    passages: int = 0
    bytes: int = 0
    """Of the files that are due."""
    space: int = 0
    """What these are likely to take on the shelf."""
    problems: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    """How some were read: not as UTF-8, or without pages that have no text."""
    missing: list[str] = field(default_factory=list)
    """Sources that are not there, and folders that could not be looked into: what is of them stays."""
    passed: dict[str, int] = field(default_factory=dict)
    """Files passed over, by their ending: of no kind that can be read."""
    finished: bool = False


async def sync(
    file: ShelfFile,
    shelf: str,
    reader: Reads,
    is_readable: Callable[[str], bool],
    *,
    clock: Callable[[], float] = time.time,
) -> AsyncGenerator[Progress, None]:
    """Bring a shelf in step, telling how far it is after each step; the last one is `finished`.

    Closing the generator stops it. Raises StoreBusy while another program does the same, and DiskFull.
    """
    lock = FileLock(file.folder / "lock")
    if not lock.take():
        raise StoreBusy(
            f"Another program is putting documents on the shelf {shelf!r}.",
            hint="Wait for it, or end it; both would do the same work twice.",
        )
    try:
        async with aclosing(_Sync(file, reader, is_readable, clock).run()) as steps:
            async for progress in steps:
                yield progress
    finally:
        lock.release()


class _Sync:
    def __init__(
        self,
        file: ShelfFile,
        reader: Reads,
        is_readable: Callable[[str], bool],
        clock: Callable[[], float],
    ) -> None:
        self._file = file
        self._reader = reader
        self._is_readable = is_readable
        self._clock = clock
        self._progress = Progress()
        self._is_owed = False
        """Whether something was taken off whose traces are to be cleared."""

    async def run(self) -> AsyncGenerator[Progress, None]:
        progress = self._progress
        there = await self._file.read(sources.listed)
        known = {one.path: one for one in await self._file.read(documents.listed)}
        looks = {one: await asyncio.to_thread(self._looked, one) for one in there if one.path.exists()}
        progress.missing += [str(one.path) for one in there if one not in looks]
        seen = {one.key: one for look in looks.values() for one in look.seen}
        for look in looks.values():
            progress.missing += map(str, look.closed)
            for ending, count in look.passed.items():
                progress.passed[ending] = progress.passed.get(ending, 0) + count
        due = [one for key, one in seen.items() if not _is_same(one, known.get(key))]
        gone = {
            key: one
            for key, one in known.items()
            if key not in seen and one.source is not None and _is_looked_for(one, looks)
        }
        progress.kept = len(seen) - len(due)
        progress.total = len(due)
        progress.bytes = sum(one.size for one in due)
        progress.space = space.likely((one.name, one.size) for one in due)
        self._require_room(progress.space)
        yield progress
        async with aclosing(self._put(due, known, gone)) as steps:
            async for step in steps:
                yield step
        if gone:
            paths = list(gone)
            progress.removed = await self._file.run(lambda conn: documents.remove(conn, paths))
            self._is_owed = True
        if self._is_owed:
            await self._file.scrub()
        now = self._clock()
        for one, look in looks.items():
            if not look.closed:
                await self._file.run(partial(sources.note_synced, source=one, now=now))
        progress.finished = True
        yield progress

    def _require_room(self, needed: int) -> None:
        free = shutil.disk_usage(self._file.folder).free
        if needed > free:
            raise DiskFull(
                f"These documents take about {amount(needed)} on the shelf; {amount(free)} of disk are free.",
                hint="Free some space, or put fewer of them on the shelf",
            )

    def _looked(self, source: Source) -> Look:
        return sources.look_through(source, self._is_readable)

    async def _put(
        self, due: Sequence[Seen], known: dict[str, Document], gone: dict[str, Document]
    ) -> AsyncGenerator[Progress, None]:
        """Read what is due, a few files at a time, and write it in order."""
        waiting = iter(due)
        reading: list[asyncio.Task[Taken | None]] = []
        batch: list[Taken] = []
        try:
            while True:
                while len(reading) < READERS and (one := next(waiting, None)) is not None:
                    reading.append(asyncio.create_task(self._read(one, known.get(one.key))))
                if not reading:
                    break
                read = await reading.pop(0)
                self._progress.done += 1
                if read is not None:
                    self._progress.name = read.document.name
                    batch.append(read)
                if _is_full(batch):
                    await self._write(batch, known, gone)
                    batch = []
                yield self._progress
            await self._write(batch, known, gone)
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _read(self, seen: Seen, before: Document | None) -> Taken | None:
        """Return a document as it is to be put; None where only the file's time has changed."""
        digest = ""
        try:
            digest = await asyncio.to_thread(digest_of, seen.path)
            if before is not None and before.digest == digest and before.problem is None:
                await self._file.run(lambda conn: documents.touch(conn, before.number, seen.modified))
                self._progress.kept += 1
                return None
            taken = await take(seen, digest, self._clock(), self._reader.read(seen.path, seen.name))
        except SottoError as problem:
            return self._failed(seen, digest, problem)
        except OSError as problem:
            return self._failed(seen, digest, unreadable(seen, problem))
        if taken.notes:
            self._progress.notes[seen.name] = " ".join(taken.notes)
        return taken

    def _failed(self, seen: Seen, digest: str, problem: SottoError) -> Taken:
        self._progress.problems[seen.name] = problem.sentence
        return failed(seen, digest, self._clock(), problem)

    async def _write(self, batch: list[Taken], known: dict[str, Document], gone: dict[str, Document]) -> None:
        if not batch:
            return
        by_digest = {one.digest: one for one in gone.values() if one.problem is None}
        moves: list[tuple[Taken, Document]] = []
        puts: list[Taken] = []
        for read in batch:
            old = by_digest.pop(read.document.digest, None) if read.document.path not in known else None
            if old is None:
                puts.append(read)
            else:
                moves.append((read, old))

        def work(conn: Connection) -> None:
            for read, old in moves:
                documents.move(conn, old, read.document)
            for read in puts:
                # Somebody may have given its password since it was met.
                one = read.document
                if not (one.is_locked and documents.is_read(conn, one.path, one.digest)):
                    documents.put(conn, one, read.text, read.passages)

        await self._file.run(work)
        progress = self._progress
        for read, old in moves:
            del gone[old.path]
            progress.problems.pop(read.document.name, None)
            progress.moved += 1
        for read in puts:
            if read.document.path in known:
                progress.changed += 1
                self._is_owed = True
            elif read.document.problem is None:
                progress.added += 1
            progress.passages += len(read.passages)


def _is_same(seen: Seen, document: Document | None) -> bool:
    return document is not None and (seen.size, seen.modified) == (document.size, document.modified)


def _is_looked_for(document: Document, looks: dict[Source, Look]) -> bool:
    """Tell whether a document would have been met, had it still been there."""
    return any(
        source.number == document.source
        and not any(
            Path(document.path).is_relative_to(sources.written_out(str(folder))) for folder in look.closed
        )
        for source, look in looks.items()
    )


def _is_full(batch: Sequence[Taken]) -> bool:
    return len(batch) >= TOGETHER or sum(len(read.text) for read in batch) >= TOGETHER_BYTES
