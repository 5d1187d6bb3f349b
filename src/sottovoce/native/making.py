"""From the files to an engine that answers: built beside, proved, and only then put in its place.

Stopped or killed at any instant, the installed engine answers as before. Asks nobody.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import EngineFailed, SottoError, StoreBusy
from sottovoce.core.finishing import to_its_end
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home, disk_problem, make_folder, sync_folder
from sottovoce.engine.library import Library
from sottovoce.fit import built
from sottovoce.fit.built import LIBRARY, Built, Proof
from sottovoce.fit.machine import instructions_here
from sottovoce.native import bringing
from sottovoce.native.build import Step, build
from sottovoce.native.needs import Means
from sottovoce.native.proof import Subject, Told, prove
from sottovoce.native.sources import Source
from sottovoce.net.door import Door

STAGING = ".building"
COMING = "coming"
LOG = "engine-build.log"


Prove = Callable[[Sequence[Subject], Library, int, Told], Awaitable[tuple[Proof, ...]]]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made. `folder`: where the files lie that were carried here; None: they are fetched."""

    sources: tuple[Source, ...]
    folder: Path | None
    means: Means
    subjects: tuple[Subject, ...]
    threads: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """So many bytes of all are here."""

    bytes: int


def coming(home: Home) -> Path:
    """Return where the files lie that were fetched and are not built of yet."""
    return home.engines / COMING


def log_of(home: Home) -> Path:
    """Return where a build's words are kept."""
    return home.logs / LOG


async def make(
    home: Home, order: Order, door: Door, told: Told, prove: Prove = prove
) -> AsyncGenerator[Fetched | Step | Library | Built, None]:
    """Fetch, build and prove, and yield how far it is; last what was made, which nobody uses yet.

    The library comes before the proof. Raises SottoError; what is not sound is gone then.
    """
    with _alone(home):
        staging = _staging(home)
        _clear(staging)
        make_folder(staging)
        try:
            began = time.monotonic()
            folder = order.folder or coming(home)
            if order.folder is None:
                async with aclosing(bringing.fetch(door, order.sources, folder)) as steps:
                    async for here in steps:
                        yield Fetched(here)
            await asyncio.to_thread(bringing.carried, order.sources, folder)
            files = [folder / one.name for one in order.sources]
            means = order.means
            async with aclosing(build(files, staging, log_of(home), means.jobs, means.flags)) as building:
                async for step in building:
                    yield step
            seconds = time.monotonic() - began
            library, made = await asyncio.to_thread(_finished, staging, seconds)
            yield library
            proofs = await prove(order.subjects, library, order.threads, told)
            _require_sound(proofs)
            yield await to_its_end(asyncio.to_thread(_put, home, staging, made, proofs))
            _clear(coming(home))
        finally:
            _clear(staging)


def _finished(staging: Path, seconds: float) -> tuple[Library, Built]:
    files, name = built.fingerprint(staging / LIBRARY)
    made = Built(
        name=name,
        release=built.release(),
        system=built.system(),
        instructions=tuple(sorted(instructions_here())),
        made=time.time(),
        seconds=seconds,
        files=files,
        proofs=(),
    )
    return Library(staging / LIBRARY, name), made


def _require_sound(proofs: Sequence[Proof]) -> None:
    """Raise EngineFailed where the engine does not do what the installed one does."""
    for one in proofs:
        if not one.is_as_good:
            raise EngineFailed(
                f"The engine that was built finds other words likely than the installed one, with "
                f"{one.model}: {one.perplexity:+.2%} of perplexity.",
                hint="It is not used; the installed one answers as before",
            )
        if not one.holds:
            raise EngineFailed(
                f"The engine that was built does not hold answers to schemas, with {one.model}: "
                f"{one.followed} of {one.ended} followed theirs.",
                hint="It is not used; the installed one answers as before",
            )


def _put(home: Home, staging: Path, made: Built, proofs: tuple[Proof, ...]) -> Built:
    """Give an engine its place and, once it lies there, its record."""
    place = built.folder(home, made.name)
    whole = built.with_proofs(made, proofs)
    try:
        if place.exists():
            shutil.rmtree(place)
        make_folder(place)
        (staging / LIBRARY).rename(place / LIBRARY)
        sync_folder(place)
    except OSError as problem:
        raise disk_problem(problem, place) from problem
    built.record(home, whole)
    return whole


def _staging(home: Home) -> Path:
    return (home.engines / STAGING).absolute()


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    make_folder(home.engines)
    lock = FileLock(home.engines / "lock")
    if not lock.take():
        raise StoreBusy(
            "Another program builds an engine here.", hint="Wait until it is done, or stop that one"
        )
    try:
        yield
    finally:
        lock.release()


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise SottoError(
            f"{folder} cannot be removed.", hint="Remove it yourself, and give the same command again"
        )
