"""Take a model off the shelf: its files in the models folder, and what is left of downloads of it.

Of a link only the link goes: the file it leads to belongs to another program. Knows nothing of records.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sottovoce.core.errors import Refused
from sottovoce.core.paths import Home, disk_problem, sync_folder
from sottovoce.models import shelf
from sottovoce.models.kinds import MEANINGS

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
    found = [
        part
        for path in shelf.paths(home)
        if name in (shelf.name_of(path), path.name, path.stem, str(path))
        for part in shelf.parts(path)
        if part.exists() or part.is_symlink()
    ]
    # Later parts without a first, as a kill between the two leaves them, are on no shelf.
    alone = [] if found else [path for path in sorted(home.models.glob("*.gguf")) if shelf.name_of(path) == name]
    return [*found, *alone, *_partial(home, name)]


def remove(paths: list[Path]) -> None:
    """Remove these files, the last part first, so that what is left of a model is never taken for whole."""
    for path in reversed(paths):
        try:
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
        except OSError as problem:
            raise disk_problem(problem, path) from problem


def _partial(home: Home, name: str) -> Iterator[Path]:
    """Yield the files of downloads under way that are to become this model."""
    wanted = {name, f"{name}.gguf"}
    for state in sorted((home.models / PARTIAL).glob("*.json")):
        if not wanted.isdisjoint(_names_in(state)):
            yield from (path for path in (state.with_suffix(".part"), state) if path.exists())


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
