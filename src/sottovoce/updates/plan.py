"""What a bundle would change in this home, before anything is changed. Blocks: may hash models.

What is a person's own is never replaced: it is left as it is, and that is told.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadModelFile, LicenceRefused, StoreProblem
from sottovoce.core.paths import Home
from sottovoce.models import catalogue, licences, shelf, variants
from sottovoce.models.licences import Licence
from sottovoce.store import shelves as shelf_rows
from sottovoce.store.db import Database
from sottovoce.store.shelves import ShelfRow
from sottovoce.updates import contents, installed, switch
from sottovoce.updates.bases import Bases, Shelves
from sottovoce.updates.contents import Delta, File, Item
from sottovoce.updates.installed import Installed
from sottovoce.updates.known import folder
from sottovoce.updates.opening import Bundle

if TYPE_CHECKING:
    from sottovoce.updates.programs import Running
    from sottovoce.updates.wheels import Choice

NEW, CHANGED, SAME, LEFT = "new", "changed", "same", "left"

ONLY_CHANGES = (
    "Only what changed since an earlier bundle is in this one, and what that had is not here: ask whoever "
    "made it for one with the whole of it."
)

Start = tuple[Delta, Path]
"""What changed in a file, and the earlier one that is here."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides of the program. `adopt`: a person wants one that bundles keep up beside this one."""

    running: Running | None = None
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """`state` is new, changed, same or left; `why` a sentence where it is left as it is here.

    `places` are where its files go in the home, one for each; of a shelf its folder.
    """

    item: Item
    state: str
    places: tuple[Path, ...]
    why: str = ""
    row: ShelfRow | None = None
    """The shelf that it takes the place of."""
    starts: tuple[Start | None, ...] = ()
    """Of each file, from what here it can be made; empty: of none."""
    choice: Choice | None = None
    """Of the program, the wheels that this machine needs."""

    @property
    def files(self) -> list[tuple[int, File, Start | None]]:
        """Return what of it is to come, with the place of each in the item."""
        wanted = None if self.choice is None else {wheel.name for wheel in self.choice.wheels}
        starts = self.starts or (None,) * len(self.item.files)
        return [
            (at, file, start)
            for at, (file, start) in enumerate(zip(self.item.files, starts, strict=True))
            if wanted is None or file.name in wanted
        ]

    @property
    def size(self) -> int:
        """Return the bytes that it takes here."""
        unpacked = 0 if self.choice is None else sum(wheel.unpacked for wheel in self.choice.wheels)
        return sum(file.size for _, file, _ in self.files) + unpacked

    @property
    def is_due(self) -> bool:
        return self.state in (NEW, CHANGED)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a bundle holds, in its order."""

    bundle: Bundle
    changes: tuple[Change, ...]

    @property
    def due(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.is_due)

    @property
    def size(self) -> int:
        return sum(change.size for change in self.due)


def planned(
    bundle: Bundle,
    home: Home,
    database: Database,
    owner: str,
    use: str,
    shelves: Shelves,
    machine: Machine | None = None,
) -> Plan:
    """Return what would change. `use`: the setting, which a licence may forbid. Raises StoreProblem."""
    here = _Here(home, database, owner, use, shelves, machine or Machine())
    return Plan(bundle, tuple(map(here.change, bundle.items)))


def licence_of(item: Item) -> Licence:
    """Return the licence under which a model comes."""
    return licences.of(item.licence)


def place_of(home: Home, kind: str, name: str) -> Path:
    """Return where a file of this kind stands in a home."""
    return {
        contents.MODEL: home.models / name,
        contents.VARIANT: variants.folder(home) / name,
        contents.CATALOGUE: catalogue.own_file(home),
        contents.RULES: home.rules,
        contents.ADVISORIES: folder(home) / name,
    }[kind]


class _Here:
    def __init__(
        self, home: Home, database: Database, owner: str, use: str, shelves: Shelves, machine: Machine
    ) -> None:
        self._home = home
        self._use = use
        self._mark = shelves.mark
        self._bases = Bases(home, shelves)
        self._machine = machine
        self._came = installed.load(home)
        self._known = database.look(shelf.known_files)
        self._rows = {
            row.name.casefold(): row for row in database.look(lambda conn: shelf_rows.listed(conn, owner))
        }

    def change(self, item: Item) -> Change:
        return self._started(self._compared(item))

    def _compared(self, item: Item) -> Change:
        if item.kind == contents.SHELF:
            return self._shelf(item)
        if item.kind == contents.PROGRAM:
            return self._program(item)
        places = tuple(place_of(self._home, item.kind, file.name) for file in item.files)
        return self._model(item, places) if item.kind == contents.MODEL else self._file(item, places)

    def _model(self, item: Item, places: tuple[Path, ...]) -> Change:
        came = self._came_as(item)
        if self._has(item, places):
            return Change(item, SAME, places)
        try:
            licences.allows(licence_of(item), self._use)
        except LicenceRefused as problem:
            return Change(item, LEFT, places, problem.sentence)
        if not any(map(_lexists, places)):
            return Change(item, NEW, places)
        if came is None:
            return Change(item, LEFT, places, "A model of your own has this name.")
        return Change(item, CHANGED, places)

    def _has(self, item: Item, places: tuple[Path, ...]) -> bool:
        """Tell whether the home has this very content, under whichever name where it is one file."""
        if len(item.files) > 1:
            return all(
                self._holds(path, file.sha256, file.size)
                for path, file in zip(places, item.files, strict=True)
            )
        (file,) = item.files
        return any(self._holds(path, file.sha256, file.size) for path in shelf.paths(self._home))

    def _holds(self, path: Path, sha256: str, size: int) -> bool:
        with suppress(OSError, BadModelFile):
            if path.stat().st_size == size:
                return shelf.content(path, self._known.get(path)).sha256 == sha256
        return False

    def _file(self, item: Item, places: tuple[Path, ...]) -> Change:
        (place,) = places
        try:
            here = hashlib.sha256(place.read_bytes()).hexdigest()
        except FileNotFoundError:
            return Change(item, NEW, places)
        except OSError as problem:
            return Change(item, LEFT, places, f"{place} cannot be read: {problem.strerror}.")
        if here == item.digest:
            return Change(item, SAME, places)
        came = self._came_as(item)
        if item.kind != contents.ADVISORIES and (came is None or came.digest != here):
            return Change(item, LEFT, places, f"{place} is your own, or was changed here.")
        return Change(item, CHANGED, places)

    def _shelf(self, item: Item) -> Change:
        row = self._rows.get(item.name.casefold())
        if row is None:
            return Change(item, NEW, ())
        places = (self._home.knowledge / row.id,)
        came = self._came_as(item)
        if came is None:
            return Change(item, LEFT, places, "A shelf of your own has this name.", row)
        try:
            is_as_it_came = self._mark(places[0]) == came.mark
        except StoreProblem:
            is_as_it_came = True  # damaged or gone: the bundle mends it
            came = Installed("")
        if not is_as_it_came:
            return Change(
                item, LEFT, places, "Documents were put on this shelf, or taken off, on this machine.", row
            )
        return Change(item, SAME if came.digest == item.digest else CHANGED, places, row=row)

    def _program(self, item: Item) -> Change:
        from sottovoce.updates import programs, wheels

        name = programs.name_for(self._home, item)
        if name is not None and name == switch.current(self._home):
            python = switch.python_of(switch.environment(self._home, name))
            if python.exists():  # else the system's went, and it is to be made anew
                return Change(item, SAME, ())
        choice = programs.needed(item, wheels.this_machine())
        if choice.missing:
            lacks = ", ".join(choice.missing)
            return Change(item, LEFT, (), f"Nothing in it fits this machine and its Python for {lacks}.")
        here = self._machine.running or programs.running()
        version = str(programs.own_wheel(choice).version)
        why = programs.why_left(self._home, here, version, adopt=self._machine.adopt)
        if why:
            return Change(item, LEFT, (), why)
        return Change(item, CHANGED if switch.current(self._home) else NEW, (), choice=choice)

    def _started(self, change: Change) -> Change:
        """Say from what here its files can be made; leave it where one cannot come in any way."""
        if not change.is_due:
            return change
        starts = tuple(
            self._bases.of_wheel(file)
            if change.item.kind == contents.PROGRAM
            else None
            if change.row is None
            else self._bases.of_shelf(change.row, file)
            for file in change.item.files
        )
        change = replace(change, starts=starts)
        if all(file.whole or start or self._has_wheel(change, file) for _, file, start in change.files):
            return change
        return replace(change, state=LEFT, why=ONLY_CHANGES, starts=())

    def _has_wheel(self, change: Change, file: File) -> bool:
        return change.item.kind == contents.PROGRAM and self._bases.wheel(file) is not None

    def _came_as(self, item: Item) -> Installed | None:
        return self._came.get((item.kind, item.name.casefold()))


def _lexists(path: Path) -> bool:
    return path.exists() or path.is_symlink()
