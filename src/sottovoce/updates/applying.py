"""Applies a bundle that was staged, tries what came of it, and takes it back where that went wrong.

One update of a home at a time, while no other program has it open. Knows nothing of the checks that try it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sottovoce.core.errors import NotFound, SottoError, StoreBusy
from sottovoce.core.paths import Home, make_folder, write_whole
from sottovoce.models import records, shelf
from sottovoce.models.records import Record
from sottovoce.models.shelf import KnownFile
from sottovoce.store import presence
from sottovoce.store.db import Database
from sottovoce.store.shelves import ShelfRow
from sottovoce.store.values import new_id
from sottovoce.updates import contents, installed, journal, staging
from sottovoce.updates.installed import Installed
from sottovoce.updates.journal import Journal, ModelRow, Step
from sottovoce.updates.plan import Change, Plan

Try = Callable[[], Sequence[str]]
"""Returns what is wrong with the home that was not wrong before, in sentences."""


def apply(
    home: Home,
    database: Database,
    plan: Plan,
    owner: str,
    tried: Try,
    program: tuple[str, str] | None = None,
) -> None:
    """Put what was staged in its place. Call it `alone`. Raises SottoError, and nothing has changed then.

    `program`: which is started now, and which is to be, by the names of switch.py.
    """
    last = journal.previous(home)
    number = 1 if last is None else last.number + 1
    work = _Drawing(home, database, plan, owner, number).journal()
    _carry_out(home, database, replace(work, program=program), tried)
    staging.clear(home)
    if program is not None:
        from sottovoce.updates import programs

        programs.clear(home)


def roll_back(home: Home, database: Database, tried: Try) -> Journal:
    """Take the last update back; doing it again brings it here anew. Call it `alone`.

    Returns what was taken back. Raises NotFound.
    """
    last = journal.previous(home)
    if last is None:
        raise NotFound("No update was applied here.", hint="To apply one: sotto update --from PATH")
    _carry_out(home, database, last.turned_back(home), tried)
    return last


def _carry_out(home: Home, database: Database, work: Journal, tried: Try) -> None:
    with presence.entrance(home):
        if presence.living(home) - {database.writer}:
            raise StoreBusy(
                "Another sotto has this home open, and would not notice what changes.",
                hint="Close the chat, or stop the server, and give the same command again",
            )
        journal.begin(home, work)
    try:
        journal.carry_out(home, database, work)
        wrong = tried()
    except BaseException:  # a stop as well: the home is the old one or the new one
        journal.take_back(home, database, work)
        raise
    if wrong:
        journal.take_back(home, database, work)
        raise SottoError(
            f"The update was taken back, and this home is as before: {' '.join(wrong)}",
            hint="Tell whoever made the bundle; sotto doctor checks what is here now",
        )
    journal.finish(home, work)
    journal.clear(home)


class _Drawing:
    """Draws up the journal of a plan."""

    def __init__(self, home: Home, database: Database, plan: Plan, owner: str, number: int) -> None:
        self.home = home
        self.database = database
        self.plan = plan
        self.number = number
        self._rows = {
            change.item.name: ShelfRow(new_id(), owner, change.item.name, time.time())
            for change in plan.due
            if change.item.kind == contents.SHELF and change.row is None
        }

    def journal(self) -> Journal:
        moves = [move for change in self.plan.due for move in self._moves(change)]
        came = self._came()
        moves.append((installed.path_of(self.home), self._list(came)))
        steps = tuple(
            Step(self._within(place), self._within(staged), journal.aside_for(self.number, at))
            for at, (place, staged) in enumerate(moves)
        )
        verdict = self.plan.bundle.verdict
        told = (
            ("signer", verdict.signer.name),
            ("version", str(verdict.version)),
            ("made", verdict.made.isoformat()),
        )
        models = tuple(
            self._model(change, at)
            for change in self.plan.due
            if change.item.kind == contents.MODEL
            for at in range(len(change.places))
        )
        return Journal(self.number, steps, tuple(self._rows.values()), (), models, told)

    def _moves(self, change: Change) -> Iterator[tuple[Path, Path]]:
        """Yield each place with what is to stand there. Of the program nothing moves."""
        if change.item.kind == contents.PROGRAM:
            return
        staged = staging.staged(self.home, change.item)
        if change.item.kind == contents.SHELF:
            new = self._rows.get(change.item.name)
            yield (change.places[0] if new is None else self.home.knowledge / new.id), staged
            return
        # The first part last: a model without it is on no shelf.
        for place, file in reversed(list(zip(change.places, change.item.files, strict=True))):
            yield place, staged / file.name

    def _came(self) -> dict[tuple[str, str], Installed]:
        came = installed.load(self.home)
        for change in self.plan.due:
            item = change.item
            came[item.kind, item.name.casefold()] = Installed(item.digest, item.facts.get("mark", ""))
        return came

    def _list(self, came: dict[tuple[str, str], Installed]) -> Path:
        path = staging.staging(self.home) / installed.NAME
        make_folder(path.parent)
        write_whole(path, installed.written(came))
        return path

    def _model(self, change: Change, at: int) -> ModelRow:
        item, place = change.item, change.places[at]
        file = item.files[at]
        record = self.database.look(lambda conn: records.of(conn, place))
        known = self.database.look(lambda conn: shelf.known(conn, place))
        info = (staging.staged(self.home, item) / file.name).stat()
        source = item.facts.get("source", "") or f"bundle of {self.plan.bundle.verdict.signer.name}"
        after = Record(
            place, item.name, file.sha256, source, item.licence, item.facts.get("repository", ""), time.time()
        )
        there = KnownFile(place, info.st_size, info.st_mtime_ns, info.st_ino, file.sha256)
        return ModelRow(str(place), None if record is None else (record, known), (after, there))

    def _within(self, path: Path) -> str:
        return path.relative_to(self.home.root).as_posix()
