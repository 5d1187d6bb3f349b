"""Take a model off the shelf: its files in the models folder, and what is left of downloads of it.

Of a link only the link goes: the file it leads to belongs to another program. Knows nothing of records.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from sottovoce.core.errors import Refused, StoreBusy
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import Home, disk_problem, sync_folder
from sottovoce.models import optimised, shelf
from sottovoce.models.kinds import MEANINGS
from sottovoce.models.partial import lock_of

PARTIAL = "partial"
LARGEST_STATE = 1 << 20


def belongings(home: Home, name: str) -> list[Path]:
    """Return the files that go with a model on the shelf. Raises NotFound, BadModelFile, Refused."""
    if name == shelf.STARTER:
        raise Refused(
            "The starter comes with the program and goes with it.",
            hint="To have another model answer: sotto settings set model NAME",
        )
    found = on_shelf(home, name)
    if not found:
        where = shelf.resolve(name, home, MEANINGS).path
        raise Refused(
            f"{where} is not on the shelf; what lies elsewhere is not removed from here.",
            hint=f"The shelf is the folder {home.models}",
        )
    return found


def on_shelf(home: Home, name: str) -> list[Path]:
    """Return the files in the models folder that go with this name, links and unfinished ones as well."""
    model = _model(home, name)
    found = [part for part in shelf.parts(model) if os.path.lexists(part)] if model is not None else []
    # Later parts without a first, as a kill between the two leaves them, are on no shelf.
    alone = (
        [] if found else [path for path in sorted(home.models.glob("*.gguf")) if shelf.name_of(path) == name]
    )
    own = found or [home.models / f"{name}.gguf"]
    kept = [original for path in own if os.path.lexists(original := optimised.original_of(home, path))]
    return [*found, *kept, *alone, *unfinished(home, name)]


def unfinished(home: Home, name: str) -> Iterator[Path]:
    """Yield the files of downloads that are to become this model, and have not."""
    wanted = {name, f"{name}.gguf"}
    for state in sorted((home.models / PARTIAL).glob("*.json")):
        if not wanted.isdisjoint(_names_in(state)):
            yield from (path for path in (state.with_suffix(".part"), state) if path.exists())


def remove(paths: list[Path]) -> None:
    """Remove these files, the last part first, so that what is left of a model is never taken for whole.

    Raises StoreBusy, and removes nothing, where one is being downloaded.
    """
    with ExitStack() as held:
        parts = [path for path in paths if path.parent.name == PARTIAL and path.suffix == ".part"]
        for lock in {lock_of(part) for part in parts}:
            _hold(held, lock)
        for path in reversed(paths):
            try:
                path.unlink(missing_ok=True)
                sync_folder(path.parent)
            except OSError as problem:
                raise disk_problem(problem, path) from problem


def _hold(held: ExitStack, path: Path) -> None:
    lock = FileLock(path)
    if not lock.take():
        raise StoreBusy(
            f"{path.stem} is being downloaded by another program.", hint="Stop the download first"
        )
    held.callback(lock.release)
    held.callback(lock.path.unlink, missing_ok=True)


def _model(home: Home, name: str) -> Path | None:
    """Return the one file on the shelf that has this name: a whole one before a split, as resolved."""
    named = [
        path for path in shelf.paths(home) if name in (str(path), path.name, path.stem, shelf.name_of(path))
    ]
    return min(named, key=lambda path: (name not in (str(path), path.name), name != path.stem), default=None)


def _names_in(state: Path) -> set[str]:
    """Return every name of a file that a download's state speaks of, by the state's own name as well."""
    names = {state.stem}
    with suppress(OSError, ValueError, RecursionError):
        if state.stat().st_size <= LARGEST_STATE:
            said = json.loads(state.read_bytes())
            values = said.values() if isinstance(said, dict) else ()
            for value in values:
                if isinstance(value, str):
                    names |= {value, Path(value).name, shelf.name_of(Path(value))}
    return names
