"""Get what was planned: all files of a model, or none.

Knows nothing of people: who is asked, and how a licence is accepted, is the caller's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.core.errors import BadModelFile, BadValue, DiskFull, Refused
from sottovoce.core.finishing import to_its_end
from sottovoce.core.paths import Home, bytes_on_disk
from sottovoce.engine.gguf import Header, read_part
from sottovoce.models import far, licences
from sottovoce.models.claim import was_named
from sottovoce.models.download import bring
from sottovoce.models.hub import told
from sottovoce.models.partial import SPARE, Partial, Wanted, clear, state_of
from sottovoce.models.plan import Plan
from sottovoce.models.progress import Progress
from sottovoce.net.answer import Declined


@dataclass(frozen=True, slots=True)
class Pulled:
    """The files that are here now, in order, with the SHA-256 of each."""

    paths: tuple[Path, ...]
    sha256: tuple[str, ...]


def partial_folder(home: Home) -> Path:
    """Return where downloads under way lie."""
    return home.models / "partial"


def check_room(home: Home, plan: Plan) -> int:
    """Return the bytes free on the disk. Raises DiskFull where the files do not fit."""
    free = shutil.disk_usage(home.models).free
    parts = [partial_folder(home) / f"{file.key}.part" for file in plan.files]
    begun = sum(bytes_on_disk(path) for path in parts)
    if plan.size - begun + SPARE > free:
        raise DiskFull(
            f"{plan.name} needs {amount(plan.size - begun)} of disk; {amount(free)} are free.",
            hint="Free some space, or take a smaller packing: sotto models suggest",
        )
    return free


def here(home: Home, plan: Plan, ours: Collection[Path] = ()) -> list[Path]:
    """Return those of the plan's files that lie here already. Hashes what has the same name and size.

    Where no digest is known, `ours` are the files that are known to have come from there. Raises BadValue
    where another file has the name.
    """
    found = []
    for file in plan.files:
        path = home.models / file.name
        if os.path.lexists(path):
            if not _is_it(home, file, path, ours):
                raise _taken(plan, file)
            found.append(path)
    return found


def _is_it(home: Home, file: Wanted, path: Path, ours: Collection[Path]) -> bool:
    if not path.exists() or path.stat().st_size != file.size:
        return False
    if file.sha256 is not None:
        return _digest(path) == file.sha256
    return path in ours or was_named(state_of(partial_folder(home), file), file, path)


def _taken(plan: Plan, file: Wanted) -> BadValue:
    unsure = " Whether it is this one nobody says." if file.sha256 is None else ""
    return BadValue(
        f"There is another file named {file.name} already.{unsure}",
        hint=f"Look at it: sotto models show {plan.name}; to have this one instead: "
        f"sotto models remove {plan.name}",
    )


async def carry_out(
    plan: Plan, home: Home, ours: Collection[Path] = ()
) -> AsyncGenerator[Progress | Pulled, None]:
    """Fetch what is missing, and yield how far it is; at the end, what is here now. See `here` for `ours`.

    All files are whole and read before the first gets its name. Closing the generator keeps what has come;
    whoever stops it once the first gets its name comes too late.
    """
    done = await asyncio.to_thread(here, home, plan, ours)
    missing = [file for file in plan.files if home.models / file.name not in done]
    before = plan.size - sum(file.size or 0 for file in missing)
    digests = {path.name: await asyncio.to_thread(_digest, path) for path in done}
    async with contextlib.AsyncExitStack() as held:
        partials = [await held.enter_async_context(_opened(home, file)) for file in missing]
        for partial in partials:
            async with contextlib.aclosing(_bring(plan, partial)) as coming:
                async for step in coming:
                    yield _of_all(step, before, plan.size)
            before += partial.size or 0
            digests[partial.wanted.name] = partial.digest()
        await to_its_end(asyncio.to_thread(_install, home, plan, partials))
    names = [file.name for file in plan.files]
    yield Pulled(tuple(home.models / name for name in names), tuple(digests[name] for name in names))


@contextlib.asynccontextmanager
async def _opened(home: Home, file: Wanted) -> AsyncGenerator[Partial, None]:
    """Hold a partial file open. It is closed in a thread: that waits for the disk, for each of 200 parts."""
    with contextlib.ExitStack() as held:
        partial = held.enter_context(Partial(partial_folder(home), file))
        closing = held.pop_all()
    try:
        yield partial
    finally:
        await to_its_end(asyncio.to_thread(closing.close))


def _install(home: Home, plan: Plan, partials: Sequence[Partial]) -> None:
    """Look at all files once more, and give them their names.

    The first part last: a model is on the shelf once that has its own. What is said of them beside goes only
    then, so that after a kill the same download knows what it has.
    """
    _check(home, plan, partials)
    for partial in reversed(partials):
        partial.install(home.models / partial.wanted.name)
    for partial in partials:
        partial.forget()
    for file in plan.files:
        clear(partial_folder(home), file)


async def _bring(plan: Plan, partial: Partial) -> AsyncGenerator[Progress, None]:
    try:
        async with contextlib.aclosing(bring(plan.way, partial)) as coming:
            async for step in coming:
                yield step
    except Declined as problem:
        if plan.hub is None:
            raise
        raise told(plan.hub, plan.repository, problem) from problem


def _of_all(step: Progress, before: int, size: int) -> Progress:
    """Turn how far one file is into how far all are."""
    received = before + step.received
    left = (size - received) / step.speed if step.speed else None
    return Progress(received, size, step.speed, left)


def _check(home: Home, plan: Plan, partials: Sequence[Partial]) -> None:
    """Read all headers as they are now. Raises BadModelFile, and keeps nothing then."""
    coming = {partial.wanted.name: partial.path for partial in partials}
    try:
        header = far.joined(
            [read_part(coming.get(file.name, home.models / file.name), file.name) for file in plan.files]
        )
        if _told_by(header) != _told_by(plan.header):
            raise BadModelFile(
                f"{plan.files[0].name} is not what was shown before: its licence or its kind differs.",
                hint="Get it from elsewhere, or ask for it again and read what it is now",
            )
    except BadModelFile:
        for partial in partials:
            partial.discard()
        raise


def _told_by(header: Header) -> tuple[str, str]:
    """Return what a person agrees to in a header."""
    return header.architecture, licences.in_header(header)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise Refused(
            f"{path.name} is here already and cannot be read: {problem.strerror}.",
            hint="Give yourself access to it, or move it away",
        ) from problem
