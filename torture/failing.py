"""Lets the disk fail, memory end and the clock jump, at every change to the program's files.

A disk that is full, cannot be written, fails or is used up: once, or until the program has said so. Then the
same process tries again, and must come to its end.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from textwrap import indent

from torture.killing import ENOUGH, Trial
from torture.result import Figures, Result, Row, Tried
from torture.shim import Run, build, load
from torture.told import Told
from torture.works import Work, acknowledged, chat, download, fault, migration, shelf

DISKS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)
LASTS = ("once", "on")
WORKS = (chat, download, shelf, migration)

YEAR = 365 * 24 * 3600
JUMPS = (-3600, 3600, -10 * YEAR, 10 * YEAR, -50 * YEAR, 70 * YEAR)
"""Seconds by which the clock goes wrong: an hour, and to before 1980 and after 2038."""

SOME_JUMPS = 37
"""Each so-manieth pair of a change and a jump is tried in the short form."""

LIMITS = range(64, 1088, 32)
"""MiB of addresses that the program may have from its start."""
SPARE = (60, 2_000)
"""How many amounts of memory are left to it, chosen by chance up to MOST_SPARE, once it is in the midst."""
MOST_SPARE = 24 << 20

AGAIN = """
import os
from sottovoce.core.errors import SottoError

for attempt in (1, 2):
    try:
{work}
    except SottoError as problem:
        print("refused", problem.code, flush=True)
        os.environ.pop("SHIM_DO", None)
        continue
    print("finished", flush=True)
    break
"""

TIGHT = """
import os, resource

def leave(spare):
    pages = int(open("/proc/self/statm").read().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * 4096 + spare, resource.RLIM_INFINITY))

if "LIMIT" in os.environ:
    resource.setrlimit(resource.RLIMIT_AS, (int(os.environ["LIMIT"]), resource.RLIM_INFINITY))
"""
IN_THE_MIDST = 'print("asked", event.chat, event.question, flush=True)'


def run(folder: Path, figures: Figures, told: Told) -> Result:
    library = build(folder)
    rows = []
    for module in WORKS:
        rows.append(_disk(module.work(folder / module.__name__), library, folder, figures, told))
    work = chat.work(folder)
    rows += [_memory(work, library, folder, figures, told), _clock(work, library, folder, figures, told)]
    return Result(
        "A full, read-only or failing disk, too little memory and a wrong clock lose nothing",
        tuple(rows),
        "The echo engine stands for the model. After a refusal the same process goes on once the disk does.",
    )


def _disk(work: Work, library: Path, folder: Path, figures: Figures, told: Told) -> Row:
    program = AGAIN.format(work=indent(work.program, " " * 8))
    what = f"{work.what}, the disk failing at each change"
    with load(library, program, work.modules, **work.env) as loaded:
        trial = Trial(work, loaded, folder)
        numbers = trial.changes(figures)
        kinds = [*product(DISKS, LASTS)]
        some = [(at, *kinds[at % len(kinds)]) for at in numbers]
        chosen = [(at, *kind) for at in numbers for kind in kinds] if figures.long else some
        cases = [f"{at} {errno.errorcode[number]} {lasts}" for at, number, lasts in chosen]

        def fails(case: str) -> str | None:
            at, name, lasts = case.split()
            until = {"to": at} if lasts == "once" else {}
            shim = {"do": "fail", "at": at, "errno": str(getattr(errno, name)), **until}
            return trial.attempt(case, _goes_on, shim)

        def lies(case: str) -> str | None:
            at, *_ = case.split()
            return trial.attempt(f"{case} lie", _anyhow, {"do": "lie", "at": at, "to": at})

        tried = told.each(what, cases, fails)
        return Row(what, tried, "the disk's word that it failed", _control(told, what, cases, lies))


def _memory(work: Work, library: Path, folder: Path, figures: Figures, told: Told) -> Row:
    what = f"{work.what}, memory ending"
    midst = f'{IN_THE_MIDST}; leave(int(os.environ.get("SPARE") or MOST))'
    program = TIGHT + f"MOST = {1 << 40}\n" + work.program.replace(IN_THE_MIDST, midst)
    chance = figures.chance(what)
    spare = [f"SPARE {chance.randrange(MOST_SPARE)}" for _ in range(figures.pick(*SPARE))]
    cases = [*(f"LIMIT {limit << 20}" for limit in LIMITS), *spare]
    made: list[Tried] = []
    for text in (program, work.settled.gone + program):
        with load(library, text, work.modules, **work.env) as loaded:
            trial = Trial(work, loaded, folder)

            def ends(case: str, trial: Trial = trial) -> str | None:
                name, amount = case.split()
                return trial.attempt(case, _anyhow, {}, **{name: amount})

            made.append(told.each(what, cases, ends) if not made else _control(told, what, spare, ends))
    return Row(what, made[0], work.settled.what, made[1])


def _clock(work: Work, library: Path, folder: Path, figures: Figures, told: Told) -> Row:
    what = f"{work.what}, the clock jumping"
    with load(library, work.program, work.modules, **work.env) as loaded:
        trial = Trial(work, loaded, folder)
        numbers = trial.changes(figures)
        every = [(at, jump) for at in numbers for jump in JUMPS]
        cases = [f"{at} {jump}" for at, jump in every[:: 1 if figures.long else SOME_JUMPS]]

        def jumps_(case: str, check: Callable[[Work, Path, Run], str | None] = _ends) -> str | None:
            at, seconds = case.split()
            return trial.attempt(case, check, {"do": "shift", "at": at, "shift": seconds})

        tried = told.each(what, cases, jumps_)
        found = _control(told, what, cases, lambda case: jumps_(case, _in_order_of_time))
        return Row(what, tried, "the order by what a message answers, for that by time", found)


def _control(told: Told, what: str, cases: Sequence[str], attempt: Callable[[str], str | None]) -> Tried:
    return told.each(f"{what}, unsafe", cases, attempt, enough=ENOUGH)


def _goes_on(work: Work, folder: Path, run: Run) -> str | None:
    """Say what is wrong after a disk has failed for a while."""
    if run.code:
        return f"it ended by itself: {run.errors[-300:]}"
    if "finished" not in run.said:
        return f"it did not go on once the disk did: {run.said}"
    return fault(work, folder, run.said)


def _anyhow(work: Work, folder: Path, run: Run) -> str | None:
    """Say what is lost, however the program ended."""
    return "it hung" if run.hung else fault(work, folder, run.said)


def _ends(work: Work, folder: Path, run: Run) -> str | None:
    return f"it ended by itself: {run.errors[-300:]}" if run.code else fault(work, folder, run.said)


def _in_order_of_time(work: Work, folder: Path, run: Run) -> str | None:
    kept = chat.messages(folder / "home")
    by_time = [one.id for one in sorted(kept.values(), key=lambda one: one.created)]
    asked = [question for _, question in acknowledged(run.said, "asked")]
    told = [one for one in by_time if one in asked]
    return None if told == asked else "questions are in another order than they were asked in"
