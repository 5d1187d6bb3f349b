"""python -m torture [PART …] [--long] [--seed N] [--resume]: try to break promises, write the page."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from bench.__main__ import commit, processor

from torture import PARTS
from torture.page import PAGE, ROOT, Found, keep
from torture.result import Figures, Result
from torture.told import Told

NOTES = ROOT / ".torture"
MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free in memory for homes to stand there."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument("--long", action="store_true", help="very many cases: hours")
    parser.add_argument("--seed", type=int, default=1, help="what chance chooses; the same chooses the same")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    given = parser.parse_args()
    if unknown := set(given.parts) - {*PARTS}:
        parser.error(f"there is no part named {', '.join(sorted(unknown))}")
    if sys.platform != "linux" or shutil.which("cc") is None:
        parser.error("this needs Linux and a C compiler. Next: apt install gcc")
    figures = Figures(given.long, given.seed)
    held = True
    try:
        for part in given.parts or PARTS:
            held &= _one(part, figures, resume=given.resume)
    except KeyboardInterrupt:
        again = " ".join(["python -m torture", *sys.argv[1:], *([] if given.resume else ["--resume"])])
        sys.exit(f"Stopped. To go on with it: {again}")
    sys.exit(0 if held else 1)


def _one(part: str, figures: Figures, *, resume: bool) -> bool:
    """Run a part, keep and show what it found, and say whether all of it held."""
    told = Told(_notes(part, figures, resume=resume))
    told.say(part)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sotto-torture-", dir=_place()) as folder:
        result: Result = import_module(f"torture.{part}").run(Path(folder), figures, told)
    machine = f"{processor()}, {os.cpu_count()} logical cores"
    date, seconds = time.strftime("%Y-%m-%d"), time.monotonic() - began
    keep(Found(part, figures.long, figures.seed, machine, commit(), date, seconds, result))
    for row in result.rows:
        print(f"{row.verdict}: {row.what}: {len(row.tried.faults):,} faults in {row.tried.cases:,} cases")
    print(f"{part}: {'held' if result.held else 'NOT HELD'}; written: {PAGE.relative_to(ROOT)}")
    return result.held


def _notes(part: str, figures: Figures, *, resume: bool) -> Path:
    """Return where a part's cases are noted: begun anew, or taken up where they are of this very commit."""
    NOTES.mkdir(exist_ok=True)
    path = NOTES / f"{part}-{'long' if figures.long else 'short'}-{figures.seed}.jsonl"
    head = json.dumps({"commit": commit()})
    first = path.read_text(encoding="utf-8").partition("\n")[0] if path.is_file() else ""
    if not (resume and first == head):
        path.write_text(f"{head}\n", encoding="utf-8")
    return path


def _place() -> Path | None:
    """Return where homes are made: in memory where there is room, since what a kill or a replay leaves is the
    same there, and thousands of them wear out no disk."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if has_room else None


if __name__ == "__main__":
    main()
