"""Tries cases, tells on stderr how far it is, and notes each, so that a run that was stopped goes on there.

Knows nothing of what a case is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from torture.result import Tried

Case = TypeVar("Case", int, str)

EVERY = 5.0
"""Seconds between two lines of progress."""

AT_ONCE = 2 * (os.cpu_count() or 1)
"""Programs are at work for half of their time, and wait for the rest."""


class Told:
    """Everything that has been tried so far. `notes` is a file of JSON lines, the first of which says of what
    they are."""

    def __init__(self, notes: Path) -> None:
        self._notes = notes
        self._done: dict[str, dict[str, str | None]] = {}
        self._seconds: dict[str, float] = {}
        _, *cases = whole = _lines(notes)
        # Written anew, lest what comes next be joined to a line that a kill has torn.
        notes.write_text("".join(f"{json.dumps(line)}\n" for line in whole), encoding="utf-8")
        for line in cases:
            self._done.setdefault(line["what"], {})[line["case"]] = line["fault"]
            self._seconds[line["what"]] = line["seconds"]

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def each(
        self,
        what: str,
        cases: Iterable[Case],
        attempt: Callable[[Case], str | None],
        *,
        pool: Executor | None = None,
        enough: int | None = None,
        at_once: int = AT_ONCE,
    ) -> Tried:
        """Attempt each case that was not attempted before, several at once; return what is known of all.

        An attempt returns the sentence of what is wrong, or None. What it raises ends the run: that is a
        fault of the trial. `what` is unlike every other. After `enough` faults the rest is left, as suits
        a control. Where a `pool` of processes is given, they try the cases.
        """
        done = self._done.setdefault(what, {})
        before, began = self._seconds.setdefault(what, 0.0), time.monotonic()
        every = list(cases)
        left = [] if _reached(done, enough) else [case for case in every if str(case) not in done]
        told = began
        with (
            self._notes.open("a", encoding="utf-8") as notes,
            nullcontext(pool) if pool else ThreadPoolExecutor(at_once) as workers,
            closing(_attempted(workers, left, attempt, at_once)) as attempts,
        ):
            for case, fault in attempts:
                done[str(case)] = fault
                self._seconds[what] = before + time.monotonic() - began
                line = {"what": what, "case": str(case), "fault": fault, "seconds": self._seconds[what]}
                print(json.dumps(line), file=notes, flush=True)
                if fault and enough is None:
                    self.say(f"  {what}: case {case}: {fault}")
                if time.monotonic() - told > EVERY:
                    told = time.monotonic()
                    self.say(f"  {what}: {len(done)} of {len(every)}")
                if _reached(done, enough):
                    break
        faults = tuple(f"case {case}: {fault}" for case, fault in done.items() if fault)
        self.say(f"  {what}: {len(done)} cases, {len(faults)} faults, {self._seconds[what]:.0f} s")
        return Tried(len(done), faults, self._seconds[what])


def _reached(done: dict[str, str | None], enough: int | None) -> bool:
    return enough is not None and sum(map(bool, done.values())) >= enough


def _attempted(
    workers: Executor, cases: Sequence[Case], attempt: Callable[[Case], str | None], at_once: int
) -> Generator[tuple[Case, str | None], None, None]:
    """Yield each case as it has been attempted. Closed early, it waits for those that have begun."""
    coming: dict[Future[str | None], Case] = {}
    rest = iter(cases)
    try:
        while True:
            while len(coming) < 2 * at_once and (case := next(rest, None)) is not None:
                coming[workers.submit(attempt, case)] = case
            if not coming:
                return
            for future in wait(coming, return_when=FIRST_COMPLETED).done:
                yield coming.pop(future), future.result()
    finally:
        for future in coming:
            future.cancel()
        wait(coming)


def _lines(notes: Path) -> list[dict[str, Any]]:
    found = []
    for text in notes.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(text))
        except ValueError:  # torn by a kill
            break
    return found
