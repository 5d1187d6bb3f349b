"""Kills what the program does: before every change to its files, whole and torn, and at random instants.

Kept in memory where there is room: what `kill -9` leaves is the same there.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from torture.result import Figures, Result, Row
from torture.shim import Program, Run, build, load
from torture.told import Told
from torture.works import Work, chat, download, fault, migration, shelf, states

WORKS = (chat, download, shelf, migration, states)
INSTANTS = (500, 10_000)
ENOUGH = 3
"""Faults of a control, after which it has shown what it should."""

_NUMBERS = count()


def run(folder: Path, figures: Figures, told: Told) -> Result:
    library = build(folder)
    rows = []
    for module in WORKS:
        work = module.work(folder / module.__name__)
        instants = figures.pick(*INSTANTS) if module is chat else 0
        rows += _killed(work, library, folder, figures, told, instants)
    return Result(
        "No acknowledged message is lost by a kill, and nothing is half installed",
        tuple(rows),
        "The echo engine stands for the model where it is not named. Documents are read without the sandbox\n"
        "around each reader. Of a torn change, a write, the first half is done.",
    )


def _killed(
    work: Work, library: Path, folder: Path, figures: Figures, told: Told, instants: int
) -> list[Row]:
    with ExitStack() as stack:
        program = stack.enter_context(load(library, work.program, work.modules, **work.env))
        weak = work.settled.gone + work.program
        without = stack.enter_context(load(library, weak, work.modules, **work.env))
        trial, control = Trial(work, program, folder), Trial(work, without, folder)
        at_calls = f"{work.what}, killed before each change"
        tried = told.each(at_calls, trial.cases(figures), trial.before)
        found = told.each(f"{at_calls}, unsafe", control.cases(figures), control.before, enough=ENOUGH)
        rows = [Row(at_calls, tried, work.settled.what, found)]
        if instants:
            at_random = f"{work.what}, killed at a random instant"
            tried = told.each(at_random, range(instants), trial.at_random(figures))
            unsafe = control.at_random(figures)
            found = told.each(f"{at_random}, unsafe", range(instants), unsafe, enough=ENOUGH)
            rows.append(Row(at_random, tried, work.settled.what, found))
    return rows


class Trial:
    """A work that is killed, each time in a folder of its own."""

    def __init__(self, work: Work, program: Program, folder: Path) -> None:
        self._work, self._program = work, program
        self._folder = folder / f"trial{next(_NUMBERS)}"

    def cases(self, figures: Figures) -> list[int]:
        """Return before which changes to kill it, the negative ones in their midst: torn.

        In the short form every other change is torn, in the long one each is both.
        """
        every = self.changes(figures)
        return [*every, *(-k for k in every)] if figures.long else [k if k % 2 else -k for k in every]

    def changes(self, figures: Figures) -> list[int]:
        """Return the numbers of all changes that the work makes by itself.

        They are in no order, so that a control soon finds what it must.
        """
        with begun(self._work, self._folder / "whole") as folder:
            whole = self._program.whole(folder, **self._within(folder))
        numbers = [*range(1, whole.changes + 1)]
        figures.chance(self._work.what).shuffle(numbers)
        return numbers

    def before(self, case: int) -> str | None:
        torn = {"torn": "1"} if case < 0 else {}
        return self.attempt(str(case), _after, {"do": "kill", "at": str(abs(case)), **torn})

    def attempt(
        self, case: str, after: Callable[[Work, Path, Run], str | None], shim: Mapping[str, str], **env: str
    ) -> str | None:
        """Run the work once, and return what `after` says of it."""
        program = Program(self._program.loaded, {**self._program.env, **env})
        with begun(self._work, self._folder / case.replace(" ", "-")) as folder:
            run = program.run(folder, seconds=None, **self._within(folder), **shim)
            return after(self._work, folder, run)

    def _within(self, folder: Path) -> dict[str, str]:
        return {"in": str(folder / self._work.within)}

    def at_random(self, figures: Figures) -> Callable[[int], str | None]:
        """Return what kills at an instant of chance within the time that the work takes by itself."""
        with begun(self._work, self._folder / "timed") as folder:
            began = time.monotonic()
            self._program.whole(folder)
            whole = time.monotonic() - began

        def attempt(case: int) -> str | None:
            seconds = figures.chance(self._work.what, case).uniform(0, whole)
            with begun(self._work, self._folder / f"in{case}") as folder:
                return _after(self._work, folder, self._program.run(folder, seconds=seconds))

        return attempt


@contextmanager
def begun(work: Work, folder: Path) -> Iterator[Path]:
    """Yield a folder as it is before the work; it is gone afterwards."""
    folder.mkdir(parents=True)
    try:
        work.begin(folder)
        yield folder
    finally:
        shutil.rmtree(folder)


def _after(work: Work, folder: Path, run: Run) -> str | None:
    if run.code and not run.killed:
        return f"it ended by itself: {run.errors[-300:]}"
    return fault(work, folder, run.said)
