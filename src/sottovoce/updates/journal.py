"""What an update changes, written down before it does: a kill at any moment leaves the old or the new.

Each step moves what is in a place aside, and what was staged into it; how far it came shows on the disk. As
long as `journal.json` stands, the update is not done: whoever opens the home next takes it back. It is done
when the file is renamed to `previous.json`, which is also what a later roll-back goes by.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from sottovoce.core.errors import StoreDamaged
from sottovoce.core.paths import Home, disk_problem, make_folder, sync_folder, write_whole
from sottovoce.models import records, shelf
from sottovoce.models.records import Record
from sottovoce.models.shelf import KnownFile
from sottovoce.store import shelves as shelf_rows
from sottovoce.store.db import Database
from sottovoce.store.shelves import ShelfRow
from sottovoce.updates import switch
from sottovoce.updates.known import folder
from sottovoce.updates.settling import FOLDER, JOURNAL

PREVIOUS = "previous.json"
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Step:
    """Paths within the home. `staged` None: what is in the place only goes."""

    path: str
    staged: str | None
    aside: str


@dataclass(frozen=True, slots=True)
class ModelRow:
    """What is remembered of a model's file, before and after; None: nothing."""

    path: str
    before: tuple[Record, KnownFile | None] | None
    after: tuple[Record, KnownFile | None] | None


@dataclass(frozen=True, slots=True)
class Journal:
    """One update. `told`: what a person is told of it, by key.

    `program`: which is started before and after, by the names of switch.py; None: it stays.
    """

    number: int
    steps: tuple[Step, ...]
    added: tuple[ShelfRow, ...] = ()
    removed: tuple[ShelfRow, ...] = ()
    models: tuple[ModelRow, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    program: tuple[str, str] | None = None

    def turned_back(self, home: Home) -> Journal:
        """Return the update that undoes this one once it is done, and can be undone itself."""
        number = self.number + 1
        steps = tuple(
            Step(step.path, step.aside if is_there(home.root / step.aside) else None, aside_for(number, at))
            for at, step in enumerate(self.steps)
        )
        program = None if self.program is None else (self.program[1], self.program[0])
        return Journal(number, steps, self.removed, self.added, self._models_back(), self.told, program)

    def _models_back(self) -> tuple[ModelRow, ...]:
        return tuple(replace(row, before=row.after, after=row.before) for row in self.models)

    def note(self, conn: Connection, *, back: bool = False) -> None:
        """Have the database say what the disk does, with this update or, going `back`, without it."""
        for row in self.added if back else self.removed:
            shelf_rows.take_off(conn, row)
        for row in self.removed if back else self.added:
            shelf_rows.put_back(conn, row)
        for model in self._models_back() if back else self.models:
            records.forget(conn, Path(model.path))
            if model.after is not None:
                record, known = model.after
                records.note_model(conn, record)
                if known is not None:
                    shelf.remember(conn, known)


def aside_for(number: int, at: int) -> str:
    """Return where the thing that a step replaces is kept, within the home."""
    return f"{FOLDER}/{KEPT}/{number}/{at}"


def path_of(home: Home) -> Path:
    return folder(home) / JOURNAL


def begin(home: Home, journal: Journal) -> None:
    """Write down what is to be done. From here on it is taken back unless it comes to its end."""
    make_folder(folder(home))
    write_whole(path_of(home), json.dumps(asdict(journal), default=str).encode())


def carry_out(home: Home, database: Database, journal: Journal) -> None:
    """Do all steps. Raises StoreProblem, after which it is to be taken back."""
    for step in journal.steps:
        place, aside = home.root / step.path, home.root / step.aside
        try:
            make_folder(aside.parent)
            make_folder(place.parent)
            if is_there(place):
                _move(place, aside)
            if step.staged is not None:
                _move(home.root / step.staged, place)
        except OSError as problem:
            raise disk_problem(problem, place) from problem
    database.call(journal.note)


def take_back(home: Home, database: Database, journal: Journal) -> None:
    """Undo what was done of it, in whatever state it is. Doing it twice is nothing. Raises StoreProblem."""
    switch.forget(home)
    database.call(lambda conn: journal.note(conn, back=True))
    for step in reversed(journal.steps):
        place, aside = home.root / step.path, home.root / step.aside
        staged = None if step.staged is None else home.root / step.staged
        try:
            if staged is not None and not is_there(staged) and is_there(place):
                # Only where the new one was put: before that the old one is still there, and staged too.
                make_folder(staged.parent)
                _move(place, staged)
            if is_there(aside):
                _move(aside, place)
        except OSError as problem:
            raise disk_problem(problem, place) from problem
    end(home)


def finish(home: Home, journal: Journal) -> None:
    """Make it done: from now on the home is the new one. What earlier updates had kept goes.

    The program is switched behind that: cut off between the two, whoever opens the home does it.
    """
    if journal.program is not None:
        switch.prepare(home, journal.program[1])
    path_of(home).replace(folder(home) / PREVIOUS)
    sync_folder(folder(home))
    switch.complete(home)


def end(home: Home) -> None:
    """Let go of the journal of an update that was taken back."""
    path_of(home).unlink(missing_ok=True)
    sync_folder(folder(home))


def clear(home: Home) -> None:
    """Remove what is kept of updates before the last one. What cannot be removed now goes the next time."""
    last = previous(home)
    for kept in (folder(home) / KEPT).glob("*"):
        if last is None or kept.name != str(last.number):
            shutil.rmtree(kept, ignore_errors=True)


def read(home: Home) -> Journal | None:
    """Return what was begun and did not end; None: nothing. Raises StoreDamaged."""
    return _read(path_of(home))


def previous(home: Home) -> Journal | None:
    """Return the last update that was done; None where there was none. Raises StoreDamaged."""
    return _read(folder(home) / PREVIOUS)


def _read(path: Path) -> Journal | None:
    try:
        said = json.loads(path.read_text("utf-8"))
        return Journal(
            int(said["number"]),
            tuple(Step(**step) for step in said["steps"]),
            tuple(ShelfRow(**row) for row in said["added"]),
            tuple(ShelfRow(**row) for row in said["removed"]),
            tuple(_model_row(row) for row in said["models"]),
            tuple((str(key), str(value)) for key, value in said["told"]),
            _program(said.get("program")),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise StoreDamaged(
            f"What an update wrote down cannot be read: {path}",
            hint="What it replaced is in the folder updates/kept beside it: keep it, and remove that file",
            detail=str(problem),
        ) from problem


def _program(said: Any) -> tuple[str, str] | None:
    if said is None:
        return None
    before, after = said
    return str(before), str(after)


def _model_row(said: Any) -> ModelRow:
    return ModelRow(said["path"], _remembered(said["before"]), _remembered(said["after"]))


def _remembered(said: Any) -> tuple[Record, KnownFile | None] | None:
    if said is None:
        return None
    record, known = said
    path = Path(record["path"])
    return (
        Record(**record | {"path": path}),
        None if known is None else KnownFile(**known | {"path": Path(known["path"])}),
    )


def _move(source: Path, target: Path) -> None:
    source.rename(target)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)


def is_there(path: Path) -> bool:
    """Tell whether a path leads to something, be it a dead link."""
    return path.exists() or path.is_symlink()
