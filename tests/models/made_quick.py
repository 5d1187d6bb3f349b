"""What tests of optimising share: a comparison that says what it is told to, and trials that are killed.

Run as a program, it kills optimising, or undoing it, before each thing that it does to the disk, and says as
JSON what is there then, and what the next try makes of it. Arguments: a folder, and which of the two.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "engine")]

from gguf_samples import slow_model  # noqa: E402

from sottovoce.core.paths import Home, open_home  # noqa: E402
from sottovoce.models import checking, optimising, records, shelf, swapping  # noqa: E402
from sottovoce.models.comparing import Comparison, Speeds  # noqa: E402
from sottovoce.models.optimising import Outcome  # noqa: E402
from sottovoce.models.records import Record  # noqa: E402
from sottovoce.store.db import Database, open_database  # noqa: E402

QUICKER = Comparison(Speeds(100, 50), Speeds(160, 51), 0.001, 0.002, 100)
DOES = {"open", "os.rename", "os.remove", "os.mkdir", "os.link", "os.symlink"}


def nobody(doing: str, part: float) -> None:
    """Hears how far it is."""


@dataclass(frozen=True, slots=True)
class Said:
    """Compares nothing, and says this."""

    found: Comparison

    async def __call__(self, old: Path, new: Path, threads: int, told: Callable[[float], None]) -> Comparison:
        return self.found


def optimised_now(
    home: Home, database: Database, name: str, said: Said = Said(QUICKER), *, keep: bool = False
) -> Outcome:
    offer = optimising.examine(home, shelf.resolve(name, home), 256)
    return asyncio.run(optimising.optimise(offer, home, database, nobody, keep=keep, compare=said))


class Deadline:
    """Kills this process before the n-th thing that it does to the disk. A hook cannot be taken out."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.counted = 0
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.left is None or event not in DOES:
            return
        if self.counted == self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        self.counted += 1


def done(home: Home, what: str) -> None:
    with closing(open_database(home)) as database:
        if what == "optimise":
            optimised_now(home, database, "slow")
        else:
            swapping.undo(home, database, shelf.resolve("slow", home))


def in_a_child(deadline: Deadline, home: Home, what: str, at: int) -> bool:
    """Do it in a process of its own that dies at an event; tell whether it came to its end."""
    child = os.fork()
    if child == 0:
        deadline.left = at
        done(home, what)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a child failed")
    return not os.WIFSIGNALED(status)


def found(home: Home, old: str) -> tuple[str, bool]:
    """Tell which file answers, and whether it would be loaded."""
    model = shelf.resolve("slow", home)
    with closing(open_database(home)) as database:
        known = database.look(shelf.known_files)
        record = database.look(lambda conn: records.of(conn, model.path))
    (file,) = checking.as_added(model, known, record.sha256 if record else "")
    return "old" if file.sha256 == old else "new", True


def main() -> None:
    folder, what = Path(sys.argv[1]), sys.argv[2]
    home, begin = Home(folder / "home"), folder / "begin"
    path = slow_model().write(open_home(home.root).models / "slow.gguf")
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    with closing(open_database(home)) as database:
        record = Record(path, "slow", old, "hf:me/slow", "MIT", "me/slow", 1000.0)
        database.call(lambda conn: records.note_model(conn, record))
    if what == "undo":
        done(home, "optimise")
    shutil.move(home.root, begin)
    deadline = Deadline()
    at, came_to_its_end = 0, False
    while not came_to_its_end:
        shutil.copytree(begin, home.root)
        came_to_its_end = in_a_child(deadline, home, what, at)
        now, loads = found(home, old)
        if (now == "old") == (what == "optimise"):
            done(home, what)  # the next try clears what was left, and comes to its end
        kept = home.models / "originals"
        left = [one.name for one in (home.models / "optimised").glob("*.part")]
        left += [one.name for one in kept.glob("*") if one.samefile(path)] if kept.is_dir() else []
        print(json.dumps({"is": now, "loads": loads, "left": left}))
        shutil.rmtree(home.root)
        at += 1


if __name__ == "__main__":
    main()
