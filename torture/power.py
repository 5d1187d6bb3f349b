"""Cuts the power: what the program has written is recorded, and disks are rebuilt as a cut may leave them.

See replay.py for what may be lost. What was acknowledged before the cut must be there after it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from torture import replay
from torture.killing import ENOUGH, begun
from torture.result import Figures, Result, Row
from torture.shim import build, load
from torture.told import AT_ONCE, Told
from torture.works import Work, chat, download, fault, migration, shelf

STATES = {
    chat: (1400, 30_000),
    download: (120, 5_000),
    shelf: (200, 7_500),
    migration: (280, 7_500),
}
"""How many states of each, in the short form and the long one: 2,000 and 50,000."""

NOTES = """Safe is only what a sync of its file covers, or for a name one of its folder. The rest is lost,
torn (pages of 4 KiB, sectors of 512 bytes) or out of order. What is put on a shelf is safe from a kill; after
a power cut the next run reads it again. A disk that says it has synced and has not is not among these."""

DRAWS = 20
"""So often chance is asked for a state that was not there yet."""


def run(folder: Path, figures: Figures, told: Told) -> Result:
    library = build(folder)
    rows = []
    for module, count in STATES.items():
        work = module.work(folder / module.__name__)
        cases = range(figures.pick(*count))
        what = f"{work.what}, cut off anywhere"
        safe = _recorded(work, work.program, library, folder / "safe")
        tried = told.each(what, cases, _attempt(work, safe, figures))
        weak = _recorded(work, work.synced.gone + work.program, library, folder / "weak")
        found = told.each(f"{what}, unsafe", cases, _attempt(work, weak, figures), enough=ENOUGH)
        rows.append(Row(what, tried, work.synced.what, found))
    return Result(
        "No acknowledged message is lost by a power cut, and nothing is half installed",
        tuple(rows),
        NOTES,
    )


class Recording:
    """One run of a work. A state is rebuilt in the folder where it ran: the program knows files by it."""

    def __init__(self, folder: Path, start: dict[str, bytes | None], records: list[replay.Record]) -> None:
        self.folder, self._start, self._records = folder, start, records
        self.lock = Lock()
        self._seen: set[bytes] = set()
        self._cuts = [at + 1 for at, record in enumerate(records) if record.kind == "a"]

    def rebuild(self, figures: Figures, *of: object) -> list[str]:
        """Make the folder one that a cut may leave, and return what had been said until then."""
        chance = figures.chance(*of)
        for _ in range(DRAWS):
            # Half of the cuts come just after something was acknowledged.
            cut = (
                chance.choice(self._cuts) if chance.random() < 0.5 else chance.randint(0, len(self._records))
            )
            state = replay.Disk(self._start, self._records[:cut]).after(chance)
            digest = hashlib.sha256(repr((cut, sorted(state.items()))).encode()).digest()
            if digest not in self._seen:
                break
        self._seen.add(digest)
        for path in sorted(state):
            target, data = self.folder / path, state[path]
            target.mkdir(parents=True, exist_ok=True) if data is None else target.write_bytes(data)
        return replay.said(self._records[:cut])


def _recorded(work: Work, program: str, library: Path, folder: Path) -> list[Recording]:
    """Record the work as often as states are tried at once."""
    made = []
    with load(library, program, work.modules, **work.env) as loaded:
        for number in range(AT_ONCE):
            log = folder.with_name(f"{folder.name}{number}.log")
            log.touch()
            with begun(work, folder.with_name(f"{folder.name}{number}")) as place:
                start = _tree(place)
                loaded.whole(place, log=log)
            made.append(Recording(place, start, replay.read(log, place)))
            log.unlink()
    return made


def _attempt(work: Work, recordings: list[Recording], figures: Figures) -> Callable[[int], str | None]:
    def attempt(case: int) -> str | None:
        recording = recordings[case % len(recordings)]
        with recording.lock:
            try:
                recording.folder.mkdir()
                said = recording.rebuild(figures, work.what, case)
                lasting = [line for line in said if line.split()[0] != work.read_again]
                return fault(work, recording.folder, lasting)
            finally:
                shutil.rmtree(recording.folder)

    return attempt


def _tree(folder: Path) -> dict[str, bytes | None]:
    paths = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in paths}
